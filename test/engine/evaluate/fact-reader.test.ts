import { describe, expect, it } from "vitest";
import { NO_RULE } from "../../../engine/compile/decision-tree.js";
import type { Condition } from "../../../engine/conditions/condition.js";
import type { Facts } from "../../../engine/evaluate/facts.js";
import { machineryOf } from "../../../engine/evaluate/machinery.js";
import { withDefaults } from "../../../engine/evaluate/with-defaults.js";
import { compile, setOf } from "../compile/harness.js";
import { all, atLeast, has, is, isTrue, night, span } from "../explain/harness.js";

describe("FactReader", () => {
  const keyTags = { kind: "set", fact: "key_tags", quantifier: "any", tags: ["a", "b"], span } as const;
  const { tree } = compile(setOf([all(has("any", "x", "y"), keyTags)]));
  const [tags, others] = ["tags", "key_tags"].map((name) => tree.facts.findIndex((fact) => fact.name === name)) as [
    number,
    number,
  ];

  it("lists the tags of each set that the policy names, each once", () => {
    const { reader } = machineryOf(tree);
    const tagsOf = (fact: number) => Array.from({ length: reader.countTags(fact) }, (_, at) => reader.tagAt(fact, at));
    const facts = { tags: ["y", "other", "y", "x", "y"], key_tags: ["b", "b", "x"] };
    reader.begin();
    expect([reader.cell(tags, facts), reader.cell(others, facts)]).toEqual([1, 1]);
    const { firstTag } = tree.facts[others] as { firstTag: number };
    expect([tagsOf(tags), tagsOf(others)]).toEqual([[1, 0], [firstTag + 1]]);
    expect(reader.isMalformed).toBe(false);
  });

  it("begins anew with each request", () => {
    const { reader } = machineryOf(tree);
    reader.begin();
    expect([reader.cell(tags, { tags: "x" as never }), reader.isMalformed]).toEqual([0, true]);
    reader.begin();
    expect([reader.cell(tags, {}), reader.isMalformed]).toEqual([0, false]);
    expect(reader.cell(tags, { tags: ["x"] })).toBe(0); // Read already.
  });
});

describe("holds(), of a long list of tags", () => {
  const long = Array.from({ length: 40 }, (_, at) => `x${at}`);
  const { tree } = compile(setOf([has("any", ...long), has("any", "other", "another"), has("none", ...long)]));
  it("is whether one of the request's tags is in it", () => {
    for (const [tags, first] of [
      [["x7"], 0],
      [undefined, NO_RULE], // Nothing is left of the tags before.
      [["unknown", "other", "x39"], 0],
      [["another", "other"], 1],
      [["unknown"], 2],
      [[], 2],
    ] as const) {
      const { reader, walker } = machineryOf(tree);
      reader.begin();
      expect(walker.first(tree.route, { tags })).toBe(first);
    }
  });
  it("is no other fact's tag", () => {
    const ofKey = { ...has("any", ...long.map((tag) => `k${tag}`)), fact: "key_tags" } as Condition;
    const both = compile(setOf([all(ofKey, has("any", ...long))])).tree;
    const { reader, walker } = machineryOf(both);
    for (const [facts, first] of [
      [{ key_tags: ["kx3"], tags: ["x3"] }, 0],
      [{ key_tags: ["x3"], tags: ["x3"] }, NO_RULE],
      [{ key_tags: ["kx3"], tags: ["kx3"] }, NO_RULE],
    ] as const) {
      reader.begin();
      expect(walker.first(both.route, facts)).toBe(first);
    }
  });
});

describe("FactReader, of values that are not of their fact's type", () => {
  const conditions: readonly (readonly [Condition, readonly unknown[], unknown])[] = [
    [is("tenant", "a"), [7, true, ["a"]], "b"],
    [isTrue("stream"), ["true", 1], false],
    [atLeast("context_tokens", 5), ["7", Number.NaN, true], 7],
    [atLeast("budget_usd", 5), ["7", Number.NaN], 0],
    [has("any", "x"), ["x", 1], []],
    [night([1], "UTC"), ["2026-01-01", true], 0],
    [{ kind: "present", fact: "time", expected: true, span }, ["2026-01-01", true], 0],
  ];
  for (const [condition, wrong, right] of conditions) {
    const { tree } = compile(setOf([condition]));
    const { name, type } = tree.facts[0]!;
    it(`finds ${name}, a ${type}, malformed`, () => {
      const { reader } = machineryOf(tree);
      for (const value of wrong) {
        reader.begin();
        expect([reader.cell(0, { [name]: value } as Facts), reader.isMalformed]).toEqual([0, true]);
      }
      reader.begin();
      expect(reader.cell(0, { [name]: right } as Facts)).toBeGreaterThan(0);
      expect(reader.isMalformed).toBe(false);
    });
  }

  it("finds what patterns are matched with malformed", () => {
    for (const pattern of [
      { kind: "prefix", fact: "model", prefix: "a", span },
      { kind: "glob", fact: "model", pattern: "a*", span },
    ] as const) {
      const { tree } = compile(setOf([pattern]));
      const { reader, walker } = machineryOf(tree);
      reader.begin();
      expect(walker.first(tree.route, { model: 7 as never })).toBe(NO_RULE);
      expect(reader.isMalformed).toBe(true);
    }
  });
});

describe("withDefaults()", () => {
  const named = (name: string) => ({ name: `attributes.${name}` });
  it("copies the facts only when something is filled in", () => {
    const facts = { tenant: "a", "attributes.c": "given" };
    expect(withDefaults({ attributes: [named("a"), { ...named("c"), default: "x" }] }, facts)).toBe(facts);
    const filled = withDefaults({ attributes: [named("a"), { ...named("b"), default: "x" }] }, facts);
    expect(filled).toEqual({ ...facts, "attributes.b": "x" });
    expect(Object.keys(facts)).toHaveLength(2);
  });
});

describe("machineryOf()", () => {
  it("is made once for a tree, also when others are used in between", () => {
    const [one, other] = [compile(setOf([is("tenant", "a")])).tree, compile(setOf([is("tenant", "b")])).tree];
    const first = machineryOf(one);
    expect(machineryOf(one)).toBe(first);
    expect(machineryOf(other)).not.toBe(first);
    expect(machineryOf(one)).toBe(first);
  });
});
