import { countOf, isObject, type Json, objectsOf, textOf } from "../../json/json.js";
import type { AnswerToolCall, ChatUsage, FinishReason, UsageSoFar } from "../chat/chat-answer.js";
import { chatUsage, promptUsage } from "../chat/chat-answer.js";
import { type AnswerContext, type TranslatedError, translatedError } from "../chat/translator.js";

/** What one part of a candidate says. */
export type PartMeaning =
  | { readonly kind: "text" | "thought"; readonly text: string; readonly signature: string | undefined }
  | { readonly kind: "call"; readonly call: AnswerToolCall }
  /** Pictures and the like, as a data URL. */
  | { readonly kind: "media"; readonly url: string }
  /** A part that this server does not know (code that the provider ran, say). */
  | { readonly kind: "unknown" };

export function partsOf(candidate: Json, context: AnswerContext): readonly PartMeaning[] {
  const content = isObject(candidate["content"]) ? candidate["content"] : {};
  return objectsOf(content["parts"]).map((part) => meaningOf(part, context));
}

function meaningOf(part: Json, context: AnswerContext): PartMeaning {
  const signature = textOf(part["thoughtSignature"]);
  if (typeof part["text"] === "string") {
    return { kind: part["thought"] === true ? "thought" : "text", text: part["text"], signature };
  }
  if (isObject(part["functionCall"])) return { kind: "call", call: callOf(part["functionCall"], signature, context) };
  if (isObject(part["inlineData"])) {
    const { mimeType, data } = part["inlineData"];
    return { kind: "media", url: `data:${textOf(mimeType) ?? ""};base64,${textOf(data) ?? ""}` };
  }
  return signature === undefined ? { kind: "unknown" } : { kind: "text", text: "", signature };
}

function callOf({ id, name, args }: Json, signature: string | undefined, context: AnswerContext): AnswerToolCall {
  return {
    id: textOf(id) ?? context.newId("call_"),
    type: "function",
    // Empty arguments are left out of Gemini's JSON; clients parse what they get.
    function: { name: textOf(name) ?? "", arguments: JSON.stringify(isObject(args) ? args : {}) },
    ...(signature === undefined ? {} : { extra_content: signatureContent(signature) }),
  };
}

/** Where Google's OpenAI-compatible API puts a signature; clients hand it back there. */
export function signatureContent(signature: string): Json {
  return { google: { thought_signature: signature } };
}

const stopped: readonly string[] = [
  "STOP",
  "FINISH_REASON_UNSPECIFIED",
  "LANGUAGE",
  "OTHER",
  "CONTINUATION",
  "NO_IMAGE",
  "IMAGE_OTHER",
];

/** A reason that is not known yet is one more way to be filtered: Gemini's list grows by those. */
export function finishReason(reason: string, hasCalls: boolean): FinishReason {
  if (reason === "MAX_TOKENS") return "length";
  if (!stopped.includes(reason)) return "content_filter";
  return hasCalls ? "tool_calls" : "stop";
}

/** Reasons that mean there is no answer: the model wrote something that is no call, or none (https://ai.google.dev/api/generate-content#FinishReason, read 2026-11-27). */
const broken: readonly string[] = [
  ...["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS"],
  ...["MALFORMED_RESPONSE", "MISSING_THOUGHT_SIGNATURE"],
];

/** @returns the error that a candidate or a blocked prompt is, if it is one. */
export function errorInAnswer(answer: Json): TranslatedError | undefined {
  const candidates = objectsOf(answer["candidates"]);
  for (const { finishReason: reason, finishMessage } of candidates) {
    if (typeof reason !== "string" || !broken.includes(reason)) continue;
    return translatedError(
      textOf(finishMessage) ?? `what the model wrote cannot be used: ${reason}`,
      "server_error",
      reason.toLowerCase(),
      502,
    );
  }
  const feedback = isObject(answer["promptFeedback"]) ? answer["promptFeedback"] : {};
  const blocked = textOf(feedback["blockReason"]);
  if (blocked === undefined || candidates.length > 0) return undefined;
  return translatedError(`the provider blocked the prompt: ${blocked}`, "invalid_request_error", "content_filter", 400);
}

/**
 * Gemini counts cached input inside `promptTokenCount`, thoughts outside `candidatesTokenCount`, and leaves zeros out
 * (https://ai.google.dev/api/generate-content#usagemetadata, read 2026-11-25).
 */
export function usageOf(value: unknown): ChatUsage | undefined {
  if (!isObject(value)) return undefined;
  const prompt = countOf(value["promptTokenCount"]);
  if (prompt === undefined) return undefined;
  const cached = countOf(value["cachedContentTokenCount"]);
  const thoughts = countOf(value["thoughtsTokenCount"]);
  const toolUse = countOf(value["toolUsePromptTokenCount"]) ?? 0;
  return chatUsage({
    freshInput: Math.max(0, prompt - (cached ?? 0)) + toolUse,
    cacheRead: cached,
    cacheWrite: undefined,
    output: (countOf(value["candidatesTokenCount"]) ?? 0) + (thoughts ?? 0),
    reasoning: thoughts,
  });
}

/** The usage of an event: the first ones may have nothing of the answer. */
export function usageSoFar(value: unknown): UsageSoFar | undefined {
  const usage = usageOf(value);
  return usage?.completion_tokens === 0 ? promptUsage(usage) : usage;
}

/** Log probabilities in OpenAI's shape; null when there are none. */
export function logprobsOf(candidate: Json): Json | null {
  const result = candidate["logprobsResult"];
  if (!isObject(result)) return null;
  const tops = objectsOf(result["topCandidates"]).map(({ candidates }) => objectsOf(candidates).map(logprob));
  const content = objectsOf(result["chosenCandidates"]).map((chosen, at) => ({
    ...logprob(chosen),
    top_logprobs: tops[at] ?? [],
  }));
  return { content, refusal: null };
}

function logprob({ token, logProbability }: Json) {
  const text = textOf(token) ?? "";
  return {
    token: text,
    logprob: typeof logProbability === "number" ? logProbability : 0,
    bytes: [...Buffer.from(text)],
  };
}
