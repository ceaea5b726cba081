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

/** Whole numbers of so many digits are exact, and so is dividing them by as large a power of ten. */
const EXACT_DIGITS = 15;
const POWERS_OF_TEN = Array.from({ length: EXACT_DIGITS + 1 }, (_, power) => 10 ** power);

/** What is not written as the server writes it, or is no JSON; such a line is read the plain way. */
export const unusual = new Error("this line is not written as records are");

/** A place in a log, and the steps over the JSON that stands there. None of them goes beyond the end of a line. */
export class LineCursor {
  protected bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  protected at = 0;

  constructor(protected readonly decode: Decode) {}

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
    const { bytes } = this;
    let at = this.at;
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
    const { bytes } = this;
    let at = this.at;
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
    let at = start;
    const isNegative = bytes[at] === MINUS;
    if (isNegative) at++;
    const first = at;
    let whole = 0;
    let point = -1;
    let byte = bytes[at] as number;
    for (; ; byte = bytes[++at] as number) {
      if (isDigit(byte)) whole = whole * 10 + (byte - ZERO);
      else if (byte === POINT && point === -1) point = at;
      else break;
    }
    const digits = at - first - (point === -1 ? 0 : 1);
    const isPlain = byte !== SMALL_E && byte !== LARGE_E && digits <= EXACT_DIGITS;
    if (!isPlain || point === at - 1 || point === first || digits === 0 || startsWithZero(bytes, first)) {
      this.passNumber();
      return Number(this.decode(bytes, start, this.at));
    }
    this.at = at;
    const value = point === -1 ? whole : whole / (POWERS_OF_TEN[at - point - 1] as number);
    return isNegative ? -value : value;
  }

  protected passNumber(): void {
    const { bytes } = this;
    if (bytes[this.at] === MINUS) this.at++;
    if (bytes[this.at] === ZERO) this.at++;
    else this.passDigits();
    if (bytes[this.at] === POINT) {
      this.at++;
      this.passDigits();
    }
    const byte = bytes[this.at];
    if (byte !== SMALL_E && byte !== LARGE_E) return;
    const sign = bytes[++this.at];
    if (sign === PLUS || sign === MINUS) this.at++;
    this.passDigits();
  }

  /** At least one. */
  private passDigits(): void {
    const { bytes } = this;
    const start = this.at;
    let at = start;
    while (isDigit(bytes[at] as number)) at++;
    if (at === start) throw unusual;
    this.at = at;
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
