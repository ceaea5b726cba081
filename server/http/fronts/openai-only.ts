import type { PlainServer } from "../../dispatch/dispatch-request.js";
import type { Json } from "../../json/json.js";
import { isMistrals, isOpenAis } from "./model-families.js";

/**
 * Fields that only OpenAI's models know, and comfort but for `verbosity`. Servers that check their requests refuse what they do not know
 * (Groq: https://github.com/eigent-ai/eigent/issues/1827, Mistral: https://github.com/editor-code-assistant/eca/issues/231, read
 * 2026-11-27), and Codex sends a key with every request.
 */
const fields = ["prompt_cache_key", "prompt_cache_retention", "safety_identifier", "verbosity"] as const;
/**
 * Mistral knows the first, and of OpenAI's older ones not all (`ChatCompletionRequest` of https://github.com/mistralai/client-ts,
 * https://strandsagents.com/docs/api/python/strands.models.mistral, read 2026-11-27).
 */
const mistralRefuses = ["prompt_cache_retention", "safety_identifier", "verbosity", "user", "service_tier"] as const;

/**
 * OpenAI's models that reason refuse these, unless the effort is `none`
 * (https://developers.openai.com/api/docs/guides/latest-model?model=gpt-5.4, read 2026-11-27); the Messages API takes a temperature from
 * everybody.
 * @param effort that is asked for.
 */
export function withoutSampling(
  body: Json,
  { model, reasons }: Pick<PlainServer, "model" | "reasons">,
  effort: unknown,
  warn: (sentence: string) => void,
): Json {
  if (!reasons || !isOpenAis(model) || effort === "none") return body;
  const { temperature, top_p: topP, ...rest } = body;
  const left = Object.entries({ temperature, top_p: topP }).filter(([, value]) => value !== undefined && value !== 1);
  if (left.length > 0)
    warn(`${left.map(([name]) => name).join(", ")}: left out, OpenAI's models that reason take none`);
  return rest;
}

/** A body without fields that the model's server may refuse. @param model the server's own name. */
export function withoutOpenAiOnly(body: Json, model: string, warn: (sentence: string) => void): Json {
  const known = (isMistrals(model) ? mistralRefuses : fields).filter((name) => body[name] !== undefined);
  if (known.length === 0 || isOpenAis(model)) return body;
  const why = isMistrals(model) ? "Mistral refuses that" : "only OpenAI's models are known to take that";
  warn(`${known.join(", ")}: left out, ${why}`);
  return Object.fromEntries(Object.entries(body).filter(([name]) => !known.some((one) => one === name)));
}
