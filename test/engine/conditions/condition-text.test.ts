import { describe, expect, it } from "vitest";
import type { Condition } from "../../../engine/conditions/condition.js";
import { readConditionText, writeConditionText } from "../../../engine/conditions/condition-text.js";

let at = 0;
const span = (file = "rules.yaml") => ({ file, start: at++, end: at + 10 });
const range = { kind: "range", fact: "context_tokens" } as const;

const conditions: Readonly<Record<string, Condition>> = {
  present: { kind: "present", fact: "tenant", expected: false, span: span() },
  "one-of": { kind: "one-of", fact: "tenant", values: ["a", 'it\'s "quoted"', "ü🚀"], span: span() },
  prefix: { kind: "prefix", fact: "model", prefix: "openai/", span: span() },
  glob: { kind: "glob", fact: "model", pattern: "*/gpt-*", span: span() },
  "range above": { ...range, min: { value: 0.1, inclusive: true }, span: span() },
  "range below": { ...range, max: { value: 2 ** 53 - 1, inclusive: false }, span: span() },
  "range of one": { ...range, min: { value: 7, inclusive: true }, max: { value: 7, inclusive: true }, span: span() },
  boolean: { kind: "boolean", fact: "stream", expected: true, span: span() },
  set: { kind: "set", fact: "tags", quantifier: "none", tags: ["x", "y"], span: span() },
  time: { kind: "time", fact: "time", days: [1, 5], fromMinute: 60, toMinute: 30, tz: "Europe/Berlin", span: span() },
  logic: {
    ...{ kind: "logic", rule: { and: [{ var: "tenant" }, null, [1, "scope"]] } },
    ...{ reads: ["tenant"], required: ["tenant"], span: span() },
  },
};
const nested: Condition = {
  kind: "all",
  conditions: [
    { kind: "any", conditions: Object.values(conditions), span: span() },
    { kind: "not", condition: { kind: "all", conditions: [], span: span("other.yaml") }, span: span("other.yaml") },
  ],
  span: span(),
};

describe("readConditionText()", () => {
  it.each(Object.entries({ ...conditions, nested }))("gives what was written: %s", (_name, condition) => {
    const text = writeConditionText(condition, "rules.yaml");
    expect(readConditionText(text, "rules.yaml")).toStrictEqual(condition);
    expect(text).not.toContain("rules.yaml");
  });

  it("gives scopes as the objects they are", () => {
    const scope = conditions["set"]!;
    const condition: Condition = { kind: "all", conditions: [scope, conditions["time"]!], span: span() };
    const text = writeConditionText(condition, "rules.yaml", new Map([[scope, 0]]));
    expect(text).not.toContain("tags");
    const read = readConditionText(text, "rules.yaml", [scope]);
    expect(read).toStrictEqual(condition);
    expect(read.kind === "all" && read.conditions[0]).toBe(scope);
    expect(readConditionText(writeConditionText(scope, "", new Map([[scope, 0]])), "", [scope])).toBe(scope);
  });
});
