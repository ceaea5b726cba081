import type { Condition } from "../../engine/conditions/condition.js";
import type { PolicySet } from "../../engine/policy/policy-set.js";

/** Changes the leaves of every condition. */
export function plantInSet(set: PolicySet, plant: (leaf: Condition) => Condition): PolicySet {
  const visit = (condition: Condition): Condition => {
    switch (condition.kind) {
      case "all":
      case "any":
        return { ...condition, conditions: condition.conditions.map(visit) };
      case "not":
        return { ...condition, condition: visit(condition.condition) };
      default:
        return plant(condition);
    }
  };
  return { ...set, rules: set.rules.map((rule) => ({ ...rule, condition: visit(rule.condition) })) };
}
