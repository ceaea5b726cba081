import type { Decode } from "./log-lines.js";

export const QUOTE = 34;
const COMMA = 44;
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
/** More bytes than are looked at for a number that is read fast. */
const MOST_BYTES = 48;
/** The digit 0, four times. */
const ZEROS = 0x30303030;
const POWERS_OF_TEN = Array.from({ length: 17 }, (_, power) => 10 ** power);

/** What is not written as the server writes it, or is no JSON; such a line is read the plain way. */
export const unusual = new Error("this line is not written as records are");

/** A place in a log, and the steps over the JSON that stands there. None of them goes beyond the end of a line. */
export class LineCursor {
  protected bytes: Uint8Array = new Uint8Array();
  protected view: DataView = new DataView(new ArrayBuffer(0));
  protected at = 0;
  /** What the digits make that were passed last. A double from the start, which the runtime then keeps as one. */
  private digits = Number.NaN;

  constructor(protected readonly decode: Decode) {}

  /** Takes up another piece of the log. */
  open(bytes: Uint8Array): void {
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
    this.at = this.plainTextEnd(this.at) + 1;
  }

  /** Where the text without escapes ends that begins at `start`, behind its first quote: the place of its last one. */
  protected plainTextEnd(start: number): number {
    const end = this.plainEnd(start);
    if (this.bytes[end] !== QUOTE) throw unusual;
    return end;
  }

  /** Passes over a text; its first quote is behind. */
  protected passText(): void {
    this.at = this.textEnd(this.at) + 1;
  }

  /** Where the text ends that begins at `start`, behind its first quote: the place of its last one. */
  protected textEnd(start: number): number {
    let end = this.plainEnd(start);
    while (this.bytes[end] === BACKSLASH) end = this.plainEnd(this.behindEscape(end + 1));
    if (this.bytes[end] !== QUOTE) throw unusual;
    return end;
  }

  /** The first place from `start` on that has a quote, a backslash, a byte below 32, or none. */
  private plainEnd(start: number): number {
    const { bytes, view } = this;
    let at = start;
    for (const last = bytes.length - 4; at <= last; at += 4) {
      const special = specialBytes(view.getInt32(at, true));
      if (special !== 0) return at + lowestByte(special);
    }
    while ((bytes[at] as number) > 31 && bytes[at] !== QUOTE && bytes[at] !== BACKSLASH) at++;
    return at;
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

  /**
   * Reads the number that begins at `start`, as `JSON.parse` does, and puts it at a place of an array.
   * @returns where it ends.
   */
  protected readNumber(start: number, into: Float64Array, place: number): number {
    const { bytes } = this;
    if (start + MOST_BYTES > bytes.length) return this.readAnyNumber(start, into, place);
    let at = this.digitsEnd(start);
    let value = this.digits;
    const whole = at - start;
    let digits = whole;
    if (bytes[at] === POINT) {
      const from = at + 1;
      at = this.digitsEnd(from);
      const power = POWERS_OF_TEN[at - from] as number;
      value = (value * power + this.digits) / power;
      digits = at === from ? 0 : whole + at - from;
    }
    const byte = bytes[at];
    const startsWithZero = whole > 1 && bytes[start] === ZERO;
    // No digits, a sign, too many digits to be exact, a power of ten, or zeros in front.
    if (
      whole === 0 ||
      digits === 0 ||
      digits > EXACT_DIGITS ||
      byte === SMALL_E ||
      byte === LARGE_E ||
      startsWithZero
    ) {
      return this.readAnyNumber(start, into, place);
    }
    into[place] = value;
    return at;
  }

  /** Where the digits end that begin at `start`; what they make is {@link digits}. At most 16 are looked at. */
  private digitsEnd(start: number): number {
    const { view } = this;
    let at = start;
    let value = 0;
    let word = view.getInt32(at, true) ^ ZEROS;
    let others = otherThanDigits(word);
    while (others === 0) {
      value = value * 10_000 + fourDigits(word);
      at += 4;
      if (at - start > EXACT_DIGITS) break;
      word = view.getInt32(at, true) ^ ZEROS;
      others = otherThanDigits(word);
    }
    const count = others === 0 ? 0 : lowestByte(others);
    if (count > 0) value = value * (POWERS_OF_TEN[count] as number) + fourDigits(word << (32 - 8 * count));
    this.digits = value;
    return at + count;
  }

  private readAnyNumber(start: number, into: Float64Array, place: number): number {
    this.at = start;
    this.passNumber();
    into[place] = Number(this.decode(this.bytes, start, this.at));
    return this.at;
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

/** Of four bytes the highest bits of those that are a quote, a backslash or below 32; perhaps of some behind the first of them, too. */
function specialBytes(word: number): number {
  const quotes = word ^ 0x22222222;
  const backslashes = word ^ 0x5c5c5c5c;
  const found =
    ((quotes - 0x01010101) & ~quotes) | ((backslashes - 0x01010101) & ~backslashes) | ((word - 0x20202020) & ~word);
  return found & 0x80808080;
}

/**
 * Of four bytes the highest bits of those that are no digits; perhaps of some behind the first of them, too.
 * @param word the bytes, each xor that of `0`.
 */
function otherThanDigits(word: number): number {
  return ((word + 0x76767676) | word) & 0x80808080;
}

/** The number that four digits make. @param word their bytes, each xor that of `0`. */
function fourDigits(word: number): number {
  const pairs = (Math.imul(word, 10) + (word >>> 8)) & 0xff00ff;
  return Math.imul(pairs, (100 << 16) + 1) >>> 16;
}

/** Which of the four bytes of a word is the first that has a bit set; −1 when none has. */
export function lowestByte(word: number): number {
  return (31 - Math.clz32(word & -word)) >> 3;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

export function beginsNumber(byte: number): boolean {
  return byte === MINUS || isDigit(byte);
}
