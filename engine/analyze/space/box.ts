/**
 * A set of requests that is a product: for each axis the atoms it allows, one bit each. How axes lie in the words is the
 * layout's to know. INVARIANT: it allows some atom of each axis, so it is never empty.
 */
export class Box {
  /** For each of its axes the slots in which it allows an atom, one axis after the other; found when first needed. */
  slots: Int32Array | undefined = undefined;
  /** Where in `slots` those of each of its axes end. */
  slotsEnd: Int32Array | undefined = undefined;

  /** @param axes the axes that it limits, ascending; on all others every atom is allowed. */
  constructor(
    readonly bits: Int32Array,
    readonly axes: readonly number[],
  ) {}
}

/** Places axes of so many atoms in words of 32 bits; an axis of up to 32 atoms never straddles two words. */
export class BoxLayout {
  readonly words: number;
  readonly #axes: number;
  readonly #atomCounts: readonly number[];
  readonly #starts: readonly number[];
  readonly #full: Int32Array;
  /** Where the bits of an axis lie: slots `#first[axis]` to before `#first[axis + 1]`, each a mask in a word. */
  readonly #first: Int32Array;
  readonly #word: Int32Array;
  readonly #mask: Int32Array;

  constructor(atomCounts: readonly number[]) {
    const [words, masks]: [number[], number[]] = [[], []];
    const starts: number[] = [];
    const first: number[] = [];
    let bit = 0;
    for (const count of atomCounts) {
      const room = 32 - (bit % 32);
      if (count > room) bit += room % 32;
      starts.push(bit);
      first.push(words.length);
      for (let left = count, at = bit; left > 0; ) {
        const shift = at % 32;
        const taken = Math.min(left, 32 - shift);
        words.push(at >>> 5);
        masks.push((taken === 32 ? -1 : (1 << taken) - 1) << shift);
        left -= taken;
        at += taken;
      }
      bit += count;
    }
    this.words = (bit + 31) >>> 5;
    this.#axes = atomCounts.length;
    this.#atomCounts = atomCounts;
    this.#starts = starts;
    this.#first = Int32Array.from([...first, words.length]);
    this.#word = Int32Array.from(words);
    this.#mask = Int32Array.from(masks);
    this.#full = new Int32Array(this.words);
    for (const [slot, word] of words.entries()) (this.#full[word] as number) |= masks[slot] as number;
  }

  /** Every request. */
  full(): Box {
    return new Box(this.#full.slice(), []);
  }

  /** The requests whose atom on one axis is among those given. */
  only(axis: number, atoms: Iterable<number>): Box {
    const bits = this.#full.slice();
    for (let slot = this.#begin(axis); slot < this.#begin(axis + 1); slot++) {
      (bits[this.#word[slot] as number] as number) &= ~(this.#mask[slot] as number);
    }
    for (const atom of atoms) {
      const bit = (this.#starts[axis] as number) + atom;
      (bits[bit >>> 5] as number) |= 1 << (bit & 31);
    }
    return new Box(bits, this.isFull(bits, axis) ? [] : [axis]);
  }

  /** The requests whose atom on one axis is none of those given; undefined when every atom is given. */
  except(axis: number, atoms: Iterable<number>): Box | undefined {
    const bits = this.#full.slice();
    for (const atom of atoms) this.cutAtom(bits, axis, atom);
    if (this.isEmpty(bits, axis)) return undefined;
    return new Box(bits, this.isFull(bits, axis) ? [] : [axis]);
  }

  has(bits: Int32Array, axis: number, atom: number): boolean {
    const bit = (this.#starts[axis] as number) + atom;
    return ((bits[bit >>> 5] as number) & (1 << (bit & 31))) !== 0;
  }

  /** A box from bits, with the axes that it limits. */
  boxOf(bits: Int32Array): Box {
    const axes: number[] = [];
    for (let axis = 0; axis < this.#axes; axis++) if (!this.isFull(bits, axis)) axes.push(axis);
    return new Box(bits, axes);
  }

  /** The same bits with every atom of one axis allowed. */
  freed(bits: Int32Array, axis: number): Int32Array {
    const freed = bits.slice();
    for (let slot = this.#begin(axis); slot < this.#begin(axis + 1); slot++) {
      (freed[this.#word[slot] as number] as number) |= this.#mask[slot] as number;
    }
    return freed;
  }

  isFull(bits: Int32Array, axis: number): boolean {
    return this.isSameOn(bits, this.#full, axis);
  }

  isEmpty(bits: Int32Array, axis: number): boolean {
    for (let slot = this.#begin(axis); slot < this.#begin(axis + 1); slot++) {
      if (((bits[this.#word[slot] as number] as number) & (this.#mask[slot] as number)) !== 0) return false;
    }
    return true;
  }

  /** Whether the two allow the same atoms on one axis. */
  isSameOn(one: Int32Array, other: Int32Array, axis: number): boolean {
    for (let slot = this.#begin(axis); slot < this.#begin(axis + 1); slot++) {
      const word = this.#word[slot] as number;
      if ((((one[word] as number) ^ (other[word] as number)) & (this.#mask[slot] as number)) !== 0) return false;
    }
    return true;
  }

  /** Whether the two have a request in common. */
  meets(bits: Int32Array, box: Box): boolean {
    if (box.slots === undefined) this.#findSlots(box);
    for (let index = 0; index < box.axes.length; index++) if (!this.#meetsOn(bits, box, index)) return false;
    return true;
  }

  /** Of an axis of thousands of atoms most boxes allow one or two, or all but one: only where they allow some is looked. */
  #meetsOn(bits: Int32Array, box: Box, index: number): boolean {
    const slots = box.slots as Int32Array;
    const slotsEnd = box.slotsEnd as Int32Array;
    const end = slotsEnd[index] as number;
    for (let at = index === 0 ? 0 : (slotsEnd[index - 1] as number); at < end; at++) {
      const slot = slots[at] as number;
      const word = this.#word[slot] as number;
      if (((bits[word] as number) & (box.bits[word] as number) & (this.#mask[slot] as number)) !== 0) return true;
    }
    return false;
  }

  /** Whether every request of `bits` is one of the box. */
  holds(box: Box, bits: Int32Array): boolean {
    return box.axes.every((axis) => !this.#isBeyond(bits, box, axis));
  }

  /** For each axis whether a box limits it. */
  limitsOf({ axes }: Box): Uint8Array {
    const limited = new Uint8Array(this.#axes);
    for (const axis of axes) limited[axis] = 1;
    return limited;
  }

  /**
   * On how many axes `bits` reaches beyond the box; 0 when it lies inside, undefined when the two have no request in common.
   * Nearly all of an analysis is spent here.
   * @param unsettled 0 for axes on which `bits` is known to reach beyond each box that limits them, so that they need not be looked at.
   */
  axesBeyond(bits: Int32Array, box: Box, unsettled: Uint8Array): number | undefined {
    const { axes } = box;
    if (box.slots === undefined) this.#findSlots(box);
    let count = 0;
    for (let index = 0; index < axes.length; index++) {
      const axis = axes[index] as number;
      if (unsettled[axis] === 0) {
        count++;
        continue;
      }
      if (!this.#meetsOn(bits, box, index)) return undefined;
      if (this.#isBeyond(bits, box, axis)) count++;
    }
    return count;
  }

  #findSlots(box: Box): void {
    const slots: number[] = [];
    box.slotsEnd = Int32Array.from(box.axes, (axis) => {
      for (let slot = this.#begin(axis); slot < this.#begin(axis + 1); slot++) {
        if (((box.bits[this.#word[slot] as number] as number) & (this.#mask[slot] as number)) !== 0) slots.push(slot);
      }
      return slots.length;
    });
    box.slots = Int32Array.from(slots);
  }

  /** A box without its limits on the axes on which `bits` lies inside: no box, but as good as one for what lies in `bits`. */
  onlyBeyond(bits: Int32Array, box: Box): Box {
    return new Box(
      box.bits,
      box.axes.filter((axis) => this.#isBeyond(bits, box, axis)),
    );
  }

  #isBeyond(bits: Int32Array, box: Box, axis: number): boolean {
    for (let slot = this.#begin(axis); slot < this.#begin(axis + 1); slot++) {
      const word = this.#word[slot] as number;
      if (((bits[word] as number) & ~(box.bits[word] as number) & (this.#mask[slot] as number)) !== 0) return true;
    }
    return false;
  }

  /** Takes from `bits` what the box allows on one axis. */
  cutAxis(bits: Int32Array, box: Box, axis: number): void {
    for (let slot = this.#begin(axis); slot < this.#begin(axis + 1); slot++) {
      const word = this.#word[slot] as number;
      (bits[word] as number) &= ~(box.bits[word] as number) | ~(this.#mask[slot] as number);
    }
  }

  /** Takes one atom of an axis from `bits`. */
  cutAtom(bits: Int32Array, axis: number, atom: number): void {
    const bit = (this.#starts[axis] as number) + atom;
    (bits[bit >>> 5] as number) &= ~(1 << (bit & 31));
  }

  /** Of an axis the atom that the fewest of the boxes allow: the first of several. */
  rarestAtom(axis: number, boxes: readonly Box[]): number {
    const start = this.#starts[axis] as number;
    const counts = new Int32Array(this.#atomCounts[axis] as number);
    for (const { bits } of boxes) {
      for (let slot = this.#begin(axis); slot < this.#begin(axis + 1); slot++) {
        const word = this.#word[slot] as number;
        for (let left = (bits[word] as number) & (this.#mask[slot] as number); left !== 0; left &= left - 1) {
          (counts[word * 32 + 31 - Math.clz32(left & -left) - start] as number) += 1;
        }
      }
    }
    let rarest = 0;
    for (let atom = 1; atom < counts.length; atom++) {
      if ((counts[atom] as number) < (counts[rarest] as number)) rarest = atom;
    }
    return rarest;
  }

  /** Keeps of an axis of `bits` only one atom. */
  keepAtom(bits: Int32Array, axis: number, atom: number): void {
    const bit = (this.#starts[axis] as number) + atom;
    const kept = (bits[bit >>> 5] as number) & (1 << (bit & 31));
    for (let slot = this.#begin(axis); slot < this.#begin(axis + 1); slot++) {
      (bits[this.#word[slot] as number] as number) &= ~(this.#mask[slot] as number);
    }
    (bits[bit >>> 5] as number) |= kept;
  }

  /** Makes `bits` allow on one axis what `from` does. */
  copyAxis(bits: Int32Array, from: Int32Array, axis: number): void {
    for (let slot = this.#begin(axis); slot < this.#begin(axis + 1); slot++) {
      const word = this.#word[slot] as number;
      const mask = this.#mask[slot] as number;
      bits[word] = ((bits[word] as number) & ~mask) | ((from[word] as number) & mask);
    }
  }

  /** Keeps of `bits` what the box allows on one axis. */
  keepAxis(bits: Int32Array, box: Box, axis: number): void {
    for (let slot = this.#begin(axis); slot < this.#begin(axis + 1); slot++) {
      const word = this.#word[slot] as number;
      (bits[word] as number) &= (box.bits[word] as number) | ~(this.#mask[slot] as number);
    }
  }

  /** The requests in both; undefined when there are none. */
  intersect(one: Box, other: Box): Box | undefined {
    if (!this.meets(one.bits, other)) return undefined;
    const bits = one.bits.slice();
    for (let word = 0; word < this.words; word++) (bits[word] as number) &= other.bits[word] as number;
    return new Box(bits, mergeAxes(one.axes, other.axes));
  }

  /** The two as one box, when that is exact: one holds the other, or they differ on a single axis. */
  mergeExactly(one: Box, other: Box): Box | undefined {
    if (this.holds(one, other.bits)) return one;
    if (this.holds(other, one.bits)) return other;
    if (one.axes.length !== other.axes.length) return undefined;
    let different = -1;
    for (const [index, axis] of one.axes.entries()) {
      if (other.axes[index] !== axis) return undefined;
      if (this.isSameOn(one.bits, other.bits, axis)) continue;
      if (different !== -1) return undefined;
      different = axis;
    }
    const bits = one.bits.slice();
    for (let word = 0; word < this.words; word++) (bits[word] as number) |= other.bits[word] as number;
    return new Box(bits, this.isFull(bits, different) ? one.axes.filter((axis) => axis !== different) : one.axes);
  }

  #begin(axis: number): number {
    return this.#first[axis] as number;
  }
}

function mergeAxes(one: readonly number[], other: readonly number[]): readonly number[] {
  if (one.length === 0) return other;
  if (other.length === 0 || (one.length === other.length && one.every((axis, at) => axis === other[at]))) return one;
  return [...new Set([...one, ...other])].sort((a, b) => a - b);
}
