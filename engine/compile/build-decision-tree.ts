import type { PolicySet, Rule } from "../policy/policy-set.js";
import { type AccessKey, accessKeys } from "./access-key.js";
import type { DecisionTree, FactBranch, RuleIndex } from "./decision-tree.js";

/** Files every rule where a decision will look for it. Time and size are linear in the text of the conditions. */
export function buildDecisionTree(set: PolicySet): DecisionTree {
  return {
    deny: buildIndex(set.rules, "deny"),
    require: buildIndex(set.rules, "require"),
    route: buildIndex(set.rules, "route"),
  };
}

interface GrowingBranch {
  readonly byValue: Map<string, number[]>;
  readonly absent: number[];
}

function buildIndex(rules: readonly Rule[], effect: Rule["effect"]): RuleIndex {
  const keyed = rules.flatMap((rule, ruleNumber) =>
    rule.effect === effect ? [{ ruleNumber, keys: accessKeys(rule.condition) }] : [],
  );
  const uses = countUses(keyed.flatMap(({ keys }) => keys));
  const branches = new Map<string, GrowingBranch>();
  const rest: number[] = [];
  for (const { ruleNumber, keys } of keyed) {
    const key = rarest(keys, uses);
    if (key === undefined) {
      rest.push(ruleNumber);
      continue;
    }
    const branch: GrowingBranch = branches.get(key.fact) ?? { byValue: new Map(), absent: [] };
    branches.set(key.fact, branch);
    for (const value of new Set(key.values)) {
      const list = branch.byValue.get(value);
      if (list === undefined) branch.byValue.set(value, [ruleNumber]);
      else list.push(ruleNumber);
    }
    // A guard acts when its condition is unknown, and an absent fact makes it so; a route needs it to be true.
    if (effect !== "route") branch.absent.push(ruleNumber);
  }
  return {
    branches: [...branches].map(
      ([fact, { byValue, absent }]): FactBranch => ({
        fact,
        byValue: new Map([...byValue].map(([value, list]) => [value, Int32Array.from(list)])),
        absent: Int32Array.from(absent),
      }),
    ),
    rest: Int32Array.from(rest),
  };
}

const useName = (fact: string, value: string) => `${fact}\n${value}`;

/** How many rules could be filed under each value: the fewer, the shorter the list a request finds there. */
function countUses(keys: readonly AccessKey[]): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  for (const { fact, values } of keys) {
    for (const value of values) uses.set(useName(fact, value), (uses.get(useName(fact, value)) ?? 0) + 1);
  }
  return uses;
}

/** The key whose most used value is used least. */
function rarest(keys: readonly AccessKey[], uses: ReadonlyMap<string, number>): AccessKey | undefined {
  let best: AccessKey | undefined;
  let bestUses = Number.POSITIVE_INFINITY;
  for (const key of keys) {
    const mostUses = Math.max(...key.values.map((value) => uses.get(useName(key.fact, value)) ?? 0));
    if (mostUses < bestUses) {
      best = key;
      bestUses = mostUses;
    }
  }
  return best;
}
