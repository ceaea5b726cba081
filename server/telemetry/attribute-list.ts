import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { bytesOf, type TextPages } from "./text-pages.js";

/**
 * Attributes as a list: a name, its value, the next name, and so on; in the place of a name may stand some that are always the
 * same. Objects with dozens of keys take longer to make and to go through than all that is done with them.
 */
export type AttributeList = readonly (AttributeValue | KnownAttributes)[];

/** Attributes that many spans have in common: written once. */
export class KnownAttributes {
  readonly list: AttributeList;
  #bytes: Uint8Array | undefined;

  constructor(list: AttributeList) {
    this.list = list;
  }

  get bytes(): Uint8Array {
    this.#bytes ??= bytesOf((pages) => writeAttributes(this.list, pages));
    return this.#bytes;
  }
}

/** Adds an attribute, unless there is nothing to say. */
export function addAttribute(
  list: (AttributeValue | KnownAttributes)[],
  name: string,
  value: AttributeValue | undefined,
): void {
  if (value !== undefined) list.push(name, value);
}

export function toAttributes(list: AttributeList): Attributes {
  return Object.fromEntries(pairsOf(list));
}

/** At most so many attributes, and of their texts so many characters. @returns how many were dropped, too. */
export function withinLimits(
  list: AttributeList,
  count: number,
  length: number,
): { readonly list: AttributeList; readonly dropped: number } {
  if (count >= MANY_ATTRIBUTES && length === Number.POSITIVE_INFINITY) return { list, dropped: 0 };
  const all = pairsOf(list);
  const kept = all.slice(0, count).flatMap(([name, value]) => [name, length > 0 ? shortened(value, length) : value]);
  return { list: kept, dropped: Math.max(0, all.length - count) };
}

/** No span has as many attributes. */
const MANY_ATTRIBUTES = 32;

function pairsOf(list: AttributeList): [string, AttributeValue][] {
  const pairs: [string, AttributeValue][] = [];
  for (let at = 0; at < list.length; at++) {
    const name = list[at];
    if (name instanceof KnownAttributes) pairs.push(...pairsOf(name.list));
    else pairs.push([name as string, list[++at] as AttributeValue]);
  }
  return pairs;
}

function shortened(value: AttributeValue, length: number): AttributeValue {
  if (typeof value === "string") return value.slice(0, length);
  if (!Array.isArray(value)) return value;
  return value.map((part) => (typeof part === "string" ? part.slice(0, length) : part)) as AttributeValue;
}

/** Writes attributes as OTLP/JSON: `{"key":…,"value":{…}}`, separated by commas. */
export function writeAttributes(list: AttributeList, pages: TextPages): void {
  for (let at = 0; at < list.length; at++) {
    const name = list[at];
    if (at > 0) pages.ascii(",");
    if (name instanceof KnownAttributes) {
      pages.known(name.bytes);
      continue;
    }
    const start = startOf(name as string);
    const value = list[++at] as AttributeValue;
    if (typeof value === "string") {
      pages.known(start.ofText);
      pages.quoted(value);
      pages.ascii("}}");
    } else {
      pages.known(start.ofAny);
      writeValue(value, pages);
      pages.ascii("}");
    }
  }
}

interface AttributeStart {
  readonly ofAny: Uint8Array;
  /** Up to the text itself. */
  readonly ofText: Uint8Array;
}

/** By name: there are few. */
const starts = new Map<string, AttributeStart>();

function startOf(name: string): AttributeStart {
  const known = starts.get(name);
  if (known !== undefined) return known;
  const ofAny = `{"key":${JSON.stringify(name)},"value":`;
  const start = { ofAny: Buffer.from(ofAny), ofText: Buffer.from(`${ofAny}{"stringValue":`) };
  starts.set(name, start);
  return start;
}

function writeValue(value: AttributeValue | null | undefined, pages: TextPages): void {
  switch (typeof value) {
    case "string":
      pages.known(TEXT);
      pages.quoted(value);
      pages.ascii("}");
      return;
    case "number":
      pages.known(Number.isInteger(value) ? INTEGER : DOUBLE);
      pages.ascii(Number.isFinite(value) ? String(value) : "null");
      pages.ascii("}");
      return;
    case "boolean":
      pages.known(value ? TRUE : FALSE);
      return;
    default:
      if (Array.isArray(value)) writeList(value, pages);
      else pages.ascii("{}");
  }
}

function writeList(values: readonly (AttributeValue | null | undefined)[], pages: TextPages): void {
  pages.known(LIST);
  for (let at = 0; at < values.length; at++) {
    if (at > 0) pages.ascii(",");
    writeValue(values[at], pages);
  }
  pages.known(END_OF_LIST);
}

const TEXT = Buffer.from('{"stringValue":');
const INTEGER = Buffer.from('{"intValue":');
const DOUBLE = Buffer.from('{"doubleValue":');
const TRUE = Buffer.from('{"boolValue":true}');
const FALSE = Buffer.from('{"boolValue":false}');
const LIST = Buffer.from('{"arrayValue":{"values":[');
const END_OF_LIST = Buffer.from("]}}");
