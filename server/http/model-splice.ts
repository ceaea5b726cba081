/** Where a value stands in bytes. */
interface Place {
  readonly start: number;
  readonly end: number;
}

/** What was seen of a body beside the model. */
interface Surroundings {
  /** Right after the opening brace. */
  readonly insertAt: number;
  readonly isEmptyObject: boolean;
  /** How many the body holds, at every depth. */
  readonly keys: number;
  /** Where the value of `stream_options` stands; undefined: there is none. */
  readonly streamOptions?: Place;
}

/** Where the top-level `model` of a JSON object stands in its bytes. */
export type ModelPlace =
  | (Surroundings & Place & { readonly kind: "value" })
  /** There is none: it can be inserted. */
  | (Surroundings & { readonly kind: "missing" })
  /**
   * A top-level key stands there twice. Parsers differ in which of the two counts, so the facts could speak of another
   * request than the one the provider reads.
   */
  | { readonly kind: "duplicate"; readonly key: string }
  /** Lists and objects within each other beyond {@link MAX_NESTING}. */
  | { readonly kind: "too_deep" };

/** Where a model's name can be put in. */
export type UsableModelPlace = Extract<ModelPlace, { kind: "value" | "missing" }>;

/** Lists and objects within each other, the body itself not counted. Tool schemas reach some twenty. */
export const MAX_NESTING = 200;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;

/**
 * Finds the value of the top-level key `model`, also when the key is written with escapes. Hops from quote to quote: a long
 * prompt costs little.
 * @param body bytes of a JSON object. Of bytes that are none the result means nothing; it is for `JSON.parse` to refuse them.
 */
export function findModel(body: Buffer): ModelPlace {
  const open = body.indexOf(OPEN_BRACE);
  let at = skipSpace(body, open + 1);
  const isEmptyObject = body[at] === CLOSE_BRACE;
  const keys = new Set<string>();
  const nested: Counted = { keys: 0 };
  let found: Place | undefined;
  let streamOptions: Place | undefined;
  while (body[at] === QUOTE) {
    const keyEnd = endOfString(body, at);
    const key = readKey(body, at, keyEnd);
    if (keys.has(key)) return { kind: "duplicate", key };
    keys.add(key);
    const start = skipSpace(body, skipSpace(body, keyEnd) + 1); // over the colon
    const end = endOfValue(body, start, nested);
    if (end === undefined) return { kind: "too_deep" };
    if (key === "model") found = { start, end };
    else if (key === "stream_options") streamOptions = { start, end };
    at = skipSpace(body, end);
    if (body[at] !== COMMA) break;
    at = skipSpace(body, at + 1);
  }
  const surroundings: Surroundings = {
    insertAt: open + 1,
    isEmptyObject,
    keys: keys.size + nested.keys,
    ...(streamOptions === undefined ? {} : { streamOptions }),
  };
  return found === undefined ? { kind: "missing", ...surroundings } : { kind: "value", ...found, ...surroundings };
}

/** Keys found below the top level. */
interface Counted {
  keys: number;
}

/**
 * The same bytes with another model's name; everything else stays as it is, spaces and number spellings included.
 * @param streamOptions takes the place of `stream_options`, if given.
 */
export function withModel(body: Buffer, place: UsableModelPlace, model: string, streamOptions?: object): Buffer {
  const edits = [
    ...(streamOptions === undefined ? [] : [editOf(place, place.streamOptions, "stream_options", streamOptions)]),
    editOf(place, place.kind === "value" ? place : undefined, "model", model),
  ].sort((a, b) => a.start - b.start);
  const pieces: Buffer[] = [];
  let at = 0;
  for (const { start, end, text } of edits) {
    pieces.push(body.subarray(at, start), Buffer.from(text));
    at = end;
  }
  return Buffer.concat([...pieces, body.subarray(at)]);
}

/** A value in the place of another one, or a key that was not there, right after the opening brace. */
function editOf({ insertAt, isEmptyObject }: Surroundings, there: Place | undefined, key: string, value: unknown) {
  const text = JSON.stringify(value);
  if (there !== undefined) return { start: there.start, end: there.end, text };
  // Something follows: of two keys that are put in the model is the last.
  const comma = isEmptyObject && key === "model" ? "" : ",";
  return { start: insertAt, end: insertAt, text: `${JSON.stringify(key)}:${text}${comma}` };
}

export function skipSpace(body: Buffer, from: number): number {
  let at = from;
  while (body[at] === 0x20 || body[at] === 0x0a || body[at] === 0x0d || body[at] === 0x09) at++;
  return at;
}

/** @param start at the opening quote. @returns the offset after the closing one. */
export function endOfString(body: Buffer, start: number): number {
  let at = body.indexOf(QUOTE, start + 1);
  while (at !== -1 && isEscaped(body, at)) at = body.indexOf(QUOTE, at + 1);
  return at === -1 ? body.length : at + 1;
}

/** Whether an odd number of backslashes stands before the quote. */
function isEscaped(body: Buffer, quote: number): boolean {
  let from = quote;
  while (body[from - 1] === BACKSLASH) from--;
  return (quote - from) % 2 === 1;
}

export function readKey(body: Buffer, start: number, end: number): string {
  const text = body.toString("utf8", start, end);
  if (!text.includes("\\")) return text.slice(1, -1);
  try {
    return JSON.parse(text) as string;
  } catch {
    return text; // not JSON: see the parameter of findModel
  }
}

/** @returns undefined when it is nested too deep. */
function endOfValue(body: Buffer, start: number, nested: Counted): number | undefined {
  if (body[start] === QUOTE) return endOfString(body, start);
  let depth = 0;
  for (let at = start; at < body.length; at++) {
    switch (body[at]) {
      case QUOTE:
        at = endOfString(body, at) - 1;
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        depth++;
        if (depth > MAX_NESTING) return undefined;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        if (depth === 0) return at; // the end of the object itself, after a number or a word
        depth--;
        if (depth === 0) return at + 1;
        break;
      case COMMA:
        if (depth === 0) return at;
        break;
      case COLON:
        if (depth === 0) return at;
        nested.keys++; // outside of texts a colon follows a key, and nothing else
    }
  }
  return body.length;
}
