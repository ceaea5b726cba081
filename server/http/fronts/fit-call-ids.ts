import { type Json, objectsOf } from "../../json/json.js";
import { isOfMistral } from "./model-families.js";
import { shortHash } from "./short-hash.js";

/**
 * Mistral's models take no ids of tool calls but such, whoever serves them: "must be a-z, A-Z, 0-9, with a length of 9"
 * (https://github.com/langchain-ai/langchain/pull/24668, https://github.com/openclaw/openclaw/issues/57672, read 2026-11-26).
 */
const shortId = /^[a-zA-Z0-9]{9}$/;

/**
 * OpenAI and Azure take no longer ones (https://github.com/microsoft/autogen/issues/6377, read 2026-11-27); vLLM's have 46 characters, those
 * that hold a signature hundreds.
 */
const MAX_LENGTH = 40;

/**
 * A message whose ids of tool calls the model takes: the same for a call and its result, and with each request.
 * @param model the server's own name.
 */
export function withFitCallIds(message: Json, model: string): Json {
  const { tool_calls: calls, tool_call_id: id, ...rest } = message;
  if (calls === undefined && id === undefined) return message;
  const fitted = isOfMistral(model) ? short : notLong;
  return {
    ...rest,
    ...(id === undefined ? {} : { tool_call_id: fitted(id) }),
    ...(Array.isArray(calls)
      ? { tool_calls: objectsOf(calls).map((call) => ({ ...call, id: fitted(call["id"]) })) }
      : {}),
  };
}

function short(id: unknown): unknown {
  return typeof id !== "string" || shortId.test(id) ? id : shortHash(id, 9);
}

function notLong(id: unknown): unknown {
  return typeof id !== "string" || id.length <= MAX_LENGTH ? id : `call_${shortHash(id, 32)}`;
}
