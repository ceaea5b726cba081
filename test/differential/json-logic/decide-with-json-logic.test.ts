import { describe, expect, it } from "vitest";
import type { Condition } from "../../../engine/conditions/condition.js";
import type { Facts } from "../../../engine/evaluate/facts.js";
import type { AttributeDefinition } from "../../../engine/policy/policy-set.js";
import { compile, decided, setOf } from "../../engine/compile/harness.js";
import { all, any, atLeast, below, has, is, isTrue, logic, night, not, span } from "../../engine/explain/harness.js";
import { decideWithJsonLogic } from "./decide-with-json-logic.js";

const range = (fact: string, bounds: object): Condition => ({ kind: "range", fact, ...bounds, span });
const bound = (value: number, inclusive: boolean) => ({ value, inclusive });
const glob = (pattern: string): Condition => ({ kind: "glob", fact: "model", pattern, span });
const time = (days: number[], fromMinute: number, toMinute: number, tz = "UTC"): Condition => {
  return { kind: "time", fact: "time", days, fromMinute, toMinute, tz, span };
};
const at = (text: string): Facts => ({ time: Date.parse(text) });

/** A condition, requests for which it is true, and requests for which it is false. Without its fact it is unknown. */
const cases: readonly (readonly [string, Condition, readonly Facts[], readonly Facts[]])[] = [
  ["one string", is("tenant", "a"), [{ tenant: "a" }], [{ tenant: "b" }, { tenant: "" }]],
  ["strings", is("tenant", "a", "b"), [{ tenant: "b" }], [{ tenant: "ab" }]],
  [
    "a prefix",
    { kind: "prefix", fact: "model", prefix: "gpt", span },
    [{ model: "gpt" }, { model: "gpt-5" }],
    [{ model: "gp" }, { model: "a-gpt" }],
  ],
  [
    "a glob",
    glob("g*-5"),
    [{ model: "gpt-5" }, { model: "g-5" }, { model: "g\n-5" }],
    [{ model: "gpt-5x" }, { model: "xg-5" }],
  ],
  [
    "a glob with letters of expressions",
    glob("a.b*(c)"),
    [{ model: "a.b(c)" }],
    [{ model: "axb(c)" }, { model: "a.bc" }],
  ],
  ["a boolean", isTrue("stream"), [{ stream: true }], [{ stream: false }]],
  [
    "a false boolean",
    { kind: "boolean", fact: "stream", expected: false, span },
    [{ stream: false }],
    [{ stream: true }],
  ],
  [
    "a least number",
    atLeast("context_tokens", 5),
    [{ context_tokens: 5 }, { context_tokens: 6 }],
    [{ context_tokens: 4 }],
  ],
  [
    "a number above",
    range("context_tokens", { min: bound(5, false) }),
    [{ context_tokens: 6 }],
    [{ context_tokens: 5 }],
  ],
  ["a number below", below("context_tokens", 5), [{ context_tokens: 4 }], [{ context_tokens: 5 }]],
  [
    "a greatest number",
    range("context_tokens", { max: bound(5, true) }),
    [{ context_tokens: 5 }],
    [{ context_tokens: 6 }],
  ],
  [
    "a number between",
    range("context_tokens", { min: bound(2, true), max: bound(5, false) }),
    [{ context_tokens: 2 }, { context_tokens: 4 }],
    [{ context_tokens: 1 }, { context_tokens: 5 }],
  ],
  ["any number", range("context_tokens", {}), [{ context_tokens: 0 }], []],
  [
    "dollars",
    atLeast("budget_usd", 50_000_000),
    [{ budget_usd: 0.05 }, { budget_usd: 0.0499999996 }],
    [{ budget_usd: 0.049999999 }],
  ],
  ["any of tags", has("any", "x", "y"), [{ tags: ["z", "y"] }], [{ tags: ["z"] }, { tags: [] }]],
  ["all of tags", has("all", "x", "y"), [{ tags: ["y", "x"] }], [{ tags: ["y"] }]],
  ["none of tags", has("none", "x", "y"), [{ tags: ["z"] }, { tags: [] }], [{ tags: ["z", "y"] }]],
  [
    "a day's hours",
    time([2], 540, 1020),
    [at("2026-11-24T09:00Z"), at("2026-11-24T16:59Z")],
    [at("2026-11-24T08:59Z"), at("2026-11-24T17:00Z"), at("2026-11-25T09:00Z")],
  ],
  [
    "a night",
    night([6], "UTC"),
    [at("2026-11-28T22:00Z"), at("2026-11-29T05:59Z")],
    [at("2026-11-28T05:00Z"), at("2026-11-29T06:00Z"), at("2026-11-29T22:00Z")],
  ],
  ["hours elsewhere", time([3], 0, 60, "Europe/Berlin"), [at("2026-11-24T23:30Z")], [at("2026-11-25T00:30Z")]],
  [
    "JsonLogic",
    logic({ ">": [{ var: "budget_usd" }, 0.5] }, "budget_usd"),
    [{ budget_usd: 0.6 }],
    [{ budget_usd: 0.5 }],
  ],
];

