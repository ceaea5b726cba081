import type { Attributes, AttributeValue } from "@opentelemetry/api";

/**
 * Attributes as a list: a name, its value, the next name, and so on; in the place of a name may stand some that are always the
 * same. Objects with dozens of keys take longer to make and to go through than all that is done with them.
 */
export type AttributeList = readonly (AttributeValue | KnownAttributes)[];

/** Attributes that many spans have in common: written once. */
export class KnownAttributes {
  readonly list: AttributeList;
  #text: string | undefined;

  constructor(list: AttributeList) {
    this.list = list;
  }

  get text(): string {
    this.#text ??= writeAttributes(this.list);
    return this.#text;
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

/** As OTLP/JSON: `{"key":…,"value":{…}}`, separated by commas. */
export function writeAttributes(list: AttributeList): string {
  let text = "";
  for (let at = 0; at < list.length; at++) {
    const name = list[at];
    if (at > 0) text += ",";
    if (name instanceof KnownAttributes) {
      text += name.text;
      continue;
    }
    const value = list[++at] as AttributeValue;
    const start = startOf(name as string);
    text +=
      typeof value === "string" && needsNoEscape.test(value)
        ? `${start.ofText}${value}"}}`
        : `${start.ofAny}${writeValue(value)}}`;
  }
  return text;
}

interface AttributeStart {
  readonly ofAny: string;
  /** Up to the quotation mark of a text. */
  readonly ofText: string;
}

/** By name: there are few. */
const starts = new Map<string, AttributeStart>();

function startOf(name: string): AttributeStart {
  const known = starts.get(name);
  if (known !== undefined) return known;
  const ofAny = `{"key":${quote(name)},"value":`;
  const start = { ofAny, ofText: `${ofAny}{"stringValue":"` };
  starts.set(name, start);
  return start;
}

function writeValue(value: AttributeValue | null | undefined): string {
  switch (typeof value) {
    case "string":
      return `{"stringValue":${quote(value)}}`;
    case "number":
      return Number.isInteger(value) ? `{"intValue":${value}}` : `{"doubleValue":${JSON.stringify(value)}}`;
    case "boolean":
      return value ? '{"boolValue":true}' : '{"boolValue":false}';
    default:
      return Array.isArray(value) ? `{"arrayValue":{"values":[${value.map(writeValue).join(",")}]}}` : "{}";
  }
}

const needsNoEscape = /^[ !#-[\]-~]*$/;

/** A text as JSON. */
export function quote(text: string): string {
  return needsNoEscape.test(text) ? `"${text}"` : JSON.stringify(text);
}
