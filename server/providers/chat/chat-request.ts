import type { Json } from "../../json/json.js";

/**
 * A chat completion request, read once for every format that has to be translated: the shapes of OpenAI's API
 * (https://platform.openai.com/docs/api-reference/chat/create, and the types of the `openai` package 6.49.0, read
 * 2026-11-25) with their legacy spellings folded together.
 */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ChatTool[];
  readonly toolChoice: ToolChoice | undefined;
  readonly parallelToolCalls: boolean | undefined;
  /** The request says `functions` and `function_call`: so must the answer. */
  readonly usesLegacyFunctions: boolean;
  readonly maxTokens: number | undefined;
  readonly temperature: number | undefined;
  readonly topP: number | undefined;
  readonly topK: number | undefined;
  readonly frequencyPenalty: number | undefined;
  readonly presencePenalty: number | undefined;
  readonly seed: number | undefined;
  readonly n: number;
  readonly logprobs: boolean;
  readonly topLogprobs: number | undefined;
  readonly stop: readonly string[];
  readonly responseFormat: ResponseFormat | undefined;
  readonly reasoning: Reasoning;
  readonly user: string | undefined;
  readonly serviceTier: string | undefined;
  readonly includeUsage: boolean;
  /** What no translated format can say of it, one sentence each. */
  readonly leftOut: readonly string[];
  /** Every field of the body, for what only one format knows. */
  readonly body: Json;
}

export type ChatMessage = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

/** `role: system`, or `developer`, which means the same. */
export interface SystemMessage {
  readonly role: "system";
  readonly parts: readonly TextPart[];
}
export interface UserMessage {
  readonly role: "user";
  readonly parts: readonly ChatPart[];
}
export interface AssistantMessage {
  readonly role: "assistant";
  readonly parts: readonly TextPart[];
  readonly toolCalls: readonly ChatToolCall[];
  /** The model's reasoning, as an earlier answer gave it, with the signatures that prove it. */
  readonly reasoning: readonly ReasoningDetail[];
  /** What a format put on the message for itself. */
  readonly extraContent: Json | undefined;
}
export interface ToolMessage {
  readonly role: "tool";
  readonly callId: string;
  /** Of the call this answers, where an earlier message names it. */
  readonly name: string | undefined;
  readonly parts: readonly ChatPart[];
}

export type ChatPart = TextPart | ImagePart | FilePart | AudioPart;

export interface TextPart {
  readonly kind: "text";
  readonly text: string;
  /** Anthropic's marker for prompt caching; other gateways take it on any part too. */
  readonly cacheControl: Json | undefined;
}
/** Bytes in the request, or a link. */
export type Source =
  | { readonly kind: "data"; readonly mediaType: string; readonly base64: string }
  | { readonly kind: "url"; readonly url: string };
export interface ImagePart {
  readonly kind: "image";
  readonly source: Source;
  readonly detail: string | undefined;
  readonly cacheControl: Json | undefined;
}
export interface FilePart {
  readonly kind: "file";
  readonly source: Source;
  readonly filename: string | undefined;
  readonly cacheControl: Json | undefined;
}
export interface AudioPart {
  readonly kind: "audio";
  readonly base64: string;
  /** `wav`, `mp3`. */
  readonly format: string;
}

export interface ChatToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON text, as the model wrote it. */
  readonly arguments: string;
  readonly extraContent: Json | undefined;
}

export interface ChatTool {
  readonly name: string;
  readonly description: string | undefined;
  /** A JSON schema; undefined when the tool takes nothing. */
  readonly parameters: Json | undefined;
  readonly strict: boolean | undefined;
  readonly cacheControl: Json | undefined;
}

export type ToolChoice =
  | { readonly kind: "auto" | "none" | "required" }
  | { readonly kind: "named"; readonly name: string }
  /** One of these tools, or also none of them. */
  | { readonly kind: "allowed"; readonly mode: "auto" | "required"; readonly names: readonly string[] };

export type ResponseFormat =
  | { readonly kind: "text" | "json_object" }
  | { readonly kind: "json_schema"; readonly name: string; readonly schema: Json };

export const efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;
export type Effort = (typeof efforts)[number];

/** `reasoning_effort`, or OpenRouter's `reasoning: { effort, max_tokens }`. */
export interface Reasoning {
  readonly effort: Effort | undefined;
  readonly maxTokens: number | undefined;
  /** The client asks to see it: it sent `reasoning` without `exclude`. */
  readonly isShown: boolean;
}

/**
 * A piece of reasoning in OpenRouter's form (https://openrouter.ai/docs/use-cases/reasoning-tokens, read 2026-11-25), which
 * clients hand back as it came: `reasoning.text` with a signature, or `reasoning.encrypted`.
 */
export type ReasoningDetail =
  | { readonly type: "reasoning.text"; readonly text: string; readonly signature?: string; readonly format?: string }
  | { readonly type: "reasoning.encrypted"; readonly data: string; readonly format?: string };

/** Why a request cannot be sent: it is no chat completion, or the format has no way to say it. */
export interface Refusal {
  readonly param: string;
  readonly message: string;
}

/** Thrown while a request is read or translated; caught where that began. */
export class RefusedRequest extends Error {
  override readonly name = "RefusedRequest";
  readonly refusal: Refusal;
  /** What no translated format can do, as the end of "the request …": a provider of OpenAI's own format may. */
  readonly unable: string | undefined;
  constructor(param: string, message: string, unable?: string) {
    super(`${param}: ${message}`);
    this.refusal = { param, message: `${param}: ${message}` };
    this.unable = unable;
  }
}