/** The outcome of one rule, by both: as a route, as a guard. */
function outcome(condition: Condition, facts: Facts): string {
  const answers = [setOf([condition]), setOf([{ deny: condition }]), setOf([{ require: condition }])].map((set) => {
    const { denied, requirements, route } = decideWithJsonLogic(set, facts);
    const byLogic = [
      ...(denied === undefined ? [] : [`denied ${denied.rule.id}`]),
      ...(requirements.length === 0 ? [] : [`required ${requirements.map(({ id }) => id).join(" ")}`]),
      `route ${route.rule}`,
    ].join(", ");
    expect(byLogic).toBe(decided(compile(set), facts));
    return byLogic;
  });
  return answers.join("; ");
}
const TRUE = "route r0; denied r0, route default; required r0, route default";
const FALSE = "route default; route default; route default";
const UNKNOWN = "route default; denied r0, route default; required r0, route default";

describe("a condition, by the tree, in order and by JsonLogic", () => {
  for (const [name, condition, whenTrue, whenFalse] of cases) {
    it(`of ${name} is true, false or unknown`, () => {
      for (const facts of whenTrue) expect([facts, outcome(condition, facts)]).toEqual([facts, TRUE]);
      for (const facts of whenFalse) expect([facts, outcome(condition, facts)]).toEqual([facts, FALSE]);
      expect(outcome(condition, {})).toBe(UNKNOWN);
      for (const facts of whenTrue) expect(outcome(not(condition), facts)).toBe(FALSE);
      for (const facts of whenFalse) expect(outcome(not(condition), facts)).toBe(TRUE);
      expect(outcome(not(condition), {})).toBe(UNKNOWN);
    });
  }

  it("of presence is never unknown", () => {
    const isThere: Condition = { kind: "present", fact: "tenant", expected: true, span };
    expect([outcome(isThere, { tenant: "" }), outcome(isThere, {})]).toEqual([TRUE, FALSE]);
    expect([outcome(not(isThere), { tenant: "" }), outcome(not(isThere), {})]).toEqual([FALSE, TRUE]);
    const isGone: Condition = { ...isThere, expected: false };
    expect([outcome(isGone, { tenant: "" }), outcome(isGone, {})]).toEqual([FALSE, TRUE]);
    expect([outcome(not(isGone), { tenant: "" }), outcome(not(isGone), {})]).toEqual([TRUE, FALSE]);
  });

  it("of JsonLogic waits for the facts without a default only", () => {
    const rule: Condition = {
      kind: "logic",
      rule: { "==": [{ var: ["model", "none"] }, "none"] },
      reads: ["model"],
      required: [],
      span,
    };
    expect([outcome(rule, {}), outcome(rule, { model: "x" })]).toEqual([TRUE, FALSE]);
  });

  it("of several is Kleene's `all` and `any`", () => {
    const [yes, no, unknown] = [is("tenant", "a"), is("tenant", "b"), is("app", "a")];
    const facts = { tenant: "a" };
    expect(outcome(all(), facts)).toBe(TRUE);
    expect(outcome(any(), facts)).toBe(FALSE);
    expect(outcome(not(all()), facts)).toBe(FALSE);
    expect(outcome(not(any()), facts)).toBe(TRUE);
    expect([all(yes, no), all(yes, unknown), all(no, unknown)].map((part) => outcome(part, facts))).toEqual([
      FALSE,
      UNKNOWN,
      FALSE,
    ]);
    expect([any(yes, no), any(yes, unknown), any(no, unknown)].map((part) => outcome(part, facts))).toEqual([
      TRUE,
      TRUE,
      UNKNOWN,
    ]);
    expect(
      [not(all(yes, unknown)), not(any(no, unknown)), not(all(no, unknown))].map((part) => outcome(part, facts)),
    ).toEqual([UNKNOWN, UNKNOWN, TRUE]);
  });

  it("reads attributes, their defaults, and values that are undefined as absent", () => {
    const attribute = (name: string, value?: number): AttributeDefinition => {
      return {
        name,
        type: "number",
        description: "",
        from: { key: true },
        span,
        ...(value === undefined ? {} : { default: value }),
      };
    };
    const attributes = [attribute("attributes.risk", 4), attribute("attributes.age")];
    const risk = logic({ "==": [{ var: "attributes.risk" }, 4] }, "attributes.risk");
    const set = setOf([all(risk, atLeast("attributes.age", 1)), atLeast("attributes.risk", 5)], attributes);
    const routeOf = (facts: Facts) => decideWithJsonLogic(set, facts).route;
    expect(routeOf({ "attributes.age": 1 })).toEqual({
      rule: "r0",
      ruleNumber: 0,
      route: (set.rules[0] as { route: unknown }).route,
    });
    expect(routeOf({ "attributes.age": 1, "attributes.risk": undefined }).rule).toBe("r0");
    expect(routeOf({ "attributes.age": 1, "attributes.risk": 5 })).toMatchObject({ rule: "r1", ruleNumber: 1 });
    expect(routeOf({})).toEqual({ rule: "default", ruleNumber: 2, route: set.defaultRoute });
  });

  it("takes the first deny rule and the first route, and every requirement", () => {
    const set = setOf([
      { deny: is("app", "x") },
      { deny: all() },
      { require: all() },
      { require: is("app", "x") },
      is("app", "x"),
      all(),
      all(),
    ]);
    const { denied, requirements, route } = decideWithJsonLogic(set, { app: "y" });
    expect([denied?.rule.id, requirements.map(({ id }) => id), route.rule]).toEqual(["r1", ["r2"], "r5"]);
  });
});
