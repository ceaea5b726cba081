import { isObject, type Json, textOf } from "../json/json.js";
import type { ChatChunk } from "./chat/chat-answer.js";
import type { StreamOutput, StreamTranslator } from "./chat/translator.js";
import { type TranslatedError, translatedError } from "./chat/translator.js";
import type { PassThrough } from "./pass-through.js";

/**
 * OpenAI's Responses API (https://platform.openai.com/docs/api-reference/responses and …/responses-streaming, read
 * 2026-11-25) on its way through.
 */
export const responsesPassThrough: PassThrough = {
  // Inside a text the quotes would be escaped.
  decides: /"type"\s*:\s*"(response\.(created|completed|incomplete|failed|cancelled)|error)"/,
  stream: () => new ResponseEvents(),
  whole: (answer) => ({ ...toChat(answer), ...errorOf(answer) }),
  textIn,
};

/** Undefined for reasoning, tools, annotations, a second item or part, and the end of the part. */
function textIn(event: Json): string | undefined {
  const { type, item, part, output_index: output, content_index: content, delta } = event;
  switch (type) {
    case "response.created":
    case "response.queued":
    case "response.in_progress":
      return "";
    case "response.output_item.added":
      return output === 0 && isObject(item) && item["type"] === "message" ? "" : undefined;
    case "response.content_part.added":
      return output === 0 && content === 0 && isObject(part) && part["type"] === "output_text" ? "" : undefined;
    case "response.output_text.delta":
      return output === 0 && content === 0 ? textOf(delta) : undefined;
    default:
      return undefined;
  }
}

class ResponseEvents implements StreamTranslator {
  push(data: Json): readonly StreamOutput[] {
    const type = textOf(data["type"]) ?? "";
    const response = isObject(data["response"]) ? data["response"] : {};
    switch (type) {
      case "response.created":
        return [chunkOf({ ...idOf(response), choices: [] })];
      case "response.completed":
      case "response.incomplete":
        return [chunkOf(toChat(response)), { kind: "done" }];
      case "response.failed":
      case "response.cancelled":
      case "error": {
        // OpenAI nests it in the event, though its types have it flat (`ResponseErrorEvent` of the `openai` package 6.49.0).
        const error = [response["error"], data["error"]].find(isObject) ?? data;
        const message = textOf(error["message"]) ?? type;
        return [{ kind: "error", error: errorFrom(message, textOf(error["code"])) }];
      }
      default:
        return isContent(type, data) ? [chunkOf({ choices: [{ index: 0, delta: { content: type } }] })] : [];
    }
  }

  /** The body ended without its last event. */
  end(): readonly StreamOutput[] {
    return [];
  }
}

/** A piece of anything that the model or a tool makes; the beginning of a message or of a thought is none yet. */
function isContent(type: string, { item }: Json): boolean {
  if (type === "response.output_item.added") {
    return isObject(item) && item["type"] !== "message" && item["type"] !== "reasoning";
  }
  return type.endsWith(".delta") || type === "response.output_item.done";
}

function chunkOf(chunk: Json): StreamOutput {
  return { kind: "chunk", chunk: chunk as unknown as ChatChunk };
}

/** What an answer says of itself, as a chat completion without its content. */
function toChat(response: Json): Json {
  const { output, status } = response;
  const why = isObject(response["incomplete_details"]) ? response["incomplete_details"]["reason"] : undefined;
  const cut = why === "content_filter" ? "content_filter" : "length";
  const finish_reason = status === "incomplete" ? cut : "stop";
  return {
    ...idOf(response),
    choices: Array.isArray(output) ? [{ index: 0, delta: {}, finish_reason }] : [],
    service_tier: response["service_tier"],
    ...(isObject(response["usage"]) ? { usage: usageOf(response["usage"]) } : {}),
  };
}

function idOf({ id, model }: Json): Json {
  return { id, model };
}

function usageOf({ input_tokens, output_tokens, total_tokens, ...details }: Json): Json {
  const { cost, is_byok, cost_details } = details; // OpenRouter's
  return {
    ...{ cost, is_byok, cost_details },
    prompt_tokens: input_tokens,
    completion_tokens: output_tokens,
    total_tokens,
    prompt_tokens_details: details["input_tokens_details"],
    completion_tokens_details: details["output_tokens_details"],
  };
}

function errorOf({ error, status }: Json): Json {
  if (isObject(error)) return { ...errorFrom(textOf(error["message"]) ?? "", textOf(error["code"])) };
  return status === "failed" || status === "cancelled" ? { error: { message: `the response is ${status}` } } : {};
}

/** The codes of a response that failed say whether the request is at fault. */
function errorFrom(message: string, code: string | undefined): TranslatedError {
  if (code?.endsWith("_policy") === true || code?.endsWith("_policy_violation") === true) {
    return translatedError(message, "invalid_request_error", "content_filter", 400);
  }
  const isRequests = code?.startsWith("invalid_") === true || code?.includes("image") === true;
  return translatedError(message, "api_error", code ?? null, isRequests ? 400 : undefined);
}
