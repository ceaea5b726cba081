import { type Choice, choicesOf, errorIn, parseJsonObject } from "./read-answer.js";
import { dataOf } from "./sse-splitter.js";

/** What one event of a chat completion stream says. */
export type StreamEvent =
  | { readonly kind: "chunk"; readonly chunk: Readonly<Record<string, unknown>> }
  /** An error inside a stream whose status was 200. */
  | { readonly kind: "error"; readonly error: unknown }
  /** `[DONE]` */
  | { readonly kind: "done" }
  /** A comment, or an event without data: keeps the connection awake. */
  | { readonly kind: "empty" }
  | { readonly kind: "unreadable" };

/** Words of an event that decides something: an error, usage, an end. Inside a text their quotes would be escaped. */
const DECIDING = /"error"|"usage"\s*:\s*\{|"finish_reason"\s*:\s*"|\[DONE\]|^event:|[\r\n]event:/;

/**
 * Whether an event needs to be read once content flows. All others are passed on unread: reading each costs some five
 * times as much.
 */
export function isDeciding(event: Buffer): boolean {
  return DECIDING.test(event.toString("latin1"));
}

export function readStreamEvent(event: Buffer): StreamEvent {
  const data = dataOf(event);
  if (data === undefined || data.trim() === "") return { kind: "empty" };
  if (data.trim() === "[DONE]") return { kind: "done" };
  const chunk = parseJsonObject(data);
  if (chunk === undefined) return { kind: "unreadable" };
  const error = errorIn(chunk) ?? (isErrorEvent(event) ? chunk : undefined);
  if (error !== undefined) return { kind: "error", error };
  if (choicesOf(chunk).some((choice) => choice.finish_reason === "error")) {
    return { kind: "error", error: { message: "the stream ended with finish_reason error" } };
  }
  return { kind: "chunk", chunk };
}

/** Whether a chunk holds content: any part of a delta but the role that is not empty, or an end. */
export function hasContent(chunk: Readonly<Record<string, unknown>>): boolean {
  return choicesOf(chunk).some((choice) => typeof choice.finish_reason === "string" || hasDelta(choice));
}

function hasDelta({ delta }: Choice): boolean {
  if (typeof delta !== "object" || delta === null) return false;
  return Object.entries(delta).some(([name, value]) => name !== "role" && !isEmpty(value));
}

function isEmpty(value: unknown): boolean {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

function isErrorEvent(event: Buffer): boolean {
  return /(^|[\r\n])event: ?error[\r\n]/.test(event.toString("latin1"));
}
