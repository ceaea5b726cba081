import type { Decode } from "./log-lines.js";

export const QUOTE = 34;
export const COMMA = 44;
const PLUS = 43;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
export const COLON = 58;
export const OPEN_LIST = 91;
const BACKSLASH = 92;
export const CLOSE_LIST = 93;
export const OPEN_MAP = 123;
export const CLOSE_MAP = 125;
export const LINE_END = 10;
/** Letters, as bytes. */
const [SMALL_E, LARGE_E, SMALL_F, SMALL_T, SMALL_U] = [101, 69, 102, 116, 117];
const bytesOf = (word: string) => Array.from(word, (letter) => letter.charCodeAt(0));
const [TRUE, FALSE, NULL] = [bytesOf("true"), bytesOf("false"), bytesOf("null")];

/** Whole numbers of so many digits are exact, and dividing one by as large a power of ten gives the number nearest to the quotient. */
const EXACT_DIGITS = 15;
const POWERS_OF_TEN = Array.from({ length: EXACT_DIGITS + 1 }, (_, power) => 10 ** power);

/** What is not written as the server writes it, or is no JSON; such a line is read the plain way. */
export const unusual = new Error("this line is not written as records are");

/** A place in a log, and the steps over the JSON that stands there. None of them goes beyond the end of a line. */
export class LineCursor {
  protected bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  protected view = new DataView(new ArrayBuffer(0));
  protected at = 0;

  constructor(protected readonly decode: Decode) {}

  /** Takes up another piece of the log. */
  open(bytes: Uint8Array<ArrayBuffer>): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  protected expect(byte: number): void {
    if (this.bytes[this.at] !== byte) throw unusual;
    this.at++;
  }

  /** Whether the map or list that was opened just before ends here; then it is behind. */
  protected closes(byte: number): boolean {
    if (this.bytes[this.at] !== byte) return false;
    this.at++;
    return true;
  }

  /** After a value in a map or list: whether another one follows. */
  protected goesOn(close: number): boolean {
    const byte = this.bytes[this.at++];
    if (byte === COMMA) return true;
    if (byte === close) return false;
    throw unusual;
  }

