import { describe, expect, it } from "vitest";
import type { Condition } from "../../../engine/conditions/condition.js";
import { decide } from "../../../engine/evaluate/decide.js";
import type { Facts } from "../../../engine/evaluate/facts.js";
import { machineryOf } from "../../../engine/evaluate/machinery.js";
import type { AttributeDefinition } from "../../../engine/policy/policy-set.js";
import { compile, decided, setOf } from "../compile/harness.js";
import { all, atLeast, below, has, is, isTrue, logic, night, not, span } from "../explain/harness.js";

describe("decide()", () => {
  it("takes the first route whose condition is true, else the default", () => {
    const policy = compile(setOf([is("tenant", "a"), isTrue("stream"), all()]));
    expect(decided(policy, { tenant: "a", stream: true })).toBe("route r0");
    expect(decided(policy, { stream: true })).toBe("route r1");
    expect(decided(compile(setOf([is("tenant", "a")])), {})).toBe("route default");
  });

  it("denies by the first deny rule in reading order that is not false", () => {
    const policy = compile(setOf([{ deny: is("tenant", "a") }, { deny: isTrue("stream") }]));
    expect(decided(policy, { tenant: "b", stream: true })).toBe("denied r1, route default");
    expect(decided(policy, { stream: false })).toBe("denied r0, route default");
    expect(decided(policy, { tenant: "b", stream: false })).toBe("route default");
  });

  it("collects every requirement that is not false, once, in reading order", () => {
    const tags = has("any", "x", "y", "z");
    const policy = compile(setOf([{ require: tags }, { require: is("app", "q") }, { require: tags }]));
    expect(decided(policy, { tags: ["z", "y", "x", "y"], app: "p" })).toBe("required r0 r2, route default");
    expect(decided(policy, {})).toBe("required r0 r1 r2, route default");
    expect(decided(policy, { tags: [], app: "q" })).toBe("required r1, route default");
  });

  it("stands at the edges of ranges, of money after rounding to nano-dollars", () => {
    const policy = compile(
      setOf([all(atLeast("budget_usd", 50_000_000), below("budget_usd", 50_000_001)), atLeast("context_tokens", 10)]),
    );
    expect(decided(policy, { budget_usd: 0.05 })).toBe("route r0");
    expect(decided(policy, { budget_usd: 0.0500000004 })).toBe("route r0");
    expect(decided(policy, { budget_usd: 0.0500000006 })).toBe("route default");
    expect(decided(policy, { budget_usd: 0.049999999, context_tokens: 10 })).toBe("route r1");
    expect(decided(policy, { context_tokens: 9 })).toBe("route default");
  });

  it("uses the default of an attribute that is absent, also in JsonLogic and prefixes", () => {
    const attribute = (
      name: string,
      type: AttributeDefinition["type"],
      value: string | number,
    ): AttributeDefinition => {
      return { name, type, description: "", from: { key: true }, span, default: value };
    };
    const attributes = [attribute("attributes.plan", "string", "free"), attribute("attributes.risk", "number", 4)];
    const policy = compile(
      setOf(
        [
          all(is("attributes.plan", "free"), logic({ "==": [{ var: "attributes.risk" }, 4] }, "attributes.risk"), {
            kind: "prefix",
            fact: "attributes.plan",
            prefix: "fr",
            span,
          }),
        ],
        attributes,
      ),
    );
    expect(decided(policy, {})).toBe("route r0");
    expect(decided(policy, { "attributes.plan": "pro" })).toBe("route default");
    expect(decided(policy, { "attributes.risk": 5 })).toBe("route default");
  });

  it("asks local times across midnight", () => {
    const policy = compile(setOf([night([1], "UTC"), { deny: not(night([1], "UTC")) }]));
    expect(decided(policy, { time: Date.UTC(2026, 10, 23, 22) })).toBe("route r0");
    expect(decided(policy, { time: Date.UTC(2026, 10, 24, 5, 59) })).toBe("route r0");
    expect(decided(policy, { time: Date.UTC(2026, 10, 24, 6) })).toBe("denied r1, route default");
    expect(decided(policy, {})).toBe("denied r1, route default");
  });

  it("reads facts of the wrong type as the plain reading does", () => {
    const glob: Condition = { kind: "glob", fact: "model", pattern: "g*", span };
    const conditions = [
      atLeast("context_tokens", 5),
      atLeast("budget_usd", 5),
      is("tenant", "7"),
      below("context_tokens", 5),
      isTrue("stream"),
      { kind: "boolean", fact: "stream", expected: false, span },
      has("any", "x"),
      glob,
      { kind: "present", fact: "tags", expected: true, span },
    ] as const;
    const wrong = [
      { context_tokens: Number.NaN },
      { context_tokens: "7" },
      { budget_usd: "7" },
      { tenant: 7 },
      { stream: "true" },
      { stream: 1 },
      { tags: "x" },
      { model: 7 },
    ];
    // Absent would be unknown, and neither a condition nor its `not` would route.
    for (const condition of conditions) {
      for (const facts of wrong as unknown as Facts[]) {
        decided(compile(setOf([condition])), facts);
        decided(compile(setOf([not(condition)])), facts);
        decided(compile(setOf([{ deny: condition }, { require: not(condition) }])), facts);
      }
    }
    expect(decided(compile(setOf([not(is("tenant", "7"))])), { tenant: 7 } as unknown as Facts)).toBe("route r0");
    // A time that is a text has no minute of the day; that it is there can be asked all the same.
    const isThere: Condition = { kind: "present", fact: "time", expected: true, span };
    expect(decided(compile(setOf([isThere])), { time: "now" } as unknown as Facts)).toBe("route r0");
  });

  it("takes no tags at all for all of none, once the set is there", () => {
    const policy = compile(setOf([has("all")]));
    expect(decided(policy, { tags: [] })).toBe("route r0");
    expect(decided(policy, {})).toBe("route default");
  });

  it("asks a pattern once in a decision, however many rules hold it", () => {
    const glob: Condition = { kind: "glob", fact: "model", pattern: "*x", span };
    const policy = compile(setOf([all(glob, is("tenant", "a")), all(glob, is("tenant", "b")), all(glob), all()]));
    let reads = 0;
    const facts: Facts = {
      tenant: "b",
      get model() {
        reads++;
        return "gpt";
      },
    };
    expect(decide(policy, facts).route.rule).toBe("r3");
    expect(reads).toBe(1);
    expect(decide(policy, { tenant: "b", model: "gpt-x" }).route.rule).toBe("r1");
  });

  it("is right when decisions are counted from one again, after two thousand million", () => {
    const policy = compile(setOf([has("any", "x"), { kind: "glob", fact: "model", pattern: "g*", span }]));
    const { reader } = machineryOf(policy.tree);
    expect(decided(policy, { tags: ["x"] })).toBe("route r0"); // The first decision, which marks what it saw.
    Object.assign(reader, { stamp: 0x7ffffffe });
    expect(decided(policy, { tags: [] })).toBe("route default"); // The first again.
    for (let time = 0; time < 20; time++) {
      expect(decided(policy, { tags: [], model: "g" })).toBe("route r1");
      expect(decided(policy, { tags: ["x"] })).toBe("route r0");
    }
  });

  it("keeps nothing of one request for the next", () => {
    const policy = compile(
      setOf([has("any", "x"), is("tenant", "a"), { kind: "glob", fact: "model", pattern: "g*", span }]),
    );
    const other = compile(setOf([has("any", "y"), all()]));
    for (let time = 0; time < 3; time++) {
      expect(decided(policy, { tags: ["x"] })).toBe("route r0");
      expect(decided(other, { tags: ["x"] })).toBe("route r1");
      expect(decided(policy, { tags: ["y"], tenant: "a" })).toBe("route r1");
      expect(decided(policy, { model: "gpt" })).toBe("route r2");
      expect(decided(policy, { tags: [] })).toBe("route default");
    }
  });

  it("gives the very rules and routes of the set", () => {
    const policy = compile(setOf([{ deny: all() }, { require: all() }, all()]));
    const { denied, requirements, route } = decide(policy, {});
    expect(denied?.rule).toBe(policy.set.rules[0]);
    expect(requirements[0]).toBe(policy.set.rules[1]);
    expect(requirements.map(({ rule }) => rule)).toEqual([policy.set.rules[1]?.id]);
    expect([route.ruleNumber, route.route]).toEqual([2, (policy.set.rules[2] as { route: unknown }).route]);
  });
});
