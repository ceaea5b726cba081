import type { IncomingMessage } from "node:http";
import type { AttributeDefinition } from "../../../engine/serving.js";
import { hints } from "./hints.js";

/** Headers by their lower-case name; a list when one was given more than once. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * The headers of a request that can be hints, as they came: those that begin with `x-`, other hints (`http-referer`), and those
 * that attributes name. One given twice is a list (node joins most of them with commas), and text beyond ASCII is read as UTF-8 where it
 * is valid UTF-8 (node reads bytes as Latin-1).
 */
export function requestHeaders(
  { rawHeaders }: Pick<IncomingMessage, "rawHeaders">,
  attributes: readonly AttributeDefinition[],
): RequestHeaders {
  const headers: Record<string, string | string[]> = {};
  const ofAttributes = headersOfAttributes(attributes);
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? "").toLowerCase();
    if (!name.startsWith("x-") && !otherHints.has(name) && !ofAttributes.has(name)) continue;
    const text = decode(rawHeaders[index + 1] ?? "");
    const before = headers[name];
    if (before === undefined) headers[name] = text;
    else if (typeof before === "string") headers[name] = [before, text];
    else before.push(text); // a header may come thousands of times
  }
  return headers;
}

const otherHints: ReadonlySet<string> = new Set(hints.flatMap(({ headers }) => headers));

const namesByAttributes = new WeakMap<readonly AttributeDefinition[], ReadonlySet<string>>();

/** The headers that the attributes of a policy are read from, in lower case. */
export function headersOfAttributes(attributes: readonly AttributeDefinition[]): ReadonlySet<string> {
  let names = namesByAttributes.get(attributes);
  if (names === undefined) {
    names = new Set(attributes.flatMap(({ from }) => ("header" in from ? [from.header.toLowerCase()] : [])));
    namesByAttributes.set(attributes, names);
  }
  return names;
}

/**
 * A value that may be sent in a response header, and read again with `decodeURIComponent`: of everything but visible ASCII and
 * spaces, and of `%`, the bytes in UTF-8 as `%C3%B1` (RFC 3986, 2.1).
 */
export function headerValue(text: string): string {
  return UNSENDABLE.test(text) ? text.replace(UNSENDABLE_RUNS, escaped) : text;
}

const UNSENDABLE = /[^\x20-\x24\x26-\x7e]/;
const UNSENDABLE_RUNS = /[^\x20-\x24\x26-\x7e]+/g;

function escaped(text: string): string {
  return Buffer.from(text).toString("hex").toUpperCase().replace(/../g, "%$&");
}

const BEYOND_ASCII = /[\x80-\xff]/;

function decode(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(text, "latin1"));
  } catch {
    return text;
  }
}
