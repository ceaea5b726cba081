import { isMistrals } from "./model-families.js";

/**
 * Efforts that a model takes, by the server's own name for it; a model that is not here is believed to take all.
 *
 * - Mistral's: "Must be one of none, high" (https://github.com/architects-toolkit/SmartHopper/issues/647,
 *   https://github.com/anomalyco/models.dev/pull/1986, read 2026-11-27).
 * - gpt-oss, whoever serves it: low, medium, high (https://console.groq.com/docs/reasoning, read 2026-11-27).
 */
const efforts: readonly (readonly [(model: string) => boolean, Readonly<Record<string, string>>])[] = [
  [isMistrals, { minimal: "high", low: "high", medium: "high", xhigh: "high", max: "high" }],
  [(model) => /gpt-oss/i.test(model), { none: "low", minimal: "low", xhigh: "high", max: "high" }],
];

/** @returns the effort that comes nearest. @param warn takes a sentence where it is another. */
export function fitEffort(effort: unknown, model: string, warn: (sentence: string) => void): unknown {
  const nearest = efforts.find(([isOne]) => isOne(model))?.[1];
  if (typeof effort !== "string" || nearest === undefined || !Object.hasOwn(nearest, effort)) return effort;
  warn(`reasoning_effort: ${effort} was sent as ${nearest[effort]}, this model has no such effort`);
  return nearest[effort];
}

/**
 * The effort `none`: known to OpenAI's models from GPT-5.1 on, but for the variants that always reason
 * (https://developers.openai.com/api/docs/guides/latest-model, read 2026-11-27), and to Mistral's.
 */
export function takesNone(model: string): boolean {
  return isMistrals(model) || /^(?:openai\/)?gpt-(?:5\.[1-9]|[6-9])(?!.*(?:codex|pro|chat))/i.test(model);
}
