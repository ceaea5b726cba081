/** A text that is kept: four bytes a word, and its last four bytes once more. */
export interface KnownText {
  /** Bytes, at least 4. */
  readonly length: number;
  readonly firstWord: number;
  readonly lastBytes: number;
}

/**
 * Texts of a log that were met before. Comparing with one, four bytes at a time, costs a fraction of reading it anew. Holds
 * a fixed amount.
 */
export class KnownTexts {
  readonly #words: Int32Array;
  #used = 0;
  #bytes = new DataView(new ArrayBuffer(0));

  /** @param capacity words in all. */
  constructor(capacity: number) {
    this.#words = new Int32Array(capacity);
  }

  /** Takes up another piece of the log. */
  open({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): void {
    this.#bytes = new DataView(buffer, byteOffset, byteLength);
  }

  /** Keeps the bytes of the piece from `start` to before `end`; undefined when there is no room. */
  keep(start: number, end: number): KnownText | undefined {
    const length = end - start;
    const firstWord = this.#used;
    if (firstWord + length / 4 > this.#words.length) return undefined;
    for (let at = start; at + 4 <= end; at += 4) this.#words[this.#used++] = this.#bytes.getInt32(at, true);
    return { length, firstWord, lastBytes: this.#bytes.getInt32(end - 4, true) };
  }

  /** Whether a text stands at a place of the piece. */
  isAt({ length, firstWord, lastBytes }: KnownText, place: number): boolean {
    const bytes = this.#bytes;
    const last = place + length - 4;
    // Texts at one place often begin alike, and seldom end so.
    if (last + 4 > bytes.byteLength || bytes.getInt32(last, true) !== lastBytes) return false;
    const words = this.#words;
    let word = firstWord;
    for (let at = place; at < last; at += 4) if (bytes.getInt32(at, true) !== words[word++]) return false;
    return true;
  }

  clear(): void {
    this.#used = 0;
  }
}
