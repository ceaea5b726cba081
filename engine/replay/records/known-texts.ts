/** A text that is kept. */
export interface KnownText {
  /** Bytes. */
  readonly length: number;
  /**
   * Where its words stand: its last eight bytes, then all of it, eight bytes a word. Of a shorter one the last and the first four; of less
   * than four each by itself.
   */
  readonly firstWord: number;
}

/**
 * Texts of a log that were met before. Comparing with one, eight bytes at a time, costs a fraction of reading it anew. Holds
 * a fixed amount.
 *
 * Eight bytes are compared as a double, the one number of that size that the runtime is fast with. Doubles are equal when
 * their bytes are, but for zeros, whose bytes no text has, and NaN, which no bytes of UTF-8 are but some with the character
 * 127: such a text is never found, and read the plain way.
 */
export class KnownTexts {
  private readonly words: Float64Array;
  private used = 0;
  private bytes: DataView = new DataView(new ArrayBuffer(0));
  /** Bytes of the piece. Asking the view for it is a call. */
  private size = 0;

  /** @param capacity words in all. */
  constructor(capacity: number) {
    this.words = new Float64Array(capacity);
  }

  /** Takes up another piece of the log. */
  open({ buffer, byteOffset, byteLength }: Uint8Array): void {
    this.bytes = new DataView(buffer, byteOffset, byteLength);
    this.size = byteLength;
  }

  /** Keeps the bytes of the piece from `start` to before `end`; undefined when there is no room. */
  keep(start: number, end: number): KnownText | undefined {
    const { bytes, words } = this;
    const length = end - start;
    const firstWord = this.used;
    if (firstWord + 3 + length / 8 > words.length) return undefined;
    if (length < 4) {
      for (let at = start; at < end; at++) words[this.used++] = bytes.getUint8(at);
    } else if (length < 8) {
      words[this.used++] = bytes.getInt32(end - 4, true);
      words[this.used++] = bytes.getInt32(start, true);
    } else {
      words[this.used++] = bytes.getFloat64(end - 8, true);
      for (let at = start; at + 8 <= end; at += 8) words[this.used++] = bytes.getFloat64(at, true);
    }
    return { length, firstWord };
  }

  /** Whether a text stands at a place of the piece. */
  isAt({ length, firstWord }: KnownText, place: number): boolean {
    return this.areAt(length, firstWord, place);
  }

  /** Whether the text of so many bytes whose words begin at `firstWord` stands at a place of the piece. */
  areAt(length: number, firstWord: number, place: number): boolean {
    const { bytes, words, size } = this;
    const last = place + length - 8;
    if (last < place) return this.areShortAt(length, firstWord, place);
    // Texts at one place often begin alike, and seldom end so.
    if (last + 8 > size || bytes.getFloat64(last, true) !== words[firstWord]) return false;
    let word = firstWord;
    for (let at = place; at < last; at += 8) if (bytes.getFloat64(at, true) !== words[++word]) return false;
    return true;
  }

  private areShortAt(length: number, firstWord: number, place: number): boolean {
    const { bytes, words, size } = this;
    const last = place + length - 4;
    if (last + 4 > size) return false;
    if (last < place) return this.areFewAt(length, firstWord, place);
    return bytes.getInt32(last, true) === words[firstWord] && bytes.getInt32(place, true) === words[firstWord + 1];
  }

  private areFewAt(length: number, firstWord: number, place: number): boolean {
    for (let at = 0; at < length; at++)
      if (this.bytes.getUint8(place + at) !== this.words[firstWord + at]) return false;
    return true;
  }

  /** A hash of the bytes of the piece from `start` to before `end`, at least 4. */
  hash(start: number, end: number): number {
    const { bytes } = this;
    let hash = end - start;
    for (let at = start; at + 4 < end; at += 4) hash = mixed(hash, bytes.getInt32(at, true));
    hash = mixed(hash, bytes.getInt32(end - 4, true));
    return hash ^ (hash >>> 15);
  }

  /** A hash of some of the bytes from `start` on, to tell texts apart whose end is not known; 0 near the end of the piece. */
  hashOfHead(start: number): number {
    const { bytes, size } = this;
    if (start + 28 > size) return 0;
    // Products that do not wait for each other.
    const hash =
      Math.imul(bytes.getInt32(start + 4, true), 0x9e3779b1) ^
      Math.imul(bytes.getInt32(start + 8, true), 0x85ebca77) ^
      Math.imul(bytes.getInt32(start + 12, true), 0xc2b2ae3d) ^
      Math.imul(bytes.getInt32(start + 16, true), 0x27d4eb2f) ^
      Math.imul(bytes.getInt32(start + 24, true), 0x165667b1);
    const product = Math.imul(hash ^ (hash >>> 15), 0x9e3779b1);
    return product ^ (product >>> 15);
  }

  clear(): void {
    this.used = 0;
  }
}

function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1);
  return product ^ (product >>> 13);
}
