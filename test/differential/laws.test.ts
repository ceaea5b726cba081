import { describe, expect, it } from "vitest";
import { buildDecisionTree } from "../../engine/compile/build-decision-tree.js";
import type { Condition, RangePredicate } from "../../engine/conditions/condition.js";
import { decide } from "../../engine/evaluate/decide.js";
import type { Facts } from "../../engine/evaluate/facts.js";
import type { PolicySet, Rule } from "../../engine/policy/policy-set.js";
import { generatePolicy, type Shape, shapes } from "./generate-policy.js";
import { generateRequest } from "./generate-request.js";
import { Random } from "./random.js";
import { span } from "./vocabulary.js";

/**
 * Laws that hold whatever the rules say: a changed set must decide as the first one did. They need no oracle, so a mistake
 * that the tree and the plain reading share shows here.
 */
function expectSameChoices(seed: number, change: (set: PolicySet, random: Random) => PolicySet): void {
  const random = new Random(seed);
  const requests = Array.from({ length: 300 }, () => generateRequest(random));
  let changed = 0;
  for (let policyNumber = 0; policyNumber < 120; policyNumber++) {
    const set = generatePolicy(
      random,
      shapes[policyNumber % shapes.length] as Shape,
      policyNumber % 10 === 0 ? 200 : 30,
    );
    const other = change(set, random);
    if (other !== set) changed++;
    const [one, two] = [choices(set), choices(other)];
    for (const facts of requests) expect(two(facts)).toBe(one(facts));
  }
  expect(changed).toBeGreaterThan(30);
}

/** The outcome by the ids of rules, up to a `~` that a change has put behind an id. */
function choices(set: PolicySet): (facts: Facts) => string {
  const policy = { name: "", revision: "", set, tree: buildDecisionTree(set), tests: [], files: [] };
  const own = (id: string) => id.split("~")[0] as string;
  return (facts) => {
    const { denied, requirements, route } = decide(policy, facts);
    const required = [...new Set(requirements.map(({ id }) => own(id)))].sort();
    return `${own(denied?.rule.id ?? "")} | ${required.join(" ")} | ${own(route.rule)}`;
  };
}

const all = (...conditions: Condition[]): Condition => ({ kind: "all", conditions, span });
const any = (...conditions: Condition[]): Condition => ({ kind: "any", conditions, span });
const not = (condition: Condition): Condition => ({ kind: "not", condition, span });
const withCondition = (rule: Rule, condition: Condition, suffix = ""): Rule => ({
  ...rule,
  condition,
  id: rule.id + suffix,
});

describe("decide()", () => {
  it("is not changed by a double negation", () => {
    expectSameChoices(1, (set) => ({
      ...set,
      rules: set.rules.map((rule) => withCondition(rule, not(not(rule.condition)))),
    }));
  });

  it("is not changed by De Morgan's law", () => {
    expectSameChoices(2, (set) => ({
      ...set,
      rules: set.rules.map((rule) =>
        rule.condition.kind === "all" ? withCondition(rule, not(any(...rule.condition.conditions.map(not)))) : rule,
      ),
    }));
  });

  it("is not changed by exchanging neighbouring routes of different tenants", () => {
    const tenant = (value: string): Condition => ({ kind: "one-of", fact: "tenant", values: [value], span });
    expectSameChoices(3, (set, random) => {
      const rules = set.rules.map((rule, at) =>
        withCondition(rule, all(tenant(at % 2 === 0 ? "search" : "sales"), rule.condition)),
      );
      // The first decision is made by this set, so both must hold the tenants: compare with its exchange.
      (set as { rules: readonly Rule[] }).rules = rules;
      const exchanged = [...rules];
      for (let at = 0; at + 1 < rules.length; at += 2) {
        if (rules[at]?.effect !== "route" || rules[at + 1]?.effect !== "route" || random.chance(0.3)) continue;
        [exchanged[at], exchanged[at + 1]] = [exchanged[at + 1] as Rule, exchanged[at] as Rule];
      }
      return { ...set, rules: exchanged };
    });
  });

  it("is not changed by splitting a route's range in two", () => {
    expectSameChoices(4, (set, random) => {
      let isSplit = false;
      const rules = set.rules.flatMap((rule): Rule[] => {
        if (rule.effect !== "route" || rule.condition.kind !== "all") return [rule];
        const range = rule.condition.conditions.find((part): part is RangePredicate => part.kind === "range");
        if (range === undefined) return [rule];
        isSplit = true;
        const middle = random.pick([0, 1, 0.5, 1_000, 200_000, 50_000_000]);
        const others = rule.condition.conditions.filter((part) => part !== range);
        const half = (bound: Partial<RangePredicate>) =>
          all(...others, range, { kind: "range", fact: range.fact, ...bound, span });
        return [
          withCondition(rule, half({ max: { value: middle, inclusive: false } }), "~low"),
          withCondition(rule, half({ min: { value: middle, inclusive: true } }), "~high"),
        ];
      });
      return isSplit ? { ...set, rules } : set;
    });
  });

  it("is not changed by a rule that cannot act", () => {
    const never: Condition = any();
    expectSameChoices(5, (set, random) => {
      const at = random.integer(0, set.rules.length);
      const first = set.rules[0] as Rule;
      return {
        ...set,
        rules: [...set.rules.slice(0, at), withCondition(first, never, "~never"), ...set.rules.slice(at)],
      };
    });
  });
});
