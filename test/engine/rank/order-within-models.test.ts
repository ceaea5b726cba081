import { describe, expect, it } from "vitest";
import { order, planOf, policyOf } from "./harness.js";

const models = { "a/one": { on: ["p", "q", "r"] }, "b/two": { on: ["p", "q"] }, "c/three": { on: ["p"] } } as const;

function ordered(hint_order: readonly string[], to: readonly string[] = ["a/one", "b/two", "c/three"]) {
  return order(planOf(policyOf({ models, default: { to } }), {}, { hint_order }));
}

describe("a hint's order", () => {
  it("orders the endpoints of each model, and leaves the models where the policy has them", () => {
    expect(ordered(["c/three@p", "b/two@q", "a/one@r", "a/one@q", "a/one@p"])).toEqual([
      "a/one@r",
      "a/one@q",
      "a/one@p",
      "b/two@q",
      "b/two@p",
      "c/three@p",
    ]);
  });

  it("puts what it names first, and keeps the rest as it was", () => {
    expect(ordered(["a/one@r"], ["a/one"])).toEqual(["a/one@r", "a/one@p", "a/one@q"]);
    expect(ordered(["a/one@q", "nobody/knows@it"], ["a/one"])).toEqual(["a/one@q", "a/one@p", "a/one@r"]);
    expect(ordered([], ["a/one"])).toEqual(["a/one@p", "a/one@q", "a/one@r"]);
  });

  it("exchanges only the places that the endpoints of one model have", () => {
    expect(ordered(["a/one@q", "b/two@q"], ["a/one@p", "b/two@p", "a/one@q", "b/two@q"])).toEqual([
      "a/one@q",
      "b/two@q",
      "a/one@p",
      "b/two@p",
    ]);
  });

  it("never moves an attempt of one rule among those of another", () => {
    const policy = policyOf({
      models,
      rules: { first: { to: ["a/one@p"], onExhausted: "next_rule" } },
      default: { to: ["a/one@q", "a/one@r"] },
    });
    const plan = planOf(policy, {}, { hint_order: ["a/one@r", "a/one@q", "a/one@p"] });
    expect(order(plan)).toEqual(["a/one@p", "a/one@r", "a/one@q"]);
  });
});

describe("a hint that allows no fallback", () => {
  const policy = policyOf({ models, default: { to: ["c/three", "b/two@p"], fallback: ["b/two@q"] } });

  it("leaves the first attempt, and says of the others why", () => {
    const plan = planOf(policy, {}, { no_fallback: true });
    expect(order(plan)).toEqual(["c/three@p"]);
    expect(plan.excluded.map(({ endpoint, from, reason }) => [endpoint.id, from, reason])).toEqual([
      ["b/two@p", "to", "hint_excluded"],
      ["b/two@q", "fallback", "hint_excluded"],
    ]);
    expect(plan.excluded[0]?.detail).toBe("the request says provider.allow_fallbacks: false");
  });

  it("is not given unless it is true", () => {
    expect(order(planOf(policy, {}, { no_fallback: false }))).toHaveLength(3);
  });
});
