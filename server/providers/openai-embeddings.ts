import { isObject, type Json } from "./chat/json.js";
import type { PassThrough } from "./pass-through.js";

/** Embeddings come whole, and have no output tokens (https://platform.openai.com/docs/api-reference/embeddings, read 2026-11-25). */
export const embeddingsPassThrough: PassThrough = {
  decides: /./,
  stream: () => ({ push: () => [], end: () => [] }),
  whole: (answer: Json): Json => ({
    ...answer,
    choices: Array.isArray(answer["data"]) ? answer["data"] : [],
    usage: isObject(answer["usage"]) ? { completion_tokens: 0, ...answer["usage"] } : undefined,
  }),
};
