import { Box } from "../space/box.js";
import { findUncovered, type Search } from "../space/find-uncovered.js";
import { hasTwoTypes, type RequestSpace } from "../space/request-space.js";
import type { StepBudget } from "../space/step-budget.js";
import type { OwnedBox } from "./box-index.js";

/** How often axes are freed for one area. */
const MOST_TRIES = 8;

/**
 * Looks for requests among those that are usual but for what is asked of them. On each axis one atom is the usual one: that which the
 * fewest boxes allow. Nearly all boxes of a large policy leave out the usual atom of some axis (the tag of another team is not there), so of
 * requests that have the usual atoms on all axes but a few, only the boxes that limit one of those few can hold any.
 *
 * What is found, or proved, is exact, as far as the boxes are.
 */
export class UsualRequests<Owner> {
  readonly #space: RequestSpace;
  readonly #hasTwoTypes: boolean;
  /** The requests that are usual in everything. Opaque axes are left as they are: whether an atom can be had depends on others. */
  readonly #usual: Box;
  /** By axis, the boxes that do not allow its usual atom: each once, by the axis that the fewest boxes limit. */
  readonly #filed = new Map<number, OwnedBox<Owner>[]>();
  /** Those that hold the request which is usual in everything. */
  readonly #others: OwnedBox<Owner>[] = [];

  constructor(space: RequestSpace, boxes: readonly OwnedBox<Owner>[]) {
    const { layout } = space;
    this.#space = space;
    this.#hasTwoTypes = hasTwoTypes(space);
    const limiting = new Map<number, Box[]>();
    for (const { box } of boxes) {
      for (const axis of box.axes) {
        const known = limiting.get(axis);
        if (known === undefined) limiting.set(axis, [box]);
        else known.push(box);
      }
    }
    const bits = layout.full().bits;
    const usual = new Map<number, number>();
    for (const [axis, own] of limiting) {
      if (space.axes[axis]?.kind === "opaque") continue;
      const atom = layout.rarestAtom(axis, own);
      usual.set(axis, atom);
      layout.keepAtom(bits, axis, atom);
    }
    this.#usual = layout.boxOf(bits);
    for (const owned of boxes) {
      let fewest: number | undefined;
      for (const axis of owned.box.axes) {
        const atom = usual.get(axis);
        if (atom === undefined || layout.has(owned.box.bits, axis, atom)) continue;
        if (fewest === undefined || sizeOf(limiting, axis) < sizeOf(limiting, fewest)) fewest = axis;
      }
      if (fewest === undefined) this.#others.push(owned);
      else {
        const filed = this.#filed.get(fewest);
        if (filed === undefined) this.#filed.set(fewest, [owned]);
        else filed.push(owned);
      }
    }
  }

  /**
   * Requests in one of the areas, in none of the boxes whose owner is meant, and in none of those given.
   * @returns undecided where only requests that are unusual in more than the boxes in the way ask for can be, and where a fact has two types:
   *   what is usual on both of its axes is no request.
   */
  find(areas: readonly Box[], isMeant: (owner: Owner) => boolean, given: readonly Box[], budget: StepBudget): Search {
    if (this.#hasTwoTypes) return "undecided";
    let isProved = true;
    for (const area of areas) {
      const found = this.#findIn(area, isMeant, given, budget);
      if (found === "undecided") isProved = false;
      else if (found !== "none") return found;
    }
    return isProved ? "none" : "undecided";
  }

  #findIn(area: Box, isMeant: (owner: Owner) => boolean, given: readonly Box[], budget: StepBudget): Search {
    const { layout } = this.#space;
    const free = new Set(area.axes);
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const usual = this.#usualOf(area, free);
      const covers = given.filter((box) => layout.meets(usual.bits, box));
      for (const near of [this.#others, ...[...free].map((axis) => this.#filed.get(axis) ?? [])]) {
        for (const { owner, box } of near) if (isMeant(owner) && layout.meets(usual.bits, box)) covers.push(box);
      }
      const found = findUncovered(layout, [usual], covers, budget);
      if (found !== "none") return found;
      // What is in the way may not be where something is unusual that it asks for.
      const before = free.size;
      for (const { axes } of covers) for (const axis of axes) free.add(axis);
      // They ask for nothing else: so they hold the whole area, whatever its requests are on other axes.
      if (free.size === before) return "none";
    }
    return "undecided";
  }

  /** The requests of a box that have the usual atoms on all axes but the free ones, which are all that it limits, and maybe more. */
  #usualOf(area: Box, free: ReadonlySet<number>): Box {
    const bits = this.#usual.bits.slice();
    for (const axis of free) this.#space.layout.copyAxis(bits, area.bits, axis);
    return new Box(bits, this.#usual.axes);
  }
}

function sizeOf(limiting: ReadonlyMap<number, readonly Box[]>, axis: number): number {
  return limiting.get(axis)?.length ?? 0;
}
