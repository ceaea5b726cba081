import type { Box, BoxLayout } from "../space/box.js";
import { findUncovered, subtract } from "../space/find-uncovered.js";
import { QUESTION_STEPS, StepBudget } from "../space/step-budget.js";

/** The requests of one change. */
export interface Extent {
  readonly region: readonly Box[];
  /** Whether `region` is all of them; else it is some. */
  readonly isWhole: boolean;
  /** All of them and maybe others; where the region is whole, the region. */
  readonly around: readonly Box[];
}

/** Boxes of one change that are listed. */
const MOST_OF_ONE = 256;

/** What listing all boxes of one change may take, and of all changes: of thousands most are told by the least box around them. */
const ONE_LISTING = QUESTION_STEPS / 10;
export const ALL_LISTINGS = 20 * ONE_LISTING;

/**
 * The requests of some areas that nothing covers: `none` where that is proved, `undecided` where it takes too many steps to find one.
 * @param listing the steps that are left for listing: {@link ALL_LISTINGS} at first.
 */
export function findExtent(
  layout: BoxLayout,
  areas: readonly Box[],
  covers: readonly Box[],
  listing: StepBudget,
): Extent | "none" | "undecided" {
  const found = findUncovered(layout, areas, covers, new StepBudget(QUESTION_STEPS));
  if (found === "none" || found === "undecided") return found;
  const region = subtract(layout, areas, covers, new StepBudget(ONE_LISTING, listing), MOST_OF_ONE);
  return { region: region ?? [found], isWhole: region !== undefined, around: region ?? areas };
}
