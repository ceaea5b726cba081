import { isObject, type Json, objectsOf, textOf } from "../../json/json.js";
import type { AnswerMessage, ChatChoice, ChatCompletion } from "../chat/chat-answer.js";
import type { AnswerContext, TranslatedError } from "../chat/translator.js";
import {
  errorInAnswer,
  finishReason,
  logprobsOf,
  type PartMeaning,
  partsOf,
  signatureContent,
  usageOf,
} from "./translate-candidate.js";

/** Translates an answer that came whole. Parts this server does not know are passed over; a candidate that says neither anything nor why is none. */
export function translateAnswer(answer: Json, context: AnswerContext): ChatCompletion | TranslatedError {
  const usage = usageOf(answer["usageMetadata"]);
  const error = errorInAnswer(answer);
  if (error !== undefined) return { ...error, usage };
  return {
    id: textOf(answer["responseId"]) ?? context.newId("chatcmpl-"),
    object: "chat.completion",
    created: context.created,
    model: textOf(answer["modelVersion"]) ?? context.model,
    choices: objectsOf(answer["candidates"])
      .filter(({ content, finishReason: reason }) => isObject(content) || textOf(reason) !== undefined)
      .map((candidate, at) => choiceOf(candidate, at, context)),
    ...(usage === undefined ? {} : { usage }),
    system_fingerprint: "",
  };
}

function choiceOf(candidate: Json, at: number, context: AnswerContext): ChatChoice {
  const parts = partsOf(candidate, context);
  const reason = textOf(candidate["finishReason"]);
  return {
    index: typeof candidate["index"] === "number" ? candidate["index"] : at,
    message: messageOf(parts),
    logprobs: logprobsOf(candidate),
    finish_reason: finishReason(
      reason ?? "STOP",
      parts.some(({ kind }) => kind === "call"),
    ),
    ...(reason === undefined ? {} : { native_finish_reason: reason }),
  };
}

function messageOf(parts: readonly PartMeaning[]): AnswerMessage {
  const calls = parts.flatMap((part) => (part.kind === "call" ? [part.call] : []));
  const images = parts.flatMap((part) => (part.kind === "media" ? [imageOf(part.url)] : []));
  const content = parts.map((part) => (part.kind === "text" ? part.text : "")).join("");
  const thoughts = parts.map((part) => (part.kind === "thought" ? part.text : "")).join("");
  const signature = parts.flatMap((part) => ("signature" in part ? (part.signature ?? []) : [])).at(-1);
  return {
    role: "assistant",
    content: content === "" && calls.length > 0 ? null : content,
    refusal: null,
    ...(thoughts === "" ? {} : { reasoning_content: thoughts }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    ...(images.length === 0 ? {} : { images }),
    ...(signature === undefined ? {} : { extra_content: signatureContent(signature) }),
  };
}

export function imageOf(url: string) {
  return { type: "image_url", image_url: { url } } as const;
}
