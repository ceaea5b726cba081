import type { Json } from "../../json/json.js";
import type { ApiError } from "../errors/api-error.js";
import { chatFront } from "./chat-front.js";
import type { ChatView, Front } from "./front.js";
import { readInputs } from "./inputs.js";

/** Embeddings (https://platform.openai.com/docs/api-reference/embeddings, read 2026-11-25): for models that make them. */
export const embeddingsFront: Front = { ...chatFront, operation: "embeddings", names: { messages: "input" }, readChat };

/** Only to measure what is sent: no provider is asked for embeddings as a chat completion. */
function readChat(body: Json): ChatView | ApiError {
  const inputs = readInputs(body["input"], "input");
  if ("code" in inputs) return inputs;
  const { texts, tokens, largest } = inputs;
  const { stream: _, ...rest } = body;
  const view = { ...rest, messages: texts.map((content) => ({ role: "user", content })) };
  return { body: view, plainBody: view, warnings: [], unseen: { tokens, largestPrompt: largest } };
}
