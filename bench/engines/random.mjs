/** A seeded source of chance (mulberry32): the same seed gives the same rules and requests on every machine. */
export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  next() {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** From `least` to `most`, both included. */
  integer(least, most) {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(share) {
    return this.next() < share;
  }

  pick(items) {
    return items[this.integer(0, items.length - 1)];
  }

  /** One to `most` different items. */
  some(items, most) {
    const chosen = new Set();
    for (let left = this.integer(1, most); left > 0; left--) chosen.add(this.pick(items));
    return [...chosen];
  }
}
