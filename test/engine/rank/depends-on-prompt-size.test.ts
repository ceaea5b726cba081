import { describe, expect, it } from "vitest";
import type { Condition } from "../../../engine/conditions/condition.js";
import type { Facts } from "../../../engine/evaluate/facts.js";
import type { Rule } from "../../../engine/policy/policy-set.js";
import { dependsOnPromptSize } from "../../../engine/rank/depends-on-prompt-size.js";
import { tokenThresholds } from "../../../engine/tokens/token-thresholds.js";
import { compile } from "../compile/harness.js";
import { all, atLeast, below, is, logic } from "../explain/harness.js";
import { policyOf, type RouteText, requireRule, routeOf, span } from "./harness.js";

const models = { "a/small": { window: 1_000 }, "a/large": { window: 100_000 } };
const small: RouteText = { to: ["a/small"] };
const large: RouteText = { to: ["a/large"] };
const route = (id: string, condition: Condition, text: RouteText = large): Rule => {
  return { id, span, effect: "route", condition, route: routeOf(text) };
};
const deny = (condition: Condition): Rule => ({ id: "no", span, effect: "deny", condition, message: "no" });
const require = (condition: Condition): Rule => ({ ...requireRule("eu", { region: ["eu"] }), condition });

/** Whether a prompt of `lower` to `upper` tokens leaves open what happens to a request of tenant `a`. */
function depends(rules: readonly Rule[], [lower, upper]: readonly [number, number], facts: Facts = {}): boolean {
  const policy = compile({ ...policyOf({ models, default: large }).set, rules });
  return dependsOnPromptSize(policy, tokenThresholds(policy), { tenant: "a", ...facts }, { lower, upper });
}

describe("dependsOnPromptSize()", () => {
  const above = atLeast("context_tokens", 50);

  it("says yes where a rule that the request can meet begins or ends within the bounds", () => {
    const rules = [route("long", all(is("tenant", "a"), above))];
    expect(depends(rules, [40, 60])).toBe(true);
    expect(depends(rules, [49, 50])).toBe(true);
    expect(depends(rules, [50, 60])).toBe(false);
    expect(depends(rules, [40, 49])).toBe(false);
    expect(depends(rules, [40, 60], { tenant: "b" })).toBe(false);
    expect(depends([route("any", is("tenant", "a")), ...rules], [40, 60])).toBe(false);
  });

  it("says no where only rules that the request cannot meet begin within the bounds", () => {
    const ofOthers = route("b", all(is("tenant", "b"), above));
    expect(depends([ofOthers, route("long", atLeast("context_tokens", 500))], [40, 60])).toBe(false);
    const short = all(atLeast("context_tokens", 5), below("context_tokens", 20));
    expect(depends([ofOthers, route("short", short)], [40, 60])).toBe(false);
  });

  it("looks at guards and at every requirement", () => {
    const ofA = all(is("tenant", "a"), above);
    expect(depends([deny(ofA)], [40, 60])).toBe(true);
    expect(depends([require(ofA)], [40, 60])).toBe(true);
    const other = all(is("tenant", "a"), { kind: "not", condition: above, span });
    expect(depends([require(ofA), { ...require(other), id: "us" }], [40, 60])).toBe(true);
    expect(depends([require(is("tenant", "a")), require(all(is("tenant", "b"), above))], [40, 60])).toBe(false);
  });

  it("looks at the windows of the route's own candidates", () => {
    const toSmall = [route("r", is("tenant", "a"), small)];
    expect(depends(toSmall, [900, 1_100])).toBe(true);
    expect(depends(toSmall, [1_001, 1_100])).toBe(false);
    expect(depends(toSmall, [800, 900], { max_output_tokens: 150 })).toBe(true);
    expect(depends([], [900, 1_100])).toBe(false);
    const fallback = { to: ["a/large"], fallback: ["a/small"] };
    expect(depends([route("r", is("tenant", "a"), fallback)], [900, 1_100])).toBe(true);
    const both = { to: ["a/large", "a/small"] };
    expect(depends([route("r", is("tenant", "a"), both)], [900, 1_100])).toBe(true);
    const requested = [route("r", is("tenant", "a"), { to: ["requested"] })];
    expect(depends(requested, [900, 1_100], { model: "a/small" })).toBe(true);
    expect(depends(requested, [900, 1_100], { model: "a/large" })).toBe(false);
  });

  it("says no for a request that is denied, whatever its windows", () => {
    expect(depends([deny(is("tenant", "a")), route("r", is("tenant", "a"), small)], [900, 1_100])).toBe(false);
  });

  it("says yes where it does not look further: routes behind the first, JsonLogic, very many cuts", () => {
    const next = { ...large, onExhausted: "next_rule" } as const;
    expect(depends([route("r", is("tenant", "a"), next)], [900, 1_100])).toBe(true);
    expect(depends([route("r", logic({ "<": [{ var: "context_tokens" }, 5] }, "context_tokens"))], [6, 7])).toBe(true);
    const ofOthers = (count: number) =>
      Array.from({ length: count }, (_, at) =>
        route(`r${at}`, all(is("tenant", "b"), atLeast("context_tokens", at + 1))),
      );
    expect(depends(ofOthers(64), [0, 500])).toBe(false);
    expect(depends(ofOthers(65), [0, 500])).toBe(true);
  });
});
