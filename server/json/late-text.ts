import { isAscii } from "node:buffer";
import type { BufferList } from "./buffer-list.js";

/** Where a string stands in a JSON text. */
export interface TextPlace {
  /** Of its opening quote. */
  readonly start: number;
  /** After its closing quote. */
  readonly end: number;
  /** Of the text in UTF-8 (half of a surrogate pair counts as U+FFFD, as encoders write it). */
  readonly bytes: number;
  readonly hasEscapes: boolean;
}

/** No escape takes more bytes than `\u00e4`, and no UTF-16 unit more than an escape. */
const LONGEST_ESCAPE = 6;
/** A UTF-16 unit in UTF-8, bytes. */
const LONGEST_UNIT = 3;

/** A long string of a JSON text that is made when somebody asks for it: a prompt on its way through need not be read. */
export class LateText {
  /** Of the text in UTF-8. */
  readonly bytes: number;
  readonly #json: BufferList;
  readonly #start: number;
  readonly #end: number;
  readonly #hasEscapes: boolean;
  #text: string | undefined;

  /** @param json valid JSON in valid UTF-8. */
  constructor(json: BufferList, { start, end, bytes, hasEscapes }: TextPlace) {
    this.bytes = bytes;
    this.#json = json;
    this.#start = start + 1;
    this.#end = end - 1;
    this.#hasEscapes = hasEscapes;
  }

  get text(): string {
    this.#text ??= this.#unescape(decode(this.#json.slice(this.#start, this.#end)));
    return this.#text;
  }

  /** Its first UTF-16 units. */
  startOf(length: number): string {
    const end = this.#start + (length + 1) * LONGEST_ESCAPE;
    if (end >= this.#end) return this.text.slice(0, length);
    // The bytes may end within a character or an escape: both lie behind what is asked for.
    const json = decode(this.#json.slice(this.#start, end));
    if (!this.#hasEscapes) return json.slice(0, length);
    const [whole = ""] = /^(?:[^\\]|\\(?:u.{4}|[^u]))*/s.exec(json) ?? [];
    return this.#unescape(whole).slice(0, length);
  }

  /** About so many UTF-16 units around a place in it, 0 to 1: good enough to estimate by. Characters at its ends may be cut. */
  windowAround(place: number, length: number): string {
    const size = this.#end - this.#start;
    const span = Math.ceil((length * LONGEST_UNIT * size) / this.bytes);
    const start = this.#start + Math.max(0, Math.min(Math.floor(place * size - span / 2), size - span));
    const json = decode(this.#json.slice(start, Math.min(start + span, this.#end))).replace(/^\ufffd+|\ufffd+$/g, "");
    if (!this.#hasEscapes) return json.slice(0, length);
    const first = json.indexOf("\\");
    return json
      .slice(first > 0 && first < LONGEST_ESCAPE ? first : 0) // before it may stand the end of one that begins outside
      .replace(/\\(?:u[0-9a-fA-F]{4}|["\\/bfnrt])/g, (one) => JSON.parse(`"${one}"`) as string)
      .replace(/\\[u0-9a-fA-F]*$/, "")
      .slice(0, length);
  }

  #unescape(json: string): string {
    return this.#hasEscapes ? (JSON.parse(`"${json}"`) as string) : json;
  }
}

/** Reading ASCII as Latin-1 is a copy; UTF-8 is decoded, which takes longer than the parsing. */
export function decode(bytes: Buffer): string {
  return bytes.toString(isAscii(bytes) ? "latin1" : "utf8");
}

/** The late texts of an object, by the names of their entries. */
const LATE = Symbol("late texts");
interface WithLateTexts {
  readonly [LATE]?: Map<string, LateText>;
}

/**
 * Puts a late text in place of an entry: whoever reads it gets the string.
 *
 * The getter does not hold the text: V8 makes the pair of getter and setter where garbage is collected late, so that all bytes of
 * bodies would be kept until then, and for each 64 MB of them the whole heap marked. Nor does a `WeakMap`, which keeps what
 * belongs to keys that are gone for one collection more, in which it grows old.
 */
export function putLateText(object: object, name: string, late: LateText): void {
  Object.defineProperty(object, name, { get: getterOf(name), enumerable: true, configurable: true });
  const known = (object as WithLateTexts)[LATE];
  if (known === undefined) Object.defineProperty(object, LATE, { value: new Map([[name, late]]) });
  else known.set(name, late);
}

function getterOf(name: string) {
  return function (this: WithLateTexts): string | undefined {
    return this[LATE]?.get(name)?.text;
  };
}

/** A text, or one that is made when it is asked for. */
export type AnyText = string | LateText;

export function isText(value: unknown): value is AnyText {
  return typeof value === "string" || value instanceof LateText;
}

export function wholeText(text: AnyText): string {
  return typeof text === "string" ? text : text.text;
}

/** @returns the entry, as a {@link LateText} where it is one: for those who need not read it. */
export function unreadEntry(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return (object as WithLateTexts)[LATE]?.get(name) ?? object[name];
}

/** The items of an entry that is a list; none when there is no such list, and a long text is not read to see that. */
export function listEntry(object: unknown, name: string): readonly unknown[] {
  if (typeof object !== "object" || object === null) return NONE;
  const value = unreadEntry(object as Readonly<Record<string, unknown>>, name);
  return Array.isArray(value) ? value : NONE;
}

const NONE: readonly never[] = [];
