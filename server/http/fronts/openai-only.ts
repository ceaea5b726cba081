import type { Json } from "../../providers/chat/json.js";

/**
 * Fields that only OpenAI's models know, and comfort but for `verbosity`. Servers that check their requests refuse what they do not know
 * (Groq: https://github.com/eigent-ai/eigent/issues/1827, Mistral: https://github.com/editor-code-assistant/eca/issues/231, read
 * 2026-11-27), and Codex sends a key with every request.
 */
const fields = ["prompt_cache_key", "prompt_cache_retention", "safety_identifier", "verbosity"] as const;
/** Also at Azure or OpenRouter; the open models of OpenAI are served by others. */
const openAiModel = /^(?:openai\/)?(?:gpt-(?!oss)|chatgpt-|codex-|o\d)/i;

/** A body without fields that the model's server may refuse. @param model the server's own name. */
export function withoutOpenAiOnly(body: Json, model: string, warn: (sentence: string) => void): Json {
  const known = fields.filter((name) => body[name] !== undefined);
  if (known.length === 0 || openAiModel.test(model)) return body;
  warn(`${known.join(", ")}: left out, only OpenAI's models are known to take that`);
  return Object.fromEntries(Object.entries(body).filter(([name]) => !known.some((one) => one === name)));
}
