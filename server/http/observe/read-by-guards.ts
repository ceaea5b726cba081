import { type PolicySet, readFactsOf } from "../../../engine/serving.js";

/** Collected when first asked for, as the names of models in routes are. */
const factsBySet = new WeakMap<PolicySet, ReadonlySet<string>>();

/** Whether a `deny` or `require` rule reads a fact. */
export function isReadByGuards(set: PolicySet, fact: string): boolean {
  let facts = factsBySet.get(set);
  if (facts === undefined) {
    const guards = set.rules.filter(({ effect }) => effect !== "route");
    facts = new Set(guards.flatMap(({ condition }) => readFactsOf(condition)));
    factsBySet.set(set, facts);
  }
  return facts.has(fact);
}
