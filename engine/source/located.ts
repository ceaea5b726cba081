import type { Span } from "../diagnostics/diagnostic.js";

/** A YAML value that knows where it was written. */
export type Located = LocatedMap | LocatedList | LocatedScalar;

export interface LocatedMap {
  readonly kind: "map";
  /** In the order written; keys are unique. */
  readonly entries: readonly LocatedEntry[];
  readonly span: Span;
}
export interface LocatedEntry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Located;
}
export interface LocatedList {
  readonly kind: "list";
  readonly items: readonly Located[];
  readonly span: Span;
}
export interface LocatedScalar {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  /** As written, without quotes: money and tokens are read from it exactly. */
  readonly source: string;
  readonly span: Span;
}

/** From this many entries on, a map is indexed when a key is looked up. */
const INDEXED = 32;
const indexes = new WeakMap<LocatedMap, ReadonlyMap<string, LocatedEntry>>();

/** The entry of a key; undefined when the map does not have it. */
export function entryOf(map: LocatedMap, key: string): LocatedEntry | undefined {
  if (map.entries.length < INDEXED) return map.entries.find((entry) => entry.key === key);
  let index = indexes.get(map);
  if (index === undefined) {
    index = new Map(map.entries.map((entry) => [entry.key, entry]));
    indexes.set(map, index);
  }
  return index.get(key);
}

/** The value as JSON. Keys are never `__proto__`, `constructor` or `prototype`: the parser refuses them. */
export function plainValue(located: Located): unknown {
  switch (located.kind) {
    case "scalar":
      return located.value;
    case "list":
      return located.items.map(plainValue);
    case "map":
      return Object.fromEntries(located.entries.map(({ key, value }) => [key, plainValue(value)]));
  }
}

/** From the first character of a key to the end of its value. */
export function entrySpan({ keySpan, value }: LocatedEntry): Span {
  return { file: keySpan.file, start: keySpan.start, end: Math.max(keySpan.end, value.span.end) };
}

/**
 * A stretch of a text's characters, as a place in the file; the whole span where the two do not correspond one to one
 * (escapes, texts over several lines).
 */
export function spanWithin(span: Span, text: string, start: number, end: number): Span {
  const quotes = span.end - span.start - text.length;
  if (quotes !== 0 && quotes !== 2) return span;
  const offset = span.start + quotes / 2;
  return { file: span.file, start: offset + start, end: offset + Math.max(end, start + 1) };
}

/** What a value is, for a message: `a mapping`, `the text "x"`. */
export function describeValue(located: Located): string {
  if (located.kind === "map") return "a mapping";
  if (located.kind === "list") return "a list";
  const { value } = located;
  if (value === null) return "empty";
  if (typeof value === "string") return `the text \`${shorten(value)}\``;
  return typeof value === "number" ? `the number \`${shorten(located.source)}\`` : `\`${value}\``;
}

/** What a user wrote, on one line and at most 60 characters long. */
export function shorten(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ");
  if (line.length <= 60) return line;
  // A surrogate pair is not cut.
  return `${line.slice(0, (line.codePointAt(58) ?? 0) > 0xffff ? 58 : 59)}…`;
}
