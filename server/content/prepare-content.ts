import { dataOf, SseSplitter } from "../dispatch/answers/sse-splitter.js";
import { assembleAnswer } from "./assemble-answer.js";
import { namesSecret, type Redact } from "./redact.js";

/** The bytes of a request and of what it was answered. */
export interface RawContent {
  readonly request: Uint8Array;
  /** Undefined when there was no answer, as for a denied request. */
  readonly answer?: Uint8Array;
  /** The answer is a stream of server-sent events. */
  readonly isStream: boolean;
  /** The stream was longer than what was held of it. */
  readonly isCut: boolean;
}

/** What is kept of a request's content: redacted, and no larger than allowed. */
export interface Content {
  /** The request's body. */
  readonly request: unknown;
  /** The answer's body; of a stream what its events add up to. */
  readonly answer?: unknown;
  /** Something was left out because it was too large. */
  readonly cut?: true;
}

/** Redacts a request and its answer, and cuts each to so many bytes of JSON. Streams are put together first: a secret may be spread over events. */
export function prepareContent(raw: RawContent, redact: Redact, maxBytes: number): Content {
  const request = keep(parse(raw.request), redact, maxBytes);
  const whole = raw.answer === undefined ? undefined : raw.isStream ? readStream(raw.answer) : parse(raw.answer);
  const answer = whole === undefined ? undefined : keep(whole, redact, maxBytes);
  return {
    request: request.value,
    ...(answer === undefined ? {} : { answer: answer.value }),
    ...(raw.isCut || request.isCut || answer?.isCut === true ? { cut: true } : {}),
  };
}

function parse(bytes: Uint8Array): unknown {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  try {
    return JSON.parse(text);
  } catch {
    return text; // a provider's error page
  }
}

function readStream(bytes: Uint8Array): unknown {
  const events = new SseSplitter().push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return assembleAnswer(events.flatMap((event) => parseEvent(dataOf(event))));
}

function parseEvent(data: string | undefined): readonly Readonly<Record<string, unknown>>[] {
  try {
    const value: unknown = JSON.parse(data ?? "");
    return typeof value === "object" && value !== null ? [value as Readonly<Record<string, unknown>>] : [];
  } catch {
    return []; // a comment, `[DONE]`
  }
}

/** A text is redacted this far beyond where it is cut, so that nothing is seen in part. */
const BEYOND = 20_000;
/** Images, audio and files in base64: they cannot be redacted. */
const DATA = /^data:([\w.+-]{1,60}\/[\w.+-]{1,60})?[^,]{0,100},|^[A-Za-z0-9+/_-]{512,}={0,2}$/;

function keep(value: unknown, redact: Redact, maxBytes: number): { readonly value: unknown; readonly isCut: boolean } {
  let left = maxBytes;
  let isCut = false;
  const textOf = (text: string): string => {
    if (text.length > 256 && DATA.test(text)) return `[${text.length} characters of data]`;
    const redacted = redact(text.slice(0, left + BEYOND));
    const bytes = Buffer.from(redacted);
    if (bytes.length <= left) return redacted;
    isCut = true;
    return `${bytes.toString("utf8", 0, left).replace(/\ufffd$/, "")}…`;
  };
  const keepText = (text: string): string => {
    const kept = textOf(text);
    left -= Buffer.byteLength(kept) + 3;
    return kept;
  };
  const walk = (one: unknown): unknown => {
    if (typeof one === "string") return keepText(one);
    if (Array.isArray(one)) {
      const kept: unknown[] = [];
      for (const item of one) {
        if (left <= 0) break;
        kept.push(walk(item));
      }
      isCut ||= kept.length < one.length;
      return kept;
    }
    if (typeof one === "object" && one !== null) {
      const kept: [string, unknown][] = [];
      const entries = Object.entries(one);
      for (const [name, item] of entries) {
        if (left <= 0) break;
        const isSecret = typeof item === "string" && item !== "" && namesSecret(name);
        kept.push([keepText(name), walk(isSecret ? "[secret]" : item)]);
      }
      isCut ||= kept.length < entries.length;
      return Object.fromEntries(kept);
    }
    left -= 6;
    const text = String(one);
    return typeof one === "number" && redact(text) !== text ? redact(text) : one;
  };
  return { value: walk(value), isCut };
}
