import type { Box, BoxLayout } from "./box.js";
import type { StepBudget } from "./step-budget.js";

/** Some of the requests asked for, or the proof that there are none, or neither because the budget ran out. */
export type Search = Box | "none" | "undecided";

/**
 * Looks for requests that lie in one of `areas` and in none of `covers`: exact, with an early exit.
 *
 * Of a box and the covers that meet it: one that holds it covers it; without any it is the answer; else the cover that
 * the box exceeds on the fewest axes is chosen, and for each such axis the part beyond it is searched; what then remains
 * lies inside.
 */
export function findUncovered(
  layout: BoxLayout,
  areas: Iterable<Box>,
  covers: readonly Box[],
  budget: StepBudget,
): Search {
  let isUndecided = false;
  for (const area of areas) {
    let found: Int32Array | undefined;
    const ended = walk(layout, area.bits.slice(), layout.limitsOf(area), covers, budget, (bits) => {
      found = bits;
      return false;
    });
    if (found !== undefined) return layout.boxOf(found);
    if (!ended) isUndecided = true;
  }
  return isUndecided ? "undecided" : "none";
}

/** What of `areas` no cover holds, as boxes; undefined when they are more than `most`, or the budget runs out. */
export function subtract(
  layout: BoxLayout,
  areas: readonly Box[],
  covers: readonly Box[],
  budget: StepBudget,
  most: number,
): readonly Box[] | undefined {
  const rest: Box[] = [];
  for (const area of areas) {
    const ended = walk(layout, area.bits.slice(), layout.limitsOf(area), covers, budget, (bits) => {
      rest.push(layout.boxOf(bits));
      return rest.length <= most;
    });
    if (!ended) return undefined;
  }
  return rest;
}

/**
 * Gives the disjoint uncovered parts of a box to `visit` until it answers false.
 * @param unsettled for each axis whether the box may lie within a cover on it: where it is limited, at first; see {@link BoxLayout.axesBeyond}.
 * @returns whether the walk came to its end.
 */
function walk(
  layout: BoxLayout,
  bits: Int32Array,
  unsettled: Uint8Array,
  covers: readonly Box[],
  budget: StepBudget,
  visit: (bits: Int32Array) => boolean,
): boolean {
  let near = covers;
  for (;;) {
    if (!budget.spend(near.length + 1)) return false;
    const meeting: Box[] = [];
    const cut = new Set<number>();
    let best: Box | undefined;
    for (const cover of near) {
      const beyond = layout.axesBeyond(bits, cover, unsettled);
      if (beyond === undefined) continue;
      if (beyond === 0) return true;
      // Where the box lies within a cover so does all that is left of it: such axes are not looked at again.
      const open = beyond === cover.axes.length ? cover : layout.onlyBeyond(bits, cover);
      if (beyond > 1) {
        meeting.push(open);
        if (best === undefined || beyond < best.axes.length) best = open;
        continue;
      }
      // Only one axis reaches beyond: what is left is a smaller box, and no branch is needed.
      const [axis] = open.axes as [number];
      layout.cutAxis(bits, open, axis);
      if (layout.isEmpty(bits, axis)) return true;
      unsettled[axis] = 1;
      cut.add(axis);
    }
    // What of a cover is left open reaches beyond it on each of its axes, and will until that axis is cut.
    unsettled.fill(0);
    if (cut.size > 0) {
      for (const axis of cut) unsettled[axis] = 1;
      near = meeting;
      continue;
    }
    if (best === undefined) return visit(bits);
    for (const axis of best.axes) {
      unsettled[axis] = 1;
      const part = bits.slice();
      layout.cutAxis(part, best, axis);
      if (!walk(layout, part, unsettled.slice(), meeting, budget, visit)) return false;
      layout.keepAxis(bits, best, axis);
    }
    return true;
  }
}
