import { type Json, parseJsonObject } from "../../json/json.js";
import type { StreamTranslator } from "../../providers/chat/translator.js";
import { type Choice, choicesOf, endOf, errorIn } from "./read-answer.js";
import { dataOf } from "./sse-splitter.js";

/** What one event of a chat completion stream says. */
export type StreamEvent =
  | { readonly kind: "chunk"; readonly chunk: Json }
  /** An error inside a stream whose status was 200. */
  | { readonly kind: "error"; readonly error: unknown }
  /** `[DONE]`; in another format the last event, which may say more. */
  | { readonly kind: "done"; readonly chunk?: Json }
  /** A comment, or an event without data: keeps the connection awake. */
  | { readonly kind: "empty" }
  | { readonly kind: "unreadable" };

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const CLOSING_BRACE = 0x7d;
const ERROR_FIELD = "error:";
/** Words of an event that decides something: an error, usage, an end. Inside a text their quotes would be escaped. */
const DECIDING = /"error"|"usage"\s*:\s*\{|"finish_reason"\s*:\s*"[^"]|\[DONE\]|^(event|error):|[\r\n](event|error):/;

/**
 * Whether an event needs to be read once content flows: it decides something, or may be no JSON. All others are passed on
 * unread: reading each costs some five times as much.
 * @param deciding words of an event that decides something.
 */
export function isDeciding(event: Buffer, deciding = DECIDING): boolean {
  return !endsAsObject(event) || deciding.test(event.toString("latin1"));
}

/** What is cut off, a page in place of JSON, a comment: none of them ends as an object does. */
function endsAsObject(event: Buffer): boolean {
  let last = event.length - 1;
  while (event[last] === LINE_FEED || event[last] === CARRIAGE_RETURN) last--;
  return event[last] === CLOSING_BRACE;
}

export function readStreamEvent(event: Buffer): StreamEvent {
  const data = dataOf(event);
  if (data === undefined || data.trim() === "") return readWithoutData(event);
  if (data.trim() === "[DONE]") return { kind: "done" };
  const chunk = parseJsonObject(data);
  if (chunk === undefined) return { kind: "unreadable" };
  const error = errorIn(chunk) ?? (isErrorEvent(event) ? chunk : undefined);
  return error === undefined ? { kind: "chunk", chunk } : { kind: "error", error };
}

/** Whether a chunk holds content: any part of a delta but the role that is not empty, or an end. Numbers are none: Mistral's deltas repeat the `index`. */
export function hasContent(chunk: Json): boolean {
  return choicesOf(chunk).some((choice) => endOf(choice) !== undefined || saysMore(choice));
}

/** Whether a chunk is a piece of the answer, and does not only end or count it. */
export function isPiece(chunk: Json): boolean {
  return choicesOf(chunk).some((choice) => endOf(choice) === undefined || saysMore(choice));
}

/**
 * Whether an event that decides nothing can be a piece of the answer. Comments, pings, and the begin and end of a part are none, and shorter:
 * taken for the shortest piece, they would make all others seem long.
 */
export function mayBePiece(event: Buffer, isPassed: boolean): boolean {
  return event.includes(isPassed ? "delta" : '"choices"');
}

/** What an event of another format says, in the terms of chat completions. */
export function readPassedEvent(event: Buffer, stream: StreamTranslator): StreamEvent {
  const data = dataOf(event);
  if (data === undefined || data.trim() === "") return readWithoutData(event);
  const json = parseJsonObject(data);
  if (json === undefined) return { kind: "unreadable" };
  const outputs = stream.push(json);
  const chunks = outputs.flatMap((output) => (output.kind === "chunk" ? [output.chunk] : []));
  const chunk = Object.assign({}, ...chunks, { choices: chunks.flatMap(({ choices }) => choices) }) as Json;
  for (const output of outputs) {
    if (output.kind === "error") return { kind: "error", error: output.error.error };
    if (output.kind === "done") return { kind: "done", chunk };
  }
  const usage = outputs.find((output) => output.kind === "usage")?.usage;
  if (usage !== undefined) return { kind: "chunk", chunk: { ...chunk, usage } };
  return chunks.length === 0 ? { kind: "empty" } : { kind: "chunk", chunk };
}

/**
 * Some servers write an error bare, in place of the events of a stream that they have promised; older ones of llama.cpp in a field of its own, with
 * `[DONE]` behind it (`server_sent_event(sink, "error", …)` in server.cpp, read 2026-11-28).
 */
function readWithoutData(event: Buffer): StreamEvent {
  const text = event.toString("utf8");
  const own = text.startsWith(ERROR_FIELD) ? parseJsonObject(text.slice(ERROR_FIELD.length)) : undefined;
  const bare = own === undefined ? parseJsonObject(text) : { error: own };
  const error = bare === undefined ? undefined : errorIn(bare);
  return error === undefined ? { kind: "empty" } : { kind: "error", error };
}

function saysMore({ delta, text = null }: Choice): boolean {
  if (!isEmpty(text)) return true;
  if (typeof delta !== "object" || delta === null) return false;
  return Object.entries(delta).some(([name, value]) => name !== "role" && !isEmpty(value));
}

function isEmpty(value: unknown): boolean {
  if (typeof value === "number" || value === null || value === "") return true;
  return Array.isArray(value) && value.length === 0;
}

function isErrorEvent(event: Buffer): boolean {
  return /(^|[\r\n])event: ?error[\r\n]/.test(event.toString("latin1"));
}
