import type { Json } from "../../providers/chat/json.js";
import { chatFront } from "./chat-front.js";
import type { ChatView, Front } from "./front.js";

/** Embeddings (https://platform.openai.com/docs/api-reference/embeddings, read 2026-11-25): for models that make them, as they are. */
export const embeddingsFront: Front = { ...chatFront, operation: "embeddings", readChat };

/** Only to measure what is sent: no provider is asked for embeddings as a chat completion. */
function readChat(body: Json): ChatView {
  const { input } = body;
  const texts = (Array.isArray(input) ? input : [input]).filter((text) => typeof text === "string");
  const { stream: _, ...rest } = body;
  const view = { ...rest, messages: texts.map((content) => ({ role: "user", content })) };
  return { body: view, plainBody: view, warnings: [] };
}
