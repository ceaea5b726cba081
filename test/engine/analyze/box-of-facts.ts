import type { Box } from "../../../engine/analyze/space/box.js";
import { atomOfFacts, type RequestSpace } from "../../../engine/analyze/space/request-space.js";
import type { Facts } from "../../../engine/evaluate/facts.js";

/**
 * The box of single atoms that a request lies in; undefined when it is none of the space (an absent fact that is taken to be
 * always there, a value outside a closed list).
 */
export function boxOfFacts({ axes, layout, defaults }: RequestSpace, given: Facts): Box | undefined {
  const facts = { ...defaults, ...given };
  let box = layout.full();
  for (const [number, axis] of axes.entries()) {
    const atom = atomOfFacts(axis, facts);
    if (atom === undefined) return undefined;
    // Where an axis says nothing, all of its atoms stand for the same requests.
    const narrowed = layout.intersect(box, layout.only(number, [Math.max(atom, 0)]));
    if (narrowed === undefined) throw new Error("invariant: axes do not overlap");
    box = narrowed;
  }
  return box;
}
