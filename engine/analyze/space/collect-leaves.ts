import type { Condition, Predicate } from "../../conditions/condition.js";

/** Every leaf of a condition, in the order written. */
export function collectLeaves(condition: Condition): readonly Predicate[] {
  switch (condition.kind) {
    case "all":
    case "any":
      return condition.conditions.flatMap(collectLeaves);
    case "not":
      return collectLeaves(condition.condition);
    default:
      return [condition];
  }
}
