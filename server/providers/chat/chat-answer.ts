import { defined, type Json } from "../../json/json.js";
import type { ReasoningDetail } from "./chat-request.js";

/** A chat completion as clients get it (https://platform.openai.com/docs/api-reference/chat/object, read 2026-11-25). */
export interface ChatCompletion {
  readonly id: string;
  readonly object: "chat.completion";
  readonly created: number;
  readonly model: string;
  readonly choices: readonly ChatChoice[];
  readonly usage?: ChatUsage;
  readonly service_tier?: string;
  /** Of OpenAI's own back end: nobody else has one. OpenRouter's SDK refuses an answer without it, OpenAI's schema wants a text. */
  readonly system_fingerprint: "";
}

export interface ChatChoice {
  readonly index: number;
  readonly message: AnswerMessage;
  readonly logprobs: Json | null;
  readonly finish_reason: FinishReason;
  /** The provider's own word, beside the unified one. */
  readonly native_finish_reason?: string;
}

export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "function_call";

export interface AnswerMessage {
  readonly role: "assistant";
  readonly content: string | null;
  readonly refusal: string | null;
  readonly reasoning_content?: string;
  readonly reasoning_details?: readonly ReasoningDetail[];
  readonly tool_calls?: readonly AnswerToolCall[];
  readonly function_call?: { readonly name: string; readonly arguments: string };
  readonly images?: readonly AnswerImage[];
  /** What the provider wants handed back with this message (`google.thought_signature`). */
  readonly extra_content?: Json;
}

/** A picture the model made, in OpenRouter's form. */
export interface AnswerImage {
  readonly type: "image_url";
  readonly image_url: { readonly url: string };
}

export interface AnswerToolCall {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
  readonly extra_content?: Json;
}

/** What one chunk adds to a choice. Texts are appended, tool calls are told apart by their index. */
export interface Delta {
  readonly role?: "assistant";
  readonly content?: string;
  readonly refusal?: string;
  readonly reasoning_content?: string;
  readonly reasoning_details?: readonly ReasoningDetail[];
  readonly tool_calls?: readonly ToolCallDelta[];
  readonly function_call?: { readonly name?: string; readonly arguments: string };
  readonly images?: readonly AnswerImage[];
  readonly extra_content?: Json;
}
export interface ToolCallDelta {
  readonly index: number;
  readonly id?: string;
  readonly type?: "function";
  readonly function: { readonly name?: string; readonly arguments: string };
  readonly extra_content?: Json;
}

export interface ChatChunk {
  readonly id: string;
  readonly object: "chat.completion.chunk";
  readonly created: number;
  readonly model: string;
  readonly choices: readonly ChunkChoice[];
  readonly usage?: ChatUsage | null;
  readonly service_tier?: string;
}
export interface ChunkChoice {
  readonly index: number;
  readonly delta: Delta;
  readonly logprobs: Json | null;
  readonly finish_reason: FinishReason | null;
  readonly native_finish_reason?: string;
}

/** Cached and written tokens are part of `prompt_tokens`, reasoning is part of `completion_tokens`. */
export interface ChatUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details?: {
    readonly cached_tokens?: number;
    readonly cache_write_tokens?: number;
    readonly cache_write_1h_tokens?: number;
  };
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number };
}

/** Of an answer under way, whose tokens may not be counted yet. */
export type UsageSoFar = ChatUsage | PromptUsage;
export type PromptUsage = Pick<ChatUsage, "prompt_tokens" | "prompt_tokens_details">;

/** What a usage says of the prompt, where its count of the answer does not mean anything yet. Undefined for nothing: some servers begin with zeros. */
export function promptUsage(usage: ChatUsage | undefined): PromptUsage | undefined {
  if (usage === undefined || usage.prompt_tokens === 0) return undefined;
  const { prompt_tokens, prompt_tokens_details: details } = usage;
  return { prompt_tokens, ...(details === undefined ? {} : { prompt_tokens_details: details }) };
}

/** Counts that do not overlap; what the provider does not say is undefined, not zero. */
export interface UsageBuckets {
  /** Input that was neither read from a cache nor written to one. */
  readonly freshInput: number | undefined;
  readonly cacheRead: number | undefined;
  readonly cacheWrite: number | undefined;
  /** Of {@link cacheWrite} what is kept for an hour; undefined also for nothing. */
  readonly cacheWrite1h?: number | undefined;
  /** All output, reasoning included. */
  readonly output: number | undefined;
  readonly reasoning: number | undefined;
}

/** @returns undefined when input or output are not known: half a bill is no bill. */
export function chatUsage({
  freshInput,
  cacheRead,
  cacheWrite,
  cacheWrite1h,
  output,
  reasoning,
}: UsageBuckets): ChatUsage | undefined {
  if (freshInput === undefined || output === undefined) return undefined;
  const input = freshInput + (cacheRead ?? 0) + (cacheWrite ?? 0);
  const inputDetails = defined({
    cached_tokens: cacheRead,
    cache_write_tokens: cacheWrite,
    cache_write_1h_tokens: cacheWrite1h,
  });
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    ...(Object.keys(inputDetails).length === 0 ? {} : { prompt_tokens_details: inputDetails }),
    ...(reasoning === undefined ? {} : { completion_tokens_details: { reasoning_tokens: reasoning } }),
  };
}
