import type { WordBuffer } from "../word-buffer.js";

/** Rows of bits at the end of the nodes. */
export class RowWriter {
  private readonly words: number;
  private readonly rows: number[] = [];

  constructor(
    private readonly nodes: WordBuffer,
    rules: number,
  ) {
    this.words = Math.ceil(rules / 32);
  }

  get size(): number {
    return this.rows.length;
  }

  at(index: number): number {
    return this.rows[index] as number;
  }

  add(): number {
    const row = this.nodes.reserve(this.words);
    this.rows.push(row);
    return row;
  }

  mark(row: number, bit: number): void {
    const place = row + (bit >>> 5);
    this.nodes.set(place, this.nodes.get(place) | (1 << (bit & 31)));
  }

  /** Marks a rule in every row between two, by index, inclusive. */
  markFrom(first: number, last: number, bit: number): void {
    for (let index = first; index <= last; index++) this.mark(this.at(index), bit);
  }

  unite(row: number, other: number): void {
    for (let at = 0; at < this.words; at++)
      this.nodes.set(row + at, this.nodes.get(row + at) | this.nodes.get(other + at));
  }
}
