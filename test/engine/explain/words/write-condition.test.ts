import { describe, expect, it } from "vitest";
import type { Condition } from "../../../../engine/conditions/condition.js";
import { writeCondition } from "../../../../engine/explain/words/write-condition.js";
import { all, any, atLeast, below, has, is, isTrue, logic, night, not, span } from "../harness.js";

const cases: readonly [string, Condition][] = [
  ["always", all()],
  ["never", any()],
  ["tenant = search", is("tenant", "search")],
  ["tenant is one of search, ads", is("tenant", "search", "ads")],
  ['app = "Bob\'s \\"app\\""', is("app", 'Bob\'s "app"')],
  ["tenant ≠ search", not(is("tenant", "search"))],
  ["tenant is none of search, ads", not(is("tenant", "search", "ads"))],
  ["model starts with gpt-", { kind: "prefix", fact: "model", prefix: "gpt-", span }],
  ["model like gpt-*-mini", { kind: "glob", fact: "model", pattern: "gpt-*-mini", span }],
  ["region is present", { kind: "present", fact: "region", expected: true, span }],
  ["region is absent", { kind: "present", fact: "region", expected: false, span }],
  ["context_tokens ≥ 200,000", atLeast("context_tokens", 200_000)],
  ["max_latency_ms < 1,500", below("max_latency_ms", 1_500)],
  ["budget_usd < 0.05", below("budget_usd", 50_000_000)],
  ["budget_usd < 0.000000001", below("budget_usd", 1)],
  ["spend_ratio ≥ 0.8", atLeast("spend_ratio", 0.8)],
  ["attributes.risk ≥ 20000", atLeast("attributes.risk", 20_000)],
  [
    "attributes.risk = -1.5",
    {
      kind: "range",
      fact: "attributes.risk",
      min: { value: -1.5, inclusive: true },
      max: { value: -1.5, inclusive: true },
      span,
    },
  ],
  [
    "1,000 < context_tokens ≤ 2,000",
    {
      kind: "range",
      fact: "context_tokens",
      min: { value: 1_000, inclusive: false },
      max: { value: 2_000, inclusive: true },
      span,
    },
  ],
  ["context_tokens is a number", { kind: "range", fact: "context_tokens", span }],
  ["uses_vision = true", isTrue("uses_vision")],
  ["not (uses_vision = true)", not(isTrue("uses_vision"))],
  ["tags has any of code, sql", has("any", "code", "sql")],
  ["tags has all of code, sql", has("all", "code", "sql")],
  ["tags has none of code, sql", has("none", "code", "sql")],
  ["tags has code", has("any", "code")],
  ["tags lacks code", has("none", "code")],
  ['tags has "two words"', has("any", "two words")],
  ["time in Mon–Fri 22:00–06:00 Europe/Berlin", night()],
  ["time in Mon,Wed,Fri–Sun 22:00–06:00 UTC", night([0, 1, 3, 5, 6], "UTC")],
  ["time in Sat,Sun 22:00–06:00 UTC", night([0, 6], "UTC")],
  ["time in 22:00–06:00 UTC", night([0, 1, 2, 3, 4, 5, 6], "UTC")],
  ["time in Sat,Sun UTC", { kind: "time", fact: "time", days: [6, 0], fromMinute: 0, toMinute: 1440, tz: "UTC", span }],
  [
    "time in every day UTC",
    { kind: "time", fact: "time", days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 0, toMinute: 1440, tz: "UTC", span },
  ],
  [
    "time in 18:30–24:00 UTC",
    { kind: "time", fact: "time", days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 1110, toMinute: 1440, tz: "UTC", span },
  ],
  [
    'logic {"==":[{"%":[{"var":"attributes.risk"},2]},0]}',
    logic({ "==": [{ "%": [{ var: "attributes.risk" }, 2] }, 0] }, "attributes.risk"),
  ],
  ["tenant = a and tags has code", all(is("tenant", "a"), has("any", "code"))],
  ["tenant = a or tags has code", any(is("tenant", "a"), has("any", "code"))],
  ["tenant = a and (tags has code or app = b)", all(is("tenant", "a"), any(has("any", "code"), is("app", "b")))],
  ["not (tenant = a or app = b)", not(any(is("tenant", "a"), is("app", "b")))],
  ["tenant = a", all(any(is("tenant", "a")))],
];

describe("writeCondition", () => {
  it.each(cases)("writes %s", (expected, condition) => {
    expect(writeCondition(condition)).toBe(expected);
  });

  it("takes units of attributes from the definitions it is given", () => {
    const fee = { name: "attributes.fee", type: "number", unit: "usd", description: "" } as const;
    expect(writeCondition(below("attributes.fee", 50_000_000), [fee])).toBe("attributes.fee < 0.05");
  });
});
