import type { Condition } from "../conditions/condition.js";
import type { Rule } from "../policy/policy-set.js";
import type { TreeTuning } from "./tree-tuning.js";

/**
 * The long conditions that stand in several rules: scopes, which the reader puts into each rule below them as one object.
 * They are compiled once, so that rules × length of their scope is nothing that a tree grows with.
 */
export function sharedConditions(rules: readonly Rule[], tuning: TreeTuning): ReadonlySet<Condition> {
  return sharedAmong(rules.map(({ condition }) => longConditions(condition, tuning)));
}

/** Of what may be shared, what is: a whole condition that stands in several rules counts, and not its parts. */
export function sharedAmong(long: readonly (readonly Condition[])[]): ReadonlySet<Condition> {
  const seen = new Set<Condition>();
  const shared = new Set<Condition>();
  for (const conditions of long) {
    for (const [at, condition] of conditions.entries()) {
      if (!seen.has(condition)) {
        seen.add(condition);
        continue;
      }
      shared.add(condition);
      if (at === 0) break;
    }
  }
  return shared;
}

/** The parts of a rule's condition that are long enough to be shared: the whole first. */
export function longConditions(condition: Condition, { longCondition }: TreeTuning): readonly Condition[] {
  const isLong = (part: Condition) => room(part, longCondition) < 0;
  if (!isLong(condition)) return NONE;
  return [condition, ...(condition.kind === "all" ? condition.conditions.filter(isLong) : [])];
}

const NONE: readonly Condition[] = [];

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
