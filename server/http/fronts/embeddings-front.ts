import type { Json } from "../../providers/chat/json.js";
import type { ApiError } from "../api-error.js";
import { chatFront } from "./chat-front.js";
import type { ChatView, Front } from "./front.js";

/** Embeddings (https://platform.openai.com/docs/api-reference/embeddings, read 2026-11-25): for models that make them. */
export const embeddingsFront: Front = { ...chatFront, operation: "embeddings", names: { messages: "input" }, readChat };

/** Only to measure what is sent: no provider is asked for embeddings as a chat completion. */
function readChat(body: Json): ChatView | ApiError {
  const { input } = body;
  const inputs = Array.isArray(input) ? (input.every(isToken) && input.length > 0 ? [input] : input) : [input];
  if (
    inputs.length === 0 ||
    !inputs.every((one) => typeof one === "string" || (Array.isArray(one) && one.every(isToken)))
  ) {
    const message = "input: it takes a text, a list of texts, a list of tokens, or a list of lists of tokens";
    return { status: 400, type: "invalid_request_error", code: "invalid_request", message, param: "input" };
  }
  const texts = inputs.filter((one) => typeof one === "string");
  const tokens = inputs.reduce((sum, one) => sum + (Array.isArray(one) ? one.length : 0), 0);
  const { stream: _, ...rest } = body;
  const view = { ...rest, messages: texts.map((content) => ({ role: "user", content })) };
  return { body: view, plainBody: view, warnings: [], unseen: { tokens } };
}

function isToken(value: unknown): boolean {
  return Number.isSafeInteger(value);
}
