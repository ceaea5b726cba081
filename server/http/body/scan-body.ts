import type { TextPlace } from "../../json/late-text.js";
import { BACKSLASH, QUOTE, StringScanner } from "../../json/string-scanner.js";

/** Where a value stands in bytes. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** A key and its value. */
export interface Member extends Place {
  readonly key: Place;
  /** With the comma that parts it from its neighbour. */
  readonly whole: Place;
}

/** What is found of a JSON object without parsing it. */
export interface ScannedBody {
  readonly kind: "object";
  /** Right after the opening brace. */
  readonly insertAt: number;
  /** Keys of the object itself. */
  readonly members: number;
  /** How many the body holds, at every depth, one that stands there twice counted twice. */
  readonly keys: number;
  /** Where the value of the top-level `model` stands, of two the last; undefined: there is none. */
  readonly model: Place | undefined;
  readonly streamOptions: Member | undefined;
  readonly maxCompletionTokens: Member | undefined;
  /** Its long strings that are no keys, in their order. None when a short one could be taken for the mark of one: see `parseJson`. */
  readonly longTexts: readonly TextPlace[];
}

export type BodyScan =
  | ScannedBody
  /** Lists and objects within each other beyond {@link MAX_NESTING}. */
  | { readonly kind: "too_deep" }
  /** Keys, lists and objects beyond {@link MAX_ENTRIES}, or values beyond {@link MAX_VALUES}. */
  | { readonly kind: "too_many" }
  /** It is no JSON object, as far as it was looked at. */
  | { readonly kind: "invalid" };

/** Lists and objects within each other, the body itself not counted. Tool schemas reach some twenty. */
export const MAX_NESTING = 200;

/**
 * Keys, lists and objects in all: a conversation of 20,000 messages has as many. Each takes some microseconds, in which no other
 * request is served.
 */
export const MAX_ENTRIES = 100_000;

/** Values in all, counted by the commas between them: each takes some tenths of a microsecond. OpenAI takes 300,000 tokens to embed at once. */
export const MAX_VALUES = 1_000_000;

/** A string of as many bytes is long. Shorter ones are parsed in about the time it takes to put them off. */
export const LONG_TEXT = 4_096;

const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;

/**
 * Looks through the bytes of a JSON object once, from string to string: a long prompt costs some 0.3 ns a byte.
 * @param body valid UTF-8. Of bytes that are no JSON object the result means nothing; it is for `JSON.parse` to refuse them.
 * @param longText bytes from which on a string is long, quotes included.
 */
export function scanBody(body: Buffer, longText = LONG_TEXT): BodyScan {
  return new BodyScanner(body, longText).scan();
}

class BodyScanner {
  readonly #body: Buffer;
  readonly #strings: StringScanner;
  readonly #longTexts: TextPlace[] = [];
  readonly #longText: number;
  #nestedKeys = 0;
  #entries = 0;
  #values = 1;
  #holdsMark = false;

  constructor(body: Buffer, longText: number) {
    this.#body = body;
    this.#longText = longText;
    this.#strings = new StringScanner(body);
  }

  scan(): BodyScan {
    const body = this.#body;
    const open = skipSpace(body, 0);
    if (body[open] !== OPEN_BRACE) return { kind: "invalid" };
    let at = skipSpace(body, open + 1);
    let before = open + 1;
    let members = 0;
    let model: Place | undefined;
    let streamOptions: Member | undefined;
    let maxCompletionTokens: Member | undefined;
    while (body[at] === QUOTE) {
      const keyStart = at;
      const keyEnd = this.#strings.closingQuote(keyStart) + 1;
      if (keyEnd === 0) return { kind: "invalid" };
      const key = readKey(body, keyStart, keyEnd);
      members++;
      if (++this.#entries > MAX_ENTRIES) return { kind: "too_many" };
      const colon = skipSpace(body, keyEnd);
      if (body[colon] !== COLON) return { kind: "invalid" };
      const start = skipSpace(body, colon + 1);
      const end = this.#endOfValue(start);
      if (typeof end === "string") return { kind: end };
      at = skipSpace(body, end);
      const isLast = body[at] !== COMMA;
      if (!isLast) at = skipSpace(body, at + 1);
      if (key === "model") model = { start, end };
      else if (key === "stream_options" || key === "max_completion_tokens") {
        const whole = isLast ? { start: before, end } : { start: keyStart, end: at };
        const member = { start, end, key: { start: keyStart, end: keyEnd }, whole };
        if (key === "stream_options") streamOptions = member;
        else maxCompletionTokens = member;
      }
      if (isLast) break;
      this.#values++;
      before = end;
    }
    return {
      kind: "object",
      insertAt: open + 1,
      members,
      keys: members + this.#nestedKeys,
      model,
      streamOptions,
      maxCompletionTokens,
      longTexts: this.#holdsMark ? [] : this.#longTexts,
    };
  }

  #endOfValue(start: number): number | "too_deep" | "too_many" | "invalid" {
    const body = this.#body;
    let depth = 0;
    for (let at = start; at < body.length; at++) {
      switch (body[at]) {
        case QUOTE: {
          const end = this.#endOfString(at);
          if (end === 0) return "invalid";
          if (depth === 0) return end;
          at = end - 1;
          break;
        }
        case OPEN_BRACE:
        case OPEN_BRACKET:
          depth++;
          if (depth > MAX_NESTING) return "too_deep";
          if (++this.#entries > MAX_ENTRIES) return "too_many";
          break;
        case CLOSE_BRACE:
        case CLOSE_BRACKET:
          if (depth === 0) return at; // the end of the object itself, after a number or a word
          depth--;
          if (depth === 0) return at + 1;
          break;
        case COMMA:
          if (depth === 0) return at;
          if (++this.#values > MAX_VALUES) return "too_many";
          break;
        case COLON:
          if (depth === 0) return at;
          this.#nestedKeys++; // outside of texts a colon follows a key, and nothing else
          if (++this.#entries > MAX_ENTRIES) return "too_many";
      }
    }
    return body.length;
  }

  /** @returns 0 when it is not valid. */
  #endOfString(start: number): number {
    const body = this.#body;
    const end = this.#strings.closingQuote(start) + 1;
    if (end - start >= this.#longText && body[skipSpace(body, end)] !== COLON) {
      const { saved, hasEscapes } = this.#strings;
      this.#longTexts.push({ start, end, bytes: end - start - 2 - saved, hasEscapes });
    } else if (body[start + 1] === BACKSLASH && body.toString("latin1", start + 1, start + 7) === "\\u0000") {
      this.#holdsMark = true;
    }
    return end;
  }
}

export function skipSpace(body: Buffer, from: number): number {
  let at = from;
  while (body[at] === 0x20 || body[at] === 0x0a || body[at] === 0x0d || body[at] === 0x09) at++;
  return at;
}

export function readKey(body: Buffer, start: number, end: number): string {
  const text = body.toString("utf8", start, end);
  return text.includes("\\") ? (JSON.parse(text) as string) : text.slice(1, -1);
}
