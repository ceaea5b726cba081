import type { Condition, Predicate } from "../../conditions/condition.js";
import type { Truth } from "../../evaluate/truth.js";

/** The truths that a condition can have for some of several requests: a bit for each. */
export type PossibleTruth = number;

const TRUE = 1;
const FALSE = 2;
const UNKNOWN = 4;
export const trueOrFalse: PossibleTruth = TRUE | FALSE;
export const anyTruth: PossibleTruth = TRUE | FALSE | UNKNOWN;

export function only(truth: Truth): PossibleTruth {
  return truth === undefined ? UNKNOWN : truth ? TRUE : FALSE;
}

export function canBe(possible: PossibleTruth, truth: Truth): boolean {
  return (possible & only(truth)) !== 0;
}

/**
 * What a condition can be, by what each of its leaves can be. Leaves are taken as independent of each other, so a truth that is not among
 * the possible ones never occurs.
 */
export function possibleTruth(condition: Condition, ofLeaf: (leaf: Predicate) => PossibleTruth): PossibleTruth {
  switch (condition.kind) {
    case "all":
      return combine(condition.conditions, ofLeaf, FALSE);
    case "any":
      return combine(condition.conditions, ofLeaf, TRUE);
    case "not": {
      const part = possibleTruth(condition.condition, ofLeaf);
      return (part & UNKNOWN) | (part & TRUE ? FALSE : 0) | (part & FALSE ? TRUE : 0);
    }
    default:
      return ofLeaf(condition);
  }
}

/** @param decisive the truth that one part gives to the whole. */
function combine(
  conditions: readonly Condition[],
  ofLeaf: (leaf: Predicate) => PossibleTruth,
  decisive: PossibleTruth,
): PossibleTruth {
  const other = trueOrFalse - decisive;
  let possible = other;
  for (const part of conditions) {
    const parts = possibleTruth(part, ofLeaf);
    const both = possible & parts;
    const either = possible | parts;
    // It is decided by either, unknown where one is and the other does not decide, and the rest only where both are.
    possible = (either & decisive) | (canBeUnknown(possible, parts, other) ? UNKNOWN : 0) | (both & other);
    if (possible === decisive) break;
  }
  return possible;
}

function canBeUnknown(one: PossibleTruth, two: PossibleTruth, other: PossibleTruth): boolean {
  return ((one & UNKNOWN) !== 0 && (two & (UNKNOWN | other)) !== 0) || ((two & UNKNOWN) !== 0 && (one & other) !== 0);
}
