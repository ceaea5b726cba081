/** A seeded source of chance (mulberry32): the same seed gives the same policies and requests, on every machine. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** A number in [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `least` to `most`, both included. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length - 1)] as T;
  }

  /** One to `most` different items. */
  some<T>(items: readonly T[], most: number): T[] {
    const chosen = new Set<T>();
    for (let left = this.integer(1, most); left > 0; left--) chosen.add(this.pick(items));
    return [...chosen];
  }

  /** A list of `least` to `most` results. */
  list<T>(least: number, most: number, make: () => T): T[] {
    return Array.from({ length: this.integer(least, most) }, make);
  }
}
