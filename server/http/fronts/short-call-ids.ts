import { createHash } from "node:crypto";
import { type Json, objectsOf } from "../../providers/chat/json.js";

/**
 * Mistral's models take no ids of tool calls but such, whoever serves them: "must be a-z, A-Z, 0-9, with a length of 9"
 * (https://github.com/langchain-ai/langchain/pull/24668, https://github.com/openclaw/openclaw/issues/57672, read 2026-11-26).
 */
const shortId = /^[a-zA-Z0-9]{9}$/;
const mistralModel = /mistral|mixtral|ministral|magistral|codestral|devstral|pixtral|voxtral/i;

/** @param model the server's own name. */
export function wantsShortCallIds(model: string): boolean {
  return mistralModel.test(model);
}

/** A message whose ids of tool calls are short: the same for a call and its result, and with each request. */
export function withShortCallIds({ tool_calls: calls, tool_call_id: id, ...message }: Json): Json {
  return {
    ...message,
    ...(id === undefined ? {} : { tool_call_id: short(id) }),
    ...(Array.isArray(calls)
      ? { tool_calls: objectsOf(calls).map((call) => ({ ...call, id: short(call["id"]) })) }
      : {}),
  };
}

function short(id: unknown): unknown {
  if (typeof id !== "string" || shortId.test(id)) return id;
  return createHash("sha256").update(id).digest("hex").slice(0, 9);
}
