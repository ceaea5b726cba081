import type { Condition } from "../conditions/condition.js";

/** A fact and the values without one of which a condition cannot be true. */
export interface AccessKey {
  readonly fact: string;
  readonly values: readonly string[];
}

/**
 * Every key a rule could be filed under: the parts of its condition that all must hold and that ask one string or set
 * fact for listed values. With the fact present and none of the values there, the condition is false; with the fact
 * absent it is unknown at best.
 */
export function accessKeys(condition: Condition): readonly AccessKey[] {
  switch (condition.kind) {
    case "all":
      return condition.conditions.flatMap(accessKeys);
    case "one-of":
      return [{ fact: condition.fact, values: condition.values }];
    case "set":
      // A set that must hold all the tags cannot do without any single one of them.
      return condition.quantifier === "any"
        ? [{ fact: condition.fact, values: condition.tags }]
        : condition.quantifier === "all"
          ? condition.tags.map((tag) => ({ fact: condition.fact, values: [tag] }))
          : [];
    default:
      return [];
  }
}
