import { describe, expect, it } from "vitest";
import { evaluateCondition } from "../../../engine/evaluate/evaluate-condition.js";
import type { Facts } from "../../../engine/evaluate/facts.js";
import { nextRoute } from "../../../engine/evaluate/next-route.js";
import { withDefaults } from "../../../engine/evaluate/with-defaults.js";
import { generatePolicy, shapes } from "../../differential/generate-policy.js";
import { generateRequest } from "../../differential/generate-request.js";
import { Random } from "../../differential/random.js";
import { compile, setOf } from "../compile/harness.js";
import { all, is, not } from "../explain/harness.js";

describe("nextRoute()", () => {
  it("goes on behind the exhausted rule, to the default in the end", () => {
    const policy = compile(setOf([all(), is("tenant", "a"), { deny: all() }, all()]));
    const routeAfter = (number: number) => nextRoute(policy, { tenant: "b" }, number).rule;
    expect([routeAfter(-1), routeAfter(0), routeAfter(1), routeAfter(3), routeAfter(4)]).toEqual([
      "r0",
      "r3",
      "r3",
      "default",
      "default",
    ]);
  });

  it("reads the rules in order when a fact is not of its type", () => {
    const policy = compile(
      setOf([all(), not(is("tenant", "a")), { deny: all() }, not(is("tenant", "b")), is("app", "x")]),
    );
    const routeAfter = (number: number) => nextRoute(policy, { tenant: 7 } as unknown as Facts, number);
    expect([-1, 0, 1, 2].map((number) => routeAfter(number).rule)).toEqual(["r0", "r1", "r3", "r3"]);
    expect(routeAfter(1).ruleNumber).toBe(3);
    expect(routeAfter(3)).toEqual({ rule: "default", ruleNumber: 5, route: policy.set.defaultRoute });
  });

  it("passes over rules that are not true in order, to the default", () => {
    const policy = compile(
      setOf([all(), is("tenant", "a"), not(is("tenant", "b")), is("tenant", "c"), is("app", "x")]),
    );
    const facts = { tenant: 7 } as unknown as Facts;
    expect([0, 1, 2, 3].map((number) => nextRoute(policy, facts, number).rule)).toEqual([
      "r2",
      "r2",
      "default",
      "default",
    ]);
    expect(nextRoute(policy, facts, 2).ruleNumber).toBe(5);
  });

  it("is the first true route behind any rule, for any policy and request", () => {
    const random = new Random(3);
    for (const shape of shapes) {
      const policy = compile(generatePolicy(random, shape, 120));
      const { rules, defaultRoute } = policy.set;
      for (let request = 0; request < 40; request++) {
        const facts = generateRequest(random);
        const filled = withDefaults(policy.set, facts);
        const after = random.integer(-1, rules.length);
        const found = rules.findIndex(
          ({ effect, condition }, at) =>
            at > after && effect === "route" && evaluateCondition(condition, filled) === true,
        );
        const { ruleNumber, route } = nextRoute(policy, facts, after);
        expect(ruleNumber).toBe(found === -1 ? rules.length : found);
        if (found === -1) expect(route).toBe(defaultRoute);
      }
    }
  });
});