  /** Passes over a text without escapes; its first quote is behind. Where it ends its bytes are its letters. */
  protected passPlainText(): void {
    const { bytes, view } = this;
    const lastWord = bytes.length - 4;
    let at = this.at;
    while (at <= lastWord && isPlain(view.getInt32(at, true))) at += 4;
    for (;;) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) break;
      // Beyond the end there is no byte, which is not above 31 either.
      if (!(byte > 31) || byte === BACKSLASH) throw unusual;
      at++;
    }
    this.at = at + 1;
  }

  /** Passes over a text; its first quote is behind. */
  protected passText(): void {
    const { bytes, view } = this;
    const lastWord = bytes.length - 4;
    let at = this.at;
    while (at <= lastWord && isPlain(view.getInt32(at, true))) at += 4;
    for (;;) {
      const byte = bytes[at++] as number;
      if (byte === QUOTE) break;
      if (!(byte > 31)) throw unusual;
      if (byte === BACKSLASH) at = this.behindEscape(at);
    }
    this.at = at;
  }

  private behindEscape(at: number): number {
    const letter = this.bytes[at] as number;
    if (letter !== SMALL_U) {
      if ('"\\/bfnrt'.includes(String.fromCharCode(letter))) return at + 1;
      throw unusual;
    }
    for (let digit = 1; digit <= 4; digit++) {
      if (!/[0-9a-fA-F]/.test(String.fromCharCode(this.bytes[at + digit] as number))) throw unusual;
    }
    return at + 5;
  }

  /** Reads a number, as `JSON.parse` does. */
  protected number(): number {
    const { bytes } = this;
    const start = this.at;
    const isNegative = bytes[start] === MINUS;
    const first = isNegative ? start + 1 : start;
    const whole = this.wholeNumber(first);
    let { at } = this;
    let value = whole;
    if (bytes[at] === POINT) {
      const fraction = this.wholeNumber(at + 1);
      const digits = this.at - at - 1;
      const power = POWERS_OF_TEN[digits] as number;
      value = at - first + digits > EXACT_DIGITS ? Number.NaN : (whole * power + fraction) / power;
      at = this.at;
    }
    // Too many digits, no digit, a power of ten, or zeros in front.
    if (!(value >= 0) || bytes[at] === SMALL_E || bytes[at] === LARGE_E || startsWithZero(bytes, first)) {
      this.at = start;
      this.passNumber();
      return Number(this.decode(bytes, start, this.at));
    }
    return isNegative ? -value : value;
  }

  /** The number that the digits from `start` on make, which are passed; NaN when there is none, or too many to be exact. */
  private wholeNumber(start: number): number {
    const { bytes } = this;
    let at = start;
    let high = 0;
    // Nine digits are the most that the runtime can surely add up as a whole number of 32 bits.
    for (let end = start + 9; at < end && isDigit(bytes[at] as number); at++) {
      high = (Math.imul(high, 10) + (bytes[at] as number) - ZERO) | 0;
    }
    let value = at === start ? Number.NaN : high;
    if (isDigit(bytes[at] as number)) {
      const from = at;
      let low = 0;
      for (let end = at + 6; at < end && isDigit(bytes[at] as number); at++) {
        low = (Math.imul(low, 10) + (bytes[at] as number) - ZERO) | 0;
      }
      value = isDigit(bytes[at] as number) ? Number.NaN : high * (POWERS_OF_TEN[at - from] as number) + low;
    }
    this.at = at;
    return value;
  }

  protected passNumber(): void {
    const { bytes } = this;
    let at = this.at;
    if (bytes[at] === MINUS) at++;
    if (bytes[at] === ZERO) at++;
    else at = this.behindDigits(at);
    if (bytes[at] === POINT) at = this.behindDigits(at + 1);
    const byte = bytes[at];
    if (byte === SMALL_E || byte === LARGE_E) {
      const sign = bytes[++at];
      at = this.behindDigits(sign === PLUS || sign === MINUS ? at + 1 : at);
    }
    this.at = at;
  }

  /** Where the digits end that begin at a place. At least one. */
  private behindDigits(start: number): number {
    const { bytes } = this;
    let at = start;
    while (isDigit(bytes[at] as number)) at++;
    if (at === start) throw unusual;
    return at;
  }

  /** Passes over `true`, `false` or `null`. */
  protected passWord(): void {
    const byte = this.bytes[this.at];
    const word = byte === SMALL_T ? TRUE : byte === SMALL_F ? FALSE : NULL;
    for (let index = 0; index < word.length; index++) this.expect(word[index] as number);
  }

  /** Goes to behind the end of the map or list that begins here, or with `depth` 1 is open. What is in it is not judged. */
  protected passOpen(depth: 0 | 1): void {
    const { bytes } = this;
    let open: number = depth;
    for (let at = this.at; ; at++) {
      const byte = bytes[at];
      if (byte === undefined || byte === LINE_END) throw unusual;
      if (byte === QUOTE) {
        for (at++; bytes[at] !== QUOTE; at++) {
          if (bytes[at] === BACKSLASH) at++;
          if (bytes[at] === undefined || bytes[at] === LINE_END) throw unusual;
        }
      } else if (byte === OPEN_MAP || byte === OPEN_LIST) open++;
      else if ((byte === CLOSE_MAP || byte === CLOSE_LIST) && --open === 0) {
        this.at = at + 1;
        return;
      }
    }
  }

  /** Passes over a value that is read as a whole. */
  protected passAny(): void {
    const byte = this.bytes[this.at] as number;
    if (byte === QUOTE) {
      this.at++;
      this.passPlainText();
    } else if (byte === OPEN_LIST || byte === OPEN_MAP) this.passOpen(0);
    else if (beginsNumber(byte)) this.passNumber();
    else this.passWord();
  }
}

/** Whether none of four bytes is a quote, a backslash or below 32: each kind of them would set the highest bit of one. */
function isPlain(word: number): boolean {
  const quotes = word ^ 0x22222222;
  const backslashes = word ^ 0x5c5c5c5c;
  const found =
    ((quotes - 0x01010101) & ~quotes) | ((backslashes - 0x01010101) & ~backslashes) | ((word - 0x20202020) & ~word);
  return (found & 0x80808080) === 0;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

export function beginsNumber(byte: number): boolean {
  return byte === MINUS || isDigit(byte);
}

/** Whether digits begin with a zero that is not the only one before the point. */
function startsWithZero(bytes: Uint8Array, first: number): boolean {
  return bytes[first] === ZERO && isDigit(bytes[first + 1] as number);
}
