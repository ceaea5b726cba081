import type { Condition, Predicate } from "../conditions/condition.js";
import { evaluateCondition } from "../evaluate/evaluate-condition.js";
import type { Facts } from "../evaluate/facts.js";
import type { Truth } from "../evaluate/truth.js";

/** The truths that a condition can have for some of several requests. */
export type PossibleTruth = ReadonlySet<Truth>;

/**
 * What a condition can be, when some of its leaves can be true or false. Leaves are taken as independent of each other, so a truth that
 * is not among the possible ones never occurs.
 * @param facts what all other leaves are decided by, with defaults filled in.
 */
export function possibleTruth(condition: Condition, facts: Facts, isOpen: (leaf: Predicate) => boolean): PossibleTruth {
  switch (condition.kind) {
    case "all":
      return combine(condition.conditions, facts, isOpen, false);
    case "any":
      return combine(condition.conditions, facts, isOpen, true);
    case "not": {
      const parts = possibleTruth(condition.condition, facts, isOpen);
      return new Set([...parts].map((truth) => (truth === undefined ? undefined : !truth)));
    }
    default: {
      const truth = evaluateCondition(condition, facts);
      // Whether what it reads is there is not open.
      return truth !== undefined && isOpen(condition) ? new Set([true, false]) : new Set([truth]);
    }
  }
}

function combine(
  conditions: readonly Condition[],
  facts: Facts,
  isOpen: (leaf: Predicate) => boolean,
  decisive: boolean,
): PossibleTruth {
  let possible: ReadonlySet<Truth> = new Set([!decisive]);
  for (const part of conditions) {
    const parts = possibleTruth(part, facts, isOpen);
    const next = new Set<Truth>();
    for (const one of possible) {
      for (const other of parts) {
        next.add(
          one === decisive || other === decisive
            ? decisive
            : one === undefined || other === undefined
              ? undefined
              : !decisive,
        );
      }
    }
    possible = next;
  }
  return possible;
}
