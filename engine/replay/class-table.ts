/** Combinations of classes that are kept; slots to find them by. */
const MOST = 1 << 16;
const SLOTS = 1 << 17;

/** Finds a number by a list of whole numbers, always of the same length. Holds a fixed amount. */
export class ClassTable {
  /** What is looked for. */
  readonly key: Int32Array;
  private readonly keys: Int32Array;
  /** Odd numbers by which the parts of a key are multiplied: powers of one, so that hardly two keys have one sum. */
  private readonly factors: Int32Array;
  private readonly slots = new Int32Array(SLOTS);
  private readonly found = new Int32Array(MOST);
  private count = 0;
  private slot = 0;

  /** @param width numbers in a key. */
  constructor(width: number) {
    this.key = new Int32Array(width);
    this.keys = new Int32Array(MOST * width);
    this.factors = new Int32Array(width);
    for (let at = 0, factor = 1; at < width; at++) {
      factor = Math.imul(factor, 0x9e3779b1);
      this.factors[at] = factor;
    }
  }

  get isFull(): boolean {
    return this.count === MOST;
  }

  /** What was kept for the key; −1: nothing. */
  find(): number {
    const { key, keys, slots, factors } = this;
    const width = key.length;
    // Each part by itself: none waits for the one before.
    let hash = 0;
    for (let at = 0; at < width; at++) hash = (hash + Math.imul(key[at] as number, factors[at] as number)) | 0;
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x85ebca6b);
    hash ^= hash >>> 13;
    for (let slot = hash & (SLOTS - 1); ; slot = (slot + 1) & (SLOTS - 1)) {
      const entry = (slots[slot] as number) - 1;
      if (entry === -1) {
        this.slot = slot;
        return -1;
      }
      let at = 0;
      for (let from = entry * width; at < width && keys[from + at] === key[at]; ) at++;
      if (at === width) return this.found[entry] as number;
    }
  }

  /** Keeps a number for the key that was just not found. */
  keep(number: number): void {
    this.keys.set(this.key, this.count * this.key.length);
    this.found[this.count] = number;
    this.slots[this.slot] = ++this.count;
  }

  clear(): void {
    this.count = 0;
    this.slots.fill(0);
  }
}
