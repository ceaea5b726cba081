import { countOf, isObject, type Json, objectsOf, textOf } from "../../json/json.js";
import {
  type AnswerMessage,
  type AnswerToolCall,
  type ChatCompletion,
  type ChatUsage,
  chatUsage,
  type FinishReason,
} from "../chat/chat-answer.js";
import type { ReasoningDetail } from "../chat/chat-request.js";
import type { AnswerContext, TranslatedError } from "../chat/translator.js";
import { translateError } from "./translate-error.js";
import { REASONING_FORMAT } from "./translate-messages.js";

/** Translates a message that came whole. Blocks this server does not know are passed over; what has no list of blocks is no message, and has no choice. */
export function translateAnswer(answer: Json, context: AnswerContext): ChatCompletion | TranslatedError {
  if (answer["type"] === "error") return translateError(undefined, answer);
  const blocks = objectsOf(answer["content"]);
  const stopReason = textOf(answer["stop_reason"]);
  const usage = usageOf(answer["usage"]);
  const choice = {
    index: 0,
    message: messageOf(blocks, refusalOf(answer), context),
    logprobs: null,
    finish_reason: finishReason(stopReason),
    ...(stopReason === undefined ? {} : { native_finish_reason: stopReason }),
  };
  const serviceTier = isObject(answer["usage"]) ? serviceTierOf(answer["usage"]) : undefined;
  return {
    id: textOf(answer["id"]) ?? context.newId("chatcmpl-"),
    object: "chat.completion",
    created: context.created,
    model: textOf(answer["model"]) ?? context.model,
    choices: Array.isArray(answer["content"]) ? [choice] : [],
    ...(usage === undefined ? {} : { usage }),
    ...(serviceTier === undefined ? {} : { service_tier: serviceTier }),
    system_fingerprint: "",
  };
}

function messageOf(blocks: readonly Json[], refusal: string | undefined, context: AnswerContext): AnswerMessage {
  const texts = blocks.filter(({ type }) => type === "text").map(({ text }) => textOf(text) ?? "");
  const thinking = blocks.filter(({ type }) => type === "thinking").map((block) => textOf(block["thinking"]) ?? "");
  const details = blocks.flatMap(reasoningOf);
  const calls = blocks.filter(({ type }) => type === "tool_use").map((block) => toolCallOf(block, context));
  const content = texts.join("");
  return {
    role: "assistant",
    content: content === "" && calls.length > 0 ? null : content,
    refusal: refusal ?? null,
    ...(thinking.join("") === "" ? {} : { reasoning_content: thinking.join("") }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

/** What a block says of the model's thinking, with the signature that lets it be handed back. */
export function reasoningOf(block: Json): readonly ReasoningDetail[] {
  const format = REASONING_FORMAT;
  if (block["type"] === "redacted_thinking" && typeof block["data"] === "string") {
    return [{ type: "reasoning.encrypted", data: block["data"], format }];
  }
  if (block["type"] !== "thinking" || typeof block["thinking"] !== "string") return [];
  const signature = textOf(block["signature"]);
  return [
    { type: "reasoning.text", text: block["thinking"], ...(signature === undefined ? {} : { signature }), format },
  ];
}

function toolCallOf(block: Json, context: AnswerContext): AnswerToolCall {
  return {
    id: textOf(block["id"]) ?? context.newId("call_"),
    type: "function",
    function: { name: textOf(block["name"]) ?? "", arguments: JSON.stringify(block["input"] ?? {}) },
  };
}

/** @param holder a message, or the delta of `message_delta`. */
export function refusalOf(holder: Json): string | undefined {
  if (holder["stop_reason"] !== "refusal" || !isObject(holder["stop_details"])) return undefined;
  return textOf(holder["stop_details"]["explanation"]);
}

const finishReasons: ReadonlyMap<string | undefined, FinishReason> = new Map([
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["tool_use", "tool_calls"],
  ["refusal", "content_filter"],
]);

/** Any other reason, also one that is not known yet, ends the answer all the same; its own word stands in `native_finish_reason`. */
export function finishReason(stopReason: string | undefined): FinishReason {
  return finishReasons.get(stopReason) ?? "stop";
}

/**
 * Anthropic counts cached input apart from `input_tokens`, and thinking inside `output_tokens`. What it took to compact the conversation
 * stands in `iterations` alone, and is billed too (types of the `@anthropic-ai/sdk` package 1.14.0, `BetaUsage.iterations`, read 2026-11-27).
 */
export function usageOf(value: unknown): ChatUsage | undefined {
  if (!isObject(value)) return undefined;
  const details = value["output_tokens_details"];
  const compactions = objectsOf(value["iterations"]).filter(({ type }) => type === "compaction");
  const counted = (name: string) => {
    const total = countOf(value[name]);
    const more = compactions.map((one) => countOf(one[name]) ?? 0).reduce((sum, count) => sum + count, 0);
    return total === undefined && more === 0 ? undefined : (total ?? 0) + more;
  };
  // Both kinds of writes are in `cache_creation_input_tokens` (`BetaUsage.cache_creation`, there too).
  const for1h = [value, ...compactions].map(({ cache_creation: kinds }) =>
    isObject(kinds) ? (countOf(kinds["ephemeral_1h_input_tokens"]) ?? 0) : 0,
  );
  return chatUsage({
    freshInput: counted("input_tokens"),
    cacheRead: counted("cache_read_input_tokens"),
    cacheWrite: counted("cache_creation_input_tokens"),
    cacheWrite1h: for1h.reduce((sum, count) => sum + count, 0) || undefined,
    output: counted("output_tokens"),
    reasoning: isObject(details) ? countOf(details["thinking_tokens"]) : undefined,
  });
}

/** What a usage says of the tier: fast answers have a field of their own (`BetaUsage.speed` of the `@anthropic-ai/sdk` package 1.14.0, read 2026-11-28). */
export function serviceTierOf({ speed, service_tier: tier }: Json): string | undefined {
  return speed === "fast" ? speed : textOf(tier);
}
