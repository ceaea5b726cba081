/**
 * A set of requests that is a product: for each axis the atoms it allows, one bit each. How axes lie in the words is the
 * layout's to know.
 */
export interface Box {
  readonly bits: Int32Array;
  /** The axes that it limits, ascending; on all others every atom is allowed. */
  readonly axes: readonly number[];
}

/** Where the bits of one axis lie. */
export interface AxisSlot {
  readonly word: number;
  readonly mask: number;
}

/** Places axes of so many atoms in words of 32 bits; an axis of up to 32 atoms never straddles two words. */
export class BoxLayout {
  readonly words: number;
  /** By axis. */
  readonly slots: readonly (readonly AxisSlot[])[];
  readonly #starts: readonly number[];
  readonly #full: Int32Array;

  constructor(atomCounts: readonly number[]) {
    const slots: AxisSlot[][] = [];
    const starts: number[] = [];
    let bit = 0;
    for (const count of atomCounts) {
      const room = 32 - (bit % 32);
      if (count > room) bit += room % 32;
      starts.push(bit);
      const own: AxisSlot[] = [];
      for (let left = count, at = bit; left > 0; ) {
        const shift = at % 32;
        const taken = Math.min(left, 32 - shift);
        own.push({ word: at >>> 5, mask: (taken === 32 ? -1 : (1 << taken) - 1) << shift });
        left -= taken;
        at += taken;
      }
      slots.push(own);
      bit += count;
    }
    this.words = (bit + 31) >>> 5;
    this.slots = slots;
    this.#starts = starts;
    this.#full = new Int32Array(this.words);
    for (const own of slots) for (const { word, mask } of own) (this.#full[word] as number) |= mask;
  }

  /** Every request. */
  full(): Box {
    return { bits: this.#full.slice(), axes: [] };
  }

  /** The requests whose atom on one axis is among those given. */
  only(axis: number, atoms: Iterable<number>): Box {
    const bits = this.#full.slice();
    for (const { word, mask } of this.slotsOf(axis)) (bits[word] as number) &= ~mask;
    for (const atom of atoms) {
      const bit = (this.#starts[axis] as number) + atom;
      (bits[bit >>> 5] as number) |= 1 << (bit & 31);
    }
    return this.isFull(bits, axis) ? { bits, axes: [] } : { bits, axes: [axis] };
  }

  has(bits: Int32Array, axis: number, atom: number): boolean {
    const bit = (this.#starts[axis] as number) + atom;
    return ((bits[bit >>> 5] as number) & (1 << (bit & 31))) !== 0;
  }

  /** A box from bits, with the axes that it limits. */
  boxOf(bits: Int32Array): Box {
    const axes: number[] = [];
    for (let axis = 0; axis < this.slots.length; axis++) if (!this.isFull(bits, axis)) axes.push(axis);
    return { bits, axes };
  }

  isFull(bits: Int32Array, axis: number): boolean {
    return this.slotsOf(axis).every(({ word, mask }) => ((bits[word] as number) & mask) === mask);
  }

  isEmpty(bits: Int32Array, axis: number): boolean {
    for (const { word, mask } of this.slotsOf(axis)) if (((bits[word] as number) & mask) !== 0) return false;
    return true;
  }

  /** Whether the two have a request in common. */
  meets(bits: Int32Array, box: Box): boolean {
    for (const axis of box.axes) {
      let common = 0;
      for (const { word, mask } of this.slotsOf(axis)) {
        common |= (bits[word] as number) & (box.bits[word] as number) & mask;
      }
      if (common === 0) return false;
    }
    return true;
  }

  /** On how many axes `bits` reaches beyond the box; 0 when it lies inside. */
  axesBeyond(bits: Int32Array, box: Box): number {
    let count = 0;
    for (const axis of box.axes) if (this.isBeyond(bits, box, axis)) count++;
    return count;
  }

  isBeyond(bits: Int32Array, box: Box, axis: number): boolean {
    for (const { word, mask } of this.slotsOf(axis)) {
      if (((bits[word] as number) & ~(box.bits[word] as number) & mask) !== 0) return true;
    }
    return false;
  }

  /** Takes from `bits` what the box allows on one axis. */
  cutAxis(bits: Int32Array, box: Box, axis: number): void {
    for (const { word, mask } of this.slotsOf(axis)) (bits[word] as number) &= ~(box.bits[word] as number) | ~mask;
  }

  /** Keeps of `bits` what the box allows on one axis. */
  keepAxis(bits: Int32Array, box: Box, axis: number): void {
    for (const { word, mask } of this.slotsOf(axis)) (bits[word] as number) &= (box.bits[word] as number) | ~mask;
  }

  /** The requests in both; undefined when there are none. */
  intersect(one: Box, other: Box): Box | undefined {
    if (!this.meets(one.bits, other)) return undefined;
    const bits = one.bits.slice();
    for (let word = 0; word < this.words; word++) (bits[word] as number) &= other.bits[word] as number;
    return { bits, axes: mergeAxes(one.axes, other.axes) };
  }

  /** The two as one box, when that is exact: one holds the other, or they differ on a single axis. */
  mergeExactly(one: Box, other: Box): Box | undefined {
    if (this.axesBeyond(other.bits, one) === 0) return one;
    if (this.axesBeyond(one.bits, other) === 0) return other;
    if (one.axes.length !== other.axes.length) return undefined;
    let different = -1;
    for (const [index, axis] of one.axes.entries()) {
      if (other.axes[index] !== axis) return undefined;
      const differs = this.slotsOf(axis).some(
        ({ word, mask }) => (((one.bits[word] as number) ^ (other.bits[word] as number)) & mask) !== 0,
      );
      if (!differs) continue;
      if (different !== -1) return undefined;
      different = axis;
    }
    const bits = one.bits.slice();
    for (let word = 0; word < this.words; word++) (bits[word] as number) |= other.bits[word] as number;
    return { bits, axes: this.isFull(bits, different) ? one.axes.filter((axis) => axis !== different) : one.axes };
  }

  slotsOf(axis: number): readonly AxisSlot[] {
    return this.slots[axis] as readonly AxisSlot[];
  }
}

function mergeAxes(one: readonly number[], other: readonly number[]): readonly number[] {
  if (one.length === 0) return other;
  if (other.length === 0) return one;
  return [...new Set([...one, ...other])].sort((a, b) => a - b);
}
