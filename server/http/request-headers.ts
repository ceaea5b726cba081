import type { IncomingMessage } from "node:http";
import type { RequestHeaders } from "./observe-request.js";

/**
 * The headers of a request as they came: one given twice is a list (node joins most of them with commas), and text
 * beyond ASCII is read as UTF-8 where it is valid UTF-8 (node reads bytes as Latin-1).
 */
export function requestHeaders(request: IncomingMessage): RequestHeaders {
  const headers: Record<string, string | readonly string[]> = {};
  for (const [name, values = []] of Object.entries(request.headersDistinct)) {
    const texts = values.map(decode);
    headers[name] = texts.length === 1 ? (texts[0] ?? "") : texts;
  }
  return headers;
}

/** A value that may be sent in a response header: everything but printable ASCII becomes `?`. */
export function headerValue(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, "?");
}

function decode(text: string): string {
  if (!/[\x80-\xff]/.test(text)) return text;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(text, "latin1"));
  } catch {
    return text;
  }
}
