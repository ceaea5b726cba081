import { describe, expect, it } from "vitest";
import { rank, rankAttempts } from "../../../engine/rank/rank.js";
import { leftOut, order, outcomeOf, planOf, policyOf, requireRule, span } from "./harness.js";

const models = {
  "a/one": { price: ["2", "8"] },
  "b/two": { price: ["4", "16"] },
  "c/three": { price: ["1", "4"] },
} as const;

describe("rank", () => {
  it("names the rule of the plan and of each attempt", () => {
    const plan = planOf(policyOf({ models, rules: { quick: { to: ["a/one"] } }, default: { to: ["b/two"] } }));
    expect(plan.rule).toBe("quick");
    expect(plan.attempts.map(({ rule, from, route }) => [rule, from, route === plan.route])).toEqual([
      ["quick", "to", true],
    ]);
  });

  it("plans nothing for a denied request", () => {
    const policy = policyOf({ models, default: { to: ["a/one"] } });
    const denied = {
      rule: { id: "no", effect: "deny", condition: { kind: "all", conditions: [], span }, message: "no", span },
    } as const;
    const route = { rule: "default", ruleNumber: 0, route: policy.set.defaultRoute };
    const plan = rank(policy, { denied, requirements: [], route }, {}, {});
    expect([plan.attempts, plan.excluded]).toEqual([[], []]);
  });

  it("leaves the plan empty, with reasons, when no candidate is left: never uses them all", () => {
    const policy = policyOf({ models, default: { to: ["a/one"], fallback: ["b/two"] } });
    const plan = planOf(policy, {}, {}, [requireRule("eu", { region: ["eu"] })]);
    expect(plan.attempts).toEqual([]);
    expect(leftOut(plan)).toHaveLength(2);
  });

  it("gives equal plans for equal arguments, and changes none of them", () => {
    const policy = policyOf({ models, default: { to: ["a/one", "b/two", "c/three"], strategy: "balanced" } });
    const facts = Object.freeze({ context_tokens: 10 });
    const world = Object.freeze({ seed: 4, down: Object.freeze(["b"]) });
    const before = structuredClone(policy.set);
    expect(planOf(policy, facts, world)).toEqual(planOf(structuredClone(policy), facts, world));
    expect(policy.set).toEqual(before);
  });

  it("gives the same attempts without reasons, one of them when no fallback is allowed", () => {
    const policy = policyOf({ models, default: { to: ["a/one"], fallback: ["b/two"] } });
    for (const [world, count] of [
      [{}, 2],
      [{ no_fallback: false }, 2],
      [{ no_fallback: true }, 1],
    ] as const) {
      const { rule, attempts } = rankAttempts(policy, outcomeOf(policy), {}, world);
      expect([rule, attempts]).toEqual(["default", planOf(policy, {}, world).attempts]);
      expect(attempts).toHaveLength(count);
    }
  });

  it("has only the figures that are known", () => {
    const [known, unknown] = planOf(
      policyOf({ models: { "a/one": { price: ["2", "8"] }, "b/two": {} }, default: { to: ["a/one", "b/two"] } }),
      { context_tokens: 1 },
      { latency_ms: { "a/one@a": 7 } },
    ).attempts;
    expect(known).toMatchObject({ latencyMs: 7, cost: 2_000 + 1_024 * 8_000 });
    for (const figure of ["latencyMs", "cost", "score"]) expect(unknown).not.toHaveProperty(figure);
  });

  describe("with on_exhausted: next_rule", () => {
    const policy = policyOf({
      models,
      rules: {
        first: { to: ["a/one"], maxCostUsd: "0.001", onExhausted: "next_rule" },
        second: { to: ["c/three", "b/two"], strategy: "cheapest", retries: 2, onExhausted: "next_rule" },
      },
      default: { to: ["b/two", "a/one"] },
    });

    it("appends the candidates of the rules after it, each with its own rule and route, up to the default", () => {
      const plan = planOf(policy);
      expect(plan.rule).toBe("first");
      expect(plan.attempts.map(({ endpoint, rule, route }) => [endpoint.model, rule, route.retries])).toEqual([
        ["a/one", "first", 0],
        ["c/three", "second", 2],
        ["b/two", "second", 2],
      ]);
    });

    it("lets a later rule use a candidate that an earlier one could not afford", () => {
      const plan = planOf(policy, { context_tokens: 10_000 });
      expect(plan.attempts.map(({ endpoint, rule }) => [endpoint.model, rule])).toEqual([
        ["c/three", "second"],
        ["b/two", "second"],
        ["a/one", "default"],
      ]);
      expect([plan.rule, plan.route.retries]).toEqual(["second", 2]);
      expect(plan.excluded).toEqual([]);
    });

    it("names a candidate that nobody can use once, with the first rule's reason", () => {
      const plan = planOf(policy, {}, { down: ["a", "b"] });
      expect(plan.excluded.map(({ endpoint, rule }) => [endpoint.model, rule])).toEqual([
        ["a/one", "first"],
        ["b/two", "second"],
      ]);
      expect(order(plan)).toEqual(["c/three@c"]);
    });

    it("names the last rule asked when none has a candidate left", () => {
      const plan = planOf(policy, {}, { down: ["a", "b", "c"] });
      expect([plan.rule, plan.attempts]).toEqual(["default", []]);
    });

    it("stops at a route that fails, and at the default even if that says next_rule", () => {
      const stops = policyOf({
        models,
        rules: { first: { to: ["a/one"], onExhausted: "next_rule" }, second: { to: ["b/two"] } },
        default: { to: ["c/three"], onExhausted: "next_rule" },
      });
      expect(order(planOf(stops))).toEqual(["a/one@a", "b/two@b"]);
      const endless = policyOf({ models, default: { to: ["c/three"], onExhausted: "next_rule" } });
      expect(order(planOf(endless))).toEqual(["c/three@c"]);
    });
  });
});
