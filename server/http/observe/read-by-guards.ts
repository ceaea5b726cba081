import type { Condition, PolicySet } from "../../../engine/serving.js";

/** Collected when first asked for, as the names of models in routes are. */
const factsBySet = new WeakMap<PolicySet, ReadonlySet<string>>();

/** Whether a `deny` or `require` rule reads a fact. */
export function isReadByGuards(set: PolicySet, fact: string): boolean {
  let facts = factsBySet.get(set);
  if (facts === undefined) {
    const found = new Set<string>();
    for (const rule of set.rules) if (rule.effect !== "route") collect(rule.condition, found);
    facts = found;
    factsBySet.set(set, facts);
  }
  return facts.has(fact);
}

function collect(condition: Condition, facts: Set<string>): void {
  switch (condition.kind) {
    case "all":
    case "any":
      for (const part of condition.conditions) collect(part, facts);
      return;
    case "not":
      collect(condition.condition, facts);
      return;
    case "logic":
      for (const fact of condition.reads) facts.add(fact);
      return;
    default:
      facts.add(condition.fact);
  }
}
