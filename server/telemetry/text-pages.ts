/** Where a piece of text stands: in these bytes, from one offset to another. */
export interface PlacedText {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;

const PAGE_BYTES = 256 * 1024;

/**
 * Pieces of text as UTF-8, written one behind the other into pages of bytes. As strings the fifty parts of a span would be put
 * together, made flat and copied to bytes: that takes longer, and leaves three times as much to the garbage collector.
 */
export class TextPages {
  #page = Buffer.alloc(0);
  #from = 0;
  #used = 0;

  /** Begins a piece: all that is written until {@link end} stands in one page. */
  begin(): void {
    this.#from = this.#used;
  }

  end(): PlacedText {
    return { bytes: this.#page, from: this.#from, to: this.#used };
  }

  /** Writes a short text as a JSON string. */
  quoted(text: string): void {
    const { length } = text;
    this.#makeRoom(length + 2);
    const page = this.#page;
    let at = this.#used;
    page[at++] = QUOTE;
    for (let index = 0; index < length; index++) {
      const letter = text.charCodeAt(index);
      if (letter < 0x20 || letter > 0x7e || letter === QUOTE || letter === BACKSLASH) {
        this.text(JSON.stringify(text)); // in the place of what was written so far
        return;
      }
      page[at++] = letter;
    }
    page[at++] = QUOTE;
    this.#used = at;
  }

  /** Writes a short text in ASCII. */
  ascii(text: string): void {
    const { length } = text;
    this.#makeRoom(length);
    const page = this.#page;
    const at = this.#used;
    for (let index = 0; index < length; index++) page[at + index] = text.charCodeAt(index);
    this.#used = at + length;
  }

  /** Writes a whole number, with zeros before it. @param width its digits at most. */
  digits(value: number, width: number): void {
    this.#makeRoom(width);
    let left = value;
    for (let at = this.#used + width - 1; at >= this.#used; at--) {
      const rest = Math.floor(left / 10);
      this.#page[at] = ZERO + left - 10 * rest;
      left = rest;
    }
    this.#used += width;
  }

  /** Writes any text. */
  text(text: string): void {
    this.#makeRoom(3 * text.length); // a UTF-16 unit takes three bytes at most
    this.#used += this.#page.write(text, this.#used);
  }

  /** Writes text that was made bytes before. */
  known(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#page.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  #makeRoom(bytes: number): void {
    if (this.#page.length - this.#used >= bytes) return;
    const begun = this.#page.subarray(this.#from, this.#used);
    this.#page = Buffer.allocUnsafeSlow(Math.max(PAGE_BYTES, 2 * (begun.length + bytes)));
    this.#page.set(begun);
    this.#from = 0;
    this.#used = begun.length;
  }
}

/** @returns what is written, as bytes of their own. */
export function bytesOf(write: (pages: TextPages) => void): Buffer {
  const pages = new TextPages();
  write(pages);
  const { bytes, from, to } = pages.end();
  return Buffer.from(bytes.subarray(from, to));
}
