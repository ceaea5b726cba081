/**
 * A 53-bit hash of a text: whole numbers from 0 to 2^53 − 1, the same on every machine and in every version.
 *
 * It is cyrb53 (public domain, by bryc): two 32-bit lanes over the UTF-16 units, mixed with the finalizer of
 * MurmurHash3. Evenly spread, not cryptographic: a caller who may choose the text may choose the hash.
 * Draws of recorded decisions depend on it, so it must never change (test/engine/rank/stable-hash.test.ts pins values).
 *
 * An object holds the beginning of a text, so that many texts with one beginning share that part of the work.
 */
export class HashedText {
  private high = 0xdeadbeef;
  private low = 0x41c6ce57;

  add(text: string): this {
    let { high, low } = this;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      high = Math.imul(high ^ unit, 2654435761);
      low = Math.imul(low ^ unit, 1597334677);
    }
    this.high = high;
    this.low = low;
    return this;
  }

  /** @returns whether the bytes from `start` to before `end` are ASCII; if not, what was added is not their text. */
  addAscii(bytes: Uint8Array, start: number, end: number): boolean {
    let { high, low } = this;
    let all = 0;
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number;
      all |= byte;
      high = Math.imul(high ^ byte, 2654435761);
      low = Math.imul(low ^ byte, 1597334677);
    }
    this.high = high;
    this.low = low;
    return all < 128;
  }

  /** The hash of the text so far and one more, which is not added. */
  valueWith(text: string): number {
    let { high, low } = this;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      high = Math.imul(high ^ unit, 2654435761);
      low = Math.imul(low ^ unit, 1597334677);
    }
    return finished(high, low);
  }

  /** The same for the UTF-16 units of a text, which are several times as fast to read. */
  valueWithUnits(units: Uint16Array): number {
    let { high, low } = this;
    for (let index = 0; index < units.length; index++) {
      const unit = units[index] as number;
      high = Math.imul(high ^ unit, 2654435761);
      low = Math.imul(low ^ unit, 1597334677);
    }
    return finished(high, low);
  }
}

function finished(high: number, low: number): number {
  const first = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  const second = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(first ^ (first >>> 13), 3266489909);
  return 4294967296 * (2097151 & second) + (first >>> 0);
}

/** The UTF-16 units of a text. */
export function unitsOf(text: string): Uint16Array {
  return Uint16Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
}
