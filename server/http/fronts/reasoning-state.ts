import { isObject, type Json, objectsOf, parseJsonObject } from "../../json/json.js";
import { LateText, unreadEntry } from "../../json/late-text.js";

/**
 * What providers want handed back with an answer: reasoning, and what they put on calls. Clients keep reasoning as it is, so it
 * travels in the `encrypted_content` of reasoning items of the Responses API, and in `redacted_thinking` of the Messages API.
 */
export interface ReasoningState {
  readonly details: readonly Json[];
  /** `extra_content` of calls, by the call's id. */
  readonly calls: Readonly<Record<string, Json>>;
  /** `extra_content` of the message. */
  readonly message: Json | undefined;
}

/** How everything begins that only this server understands. */
export const PREFIX = "rw1.";
const ID_PREFIX = "rs_rw1_";

/** The id of a reasoning item of this server's making. */
export function reasoningId(answer: string): string {
  return ID_PREFIX + answer;
}

/** Whether an item refers to reasoning that a provider may have kept. */
export function isReasoningReference({ type, id }: Json): boolean {
  return type === "item_reference" && typeof id === "string" && id.startsWith("rs_");
}

/** Whether an item is of this server's making, so that no provider can take it. */
export function isOwnReasoning(item: unknown): boolean {
  if (!isObject(item) || (item["type"] !== "reasoning" && item["type"] !== "item_reference")) return false;
  return begins(item["id"], ID_PREFIX) || isOurs(unreadEntry(item, "encrypted_content"));
}

/** Whether a text is of this server's making. A long one need not be read. */
export function isOurs(text: unknown): boolean {
  return begins(text, PREFIX);
}

function begins(text: unknown, prefix: string): boolean {
  if (text instanceof LateText) return text.startOf(prefix.length) === prefix;
  return typeof text === "string" && text.startsWith(prefix);
}

/** @returns undefined when there is nothing to hand back. */
export function writeState(message: Json): string | undefined {
  const details = objectsOf(message["reasoning_details"]);
  const calls = Object.fromEntries(
    objectsOf(message["tool_calls"]).flatMap(({ id, extra_content: extra }) =>
      typeof id === "string" && isObject(extra) ? [[id, extra]] : [],
    ),
  );
  const own = message["extra_content"];
  if (details.length === 0 && Object.keys(calls).length === 0 && !isObject(own)) return undefined;
  const state = { details, calls, ...(isObject(own) ? { message: own } : {}) };
  return PREFIX + Buffer.from(JSON.stringify(state)).toString("base64");
}

/** What providers want back with each call, by its id. */
export function extraOfCalls(states: readonly (ReasoningState | undefined)[]): ReadonlyMap<unknown, Json> {
  return new Map(states.flatMap((state) => Object.entries(state?.calls ?? {})));
}

/** @returns undefined when it is not of this server's making. */
export function readState(encrypted: unknown): ReasoningState | undefined {
  if (typeof encrypted !== "string" || !encrypted.startsWith(PREFIX)) return undefined;
  const state = parseJsonObject(Buffer.from(encrypted.slice(PREFIX.length), "base64").toString("utf8"));
  if (state === undefined) return undefined;
  const calls = isObject(state["calls"]) ? state["calls"] : {};
  return {
    details: objectsOf(state["details"]),
    calls: Object.fromEntries(Object.entries(calls).flatMap(([id, extra]) => (isObject(extra) ? [[id, extra]] : []))),
    message: isObject(state["message"]) ? state["message"] : undefined,
  };
}
