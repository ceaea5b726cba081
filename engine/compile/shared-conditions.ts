import type { Condition } from "../conditions/condition.js";
import type { Rule } from "../policy/policy-set.js";
import type { TreeTuning } from "./tree-tuning.js";

/**
 * The long conditions that stand in several rules: scopes, which the reader puts into each rule below them as one object.
 * They are compiled once, so that rules × length of their scope is nothing that a tree grows with.
 */
export function sharedConditions(rules: readonly Rule[], { longCondition }: TreeTuning): ReadonlySet<Condition> {
  const seen = new Set<Condition>();
  const shared = new Set<Condition>();
  const isSeenAgain = (condition: Condition): boolean => {
    if (room(condition, longCondition) >= 0) return false;
    if (!seen.has(condition)) {
      seen.add(condition);
      return false;
    }
    shared.add(condition);
    return true;
  };
  for (const { condition } of rules) {
    if (isSeenAgain(condition) || condition.kind !== "all") continue;
    for (const part of condition.conditions) isSeenAgain(part);
  }
  return shared;
}

/** What is left of a number of leaves and values; negative as soon as a condition has more. */
function room(condition: Condition, left: number): number {
  switch (condition.kind) {
    case "all":
    case "any": {
      let rest = left;
      for (let at = 0; at < condition.conditions.length && rest >= 0; at++) {
        rest = room(condition.conditions[at] as Condition, rest);
      }
      return rest;
    }
    case "not":
      return room(condition.condition, left);
    case "one-of":
      return left - condition.values.length;
    case "set":
      return left - condition.tags.length;
    default:
      return left - 1;
  }
}
