import type { Box, BoxLayout } from "../space/box.js";
import type { RequestSpace } from "../space/request-space.js";

/** A box, and whose it is. */
export interface OwnedBox<Owner> {
  readonly owner: Owner;
  readonly box: Box;
}

/** A box that allows more atoms of the axis may meet too many others for looking up to pay. */
const MOST_ATOMS = 8;

/**
 * Finds which of many boxes may meet others. In large policies most rules name a tenant or the like, and so meet only the few that name
 * the same one and those that name none: boxes are filed by their atoms of the text fact that has the most.
 */
export class BoxIndex<Owner> {
  readonly #layout: BoxLayout;
  readonly #boxes: readonly OwnedBox<Owner>[];
  /** The axis by which boxes are filed; undefined when there is no text fact. */
  readonly #axis: number | undefined;
  readonly #atomCount: number;
  /** Places of boxes, by atom. */
  readonly #filed = new Map<number, number[]>();
  /** Places of those that are not filed. */
  readonly #others: number[] = [];

  /** @param boxes in the order in which they are to come out. */
  constructor(space: RequestSpace, boxes: readonly OwnedBox<Owner>[]) {
    this.#layout = space.layout;
    this.#boxes = boxes;
    const sizes = space.axes.map((axis) =>
      axis.kind === "fact" && axis.definition.type === "string" ? axis.atoms.length : 0,
    );
    this.#atomCount = sizes.reduce((most, size) => Math.max(most, size), 0);
    this.#axis = this.#atomCount === 0 ? undefined : sizes.indexOf(this.#atomCount);
    for (const [place, { box }] of boxes.entries()) {
      const atoms = this.#atomsOf(box);
      if (atoms === undefined) this.#others.push(place);
      for (const atom of atoms ?? []) {
        const filed = this.#filed.get(atom);
        if (filed === undefined) this.#filed.set(atom, [place]);
        else filed.push(place);
      }
    }
  }

  /** All boxes that meet one of those given, and maybe others, in their order. */
  mayMeet(given: readonly Box[]): readonly OwnedBox<Owner>[] {
    const allowed: number[] = [];
    for (const box of given) {
      const atoms = this.#atomsOf(box);
      if (atoms === undefined) return this.#boxes;
      allowed.push(...atoms);
    }
    // Of many boxes it takes less to mark those that may meet than to sort their places.
    const isNear = new Uint8Array(this.#boxes.length);
    for (const place of this.#others) isNear[place] = 1;
    for (const atom of allowed) for (const place of this.#filed.get(atom) ?? []) isNear[place] = 1;
    return this.#boxes.filter((_, place) => isNear[place] === 1);
  }

  /** The few atoms of the axis that a box allows; undefined when it allows more. */
  #atomsOf({ bits, axes }: Box): readonly number[] | undefined {
    const axis = this.#axis;
    if (axis === undefined || !axes.includes(axis)) return undefined;
    const atoms: number[] = [];
    for (let atom = 0; atom < this.#atomCount; atom++) {
      if (!this.#layout.has(bits, axis, atom)) continue;
      if (atoms.length === MOST_ATOMS) return undefined;
      atoms.push(atom);
    }
    return atoms;
  }
}
