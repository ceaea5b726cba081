import { describe, expect, it } from "vitest";
import type { JsonValue, LogicPredicate } from "../../../engine/conditions/condition.js";
import { runJsonLogic } from "../../../engine/conditions/run-json-logic.js";
import type { Facts } from "../../../engine/evaluate/facts.js";

const span = { file: "policy.yaml", start: 0, end: 0 };
const run = (rule: JsonValue, reads: readonly string[], facts: Facts, required = reads) => {
  const predicate: LogicPredicate = { kind: "logic", rule, reads, required, span };
  return runJsonLogic(predicate, facts);
};

describe("runJsonLogic()", () => {
  it("reads attributes by their dotted names", () => {
    const rule = { "==": [{ "%": [{ var: "attributes.risk" }, 2] }, 0] };
    expect(run(rule, ["attributes.risk"], { "attributes.risk": 4 })).toBe(true);
    expect(run(rule, ["attributes.risk"], { "attributes.risk": 5 })).toBe(false);
  });

  it("reads facts in their own form: USD as a decimal, tags as a list", () => {
    expect(run({ "<": [{ var: "budget_usd" }, 0.05] }, ["budget_usd"], { budget_usd: 0.049 })).toBe(true);
    expect(run({ in: ["code", { var: "tags" }] }, ["tags"], { tags: ["code"] })).toBe(true);
    expect(run({ in: ["code", { var: "tags" }] }, ["tags"], { tags: ["barcode"] })).toBe(false);
  });

  it("has json-logic-js's truthiness: empty lists, texts and zero are false", () => {
    expect(run({ var: "tags" }, ["tags"], { tags: [] })).toBe(false);
    expect(run({ var: "tags" }, ["tags"], { tags: ["x"] })).toBe(true);
    expect(run({ var: "model" }, ["model"], { model: "" })).toBe(false);
    expect(run({ var: "model" }, ["model"], { model: "0" })).toBe(true);
  });

  it("uses a default when the fact is absent", () => {
    expect(run({ "==": [{ var: ["model", "none"] }, "none"] }, ["model"], {}, [])).toBe(true);
    expect(run({ missing: ["model"] }, ["model"], {}, [])).toBe(true);
    expect(run({ missing: ["model"] }, ["model"], { model: "x" })).toBe(false);
  });

  it("is unknown while a fact that it reads without a default is absent", () => {
    const rule = { "==": [{ var: "attributes.risk" }, { var: "model" }] };
    const reads = ["attributes.risk", "model"];
    expect(run(rule, reads, { model: "x" })).toBeUndefined();
    const predicate: LogicPredicate = { kind: "logic", rule, reads, required: reads, span };
    const defaults = new Map([["attributes.risk", "x"]]);
    expect(runJsonLogic(predicate, { model: "x" }, defaults)).toBe(true);
    expect(runJsonLogic(predicate, { model: "x", "attributes.risk": "y" }, defaults)).toBe(false);
    expect(runJsonLogic(predicate, {}, defaults)).toBeUndefined();
  });

  it("shows nothing but the facts that are read: no prototypes, no other facts", () => {
    for (const name of [
      ...["toString", "constructor", "constructor.name", "__proto__", "hasOwnProperty", "tenant"],
      ...["attributes.constructor", "attributes.toString", "attributes.__proto__"],
    ]) {
      expect(run({ "!==": [{ var: name }, null] }, ["attributes.x"], { "attributes.x": 1, tenant: "t" })).toBe(false);
    }
  });
});
