import type { Json } from "../../json/json.js";

// The Messages API (https://platform.claude.com/docs/en/api/messages, and the types of the `@anthropic-ai/sdk` package 1.14.0,
// read 2026-11-25), as far as this server writes or reads it. What is read is checked field by field: any of it may be missing.

export interface MessagesRequest {
  readonly model: string;
  readonly max_tokens: number;
  readonly messages: readonly MessageParam[];
  readonly system?: readonly TextBlock[];
  readonly tools?: readonly ToolParam[];
  readonly tool_choice?: ToolChoiceParam;
  readonly stop_sequences?: readonly string[];
  readonly temperature?: number;
  readonly top_p?: number;
  readonly top_k?: number;
  readonly thinking?: ThinkingParam | Json;
  readonly output_config?: { readonly effort?: EffortParam; readonly format?: JsonFormat };
  readonly metadata?: { readonly user_id: string };
  readonly service_tier?: "auto" | "standard_only";
  readonly cache_control?: Json;
  readonly stream?: true;
}

export interface MessageParam {
  readonly role: "user" | "assistant" | "system";
  readonly content: readonly ContentBlockParam[];
}

export type ContentBlockParam = TextBlock | ImageBlock | DocumentBlock | ToolUseParam | ToolResultParam | ThinkingBlock;

export interface TextBlock {
  readonly type: "text";
  readonly text: string;
  readonly cache_control?: Json;
}
export interface ImageBlock {
  readonly type: "image";
  readonly source: Base64Source | UrlSource;
  readonly cache_control?: Json;
}
export interface DocumentBlock {
  readonly type: "document";
  readonly source:
    | Base64Source
    | UrlSource
    | { readonly type: "text"; readonly media_type: "text/plain"; readonly data: string };
  readonly title?: string;
  readonly cache_control?: Json;
}
export interface Base64Source {
  readonly type: "base64";
  readonly media_type: string;
  readonly data: string;
}
export interface UrlSource {
  readonly type: "url";
  readonly url: string;
}
export interface ToolUseParam {
  readonly type: "tool_use";
  readonly id: string;
  readonly name: string;
  readonly input: Json;
}
export interface ToolResultParam {
  readonly type: "tool_result";
  readonly tool_use_id: string;
  readonly content?: readonly (TextBlock | ImageBlock | DocumentBlock)[];
}
export type ThinkingBlock =
  | { readonly type: "thinking"; readonly thinking: string; readonly signature: string }
  | { readonly type: "redacted_thinking"; readonly data: string };

export interface ToolParam {
  readonly name: string;
  readonly description?: string;
  readonly input_schema: Json;
  readonly strict?: boolean;
  readonly cache_control?: Json;
}
export type ToolChoiceParam =
  | { readonly type: "auto" | "any"; readonly disable_parallel_tool_use?: true }
  | { readonly type: "tool"; readonly name: string; readonly disable_parallel_tool_use?: true }
  | { readonly type: "none" };

export type ThinkingParam =
  | { readonly type: "enabled"; readonly budget_tokens: number }
  /** `display` shows a summary of it; newer models show nothing by themselves. */
  | { readonly type: "adaptive"; readonly display?: "summarized" }
  | { readonly type: "disabled" }
  | { readonly type: "between_tools" };
export type EffortParam = "low" | "medium" | "high" | "xhigh" | "max";
export interface JsonFormat {
  readonly type: "json_schema";
  readonly schema: Json;
}
