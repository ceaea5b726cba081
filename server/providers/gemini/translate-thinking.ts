import { isObject, type Json } from "../../json/json.js";
import type { ChatRequest, Effort } from "../chat/chat-request.js";
import type { GeminiGeneration } from "./gemini-generation.js";
import type { ThinkingConfig } from "./wire.js";

// As Google's OpenAI-compatible API reads reasoning_effort (https://ai.google.dev/gemini-api/docs/openai, read 2026-11-25).
const budgets: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 1_024,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
  xhigh: 24_576,
  max: 24_576,
};
const levels: Readonly<Record<Effort, NonNullable<ThinkingConfig["thinkingLevel"]>>> = {
  none: "MINIMAL",
  minimal: "MINIMAL",
  low: "LOW",
  medium: "MEDIUM",
  high: "HIGH",
  xhigh: "HIGH",
  max: "HIGH",
};
/** Gemini 2.5 Pro thinks at least this much. */
const MIN_PRO_BUDGET = 128;

/** Says `reasoning_effort` in the words of the model; `extra_body.google.thinking_config` wins. */
export function translateThinking(
  { body, reasoning: { effort, maxTokens, isShown } }: ChatRequest,
  { thinking, takesMinimal, canStopThinking }: GeminiGeneration,
  warnings: Set<string>,
): ThinkingConfig | Json | undefined {
  const own = googleExtras(body)["thinking_config"];
  if (isObject(own)) return own;
  if (effort === undefined && maxTokens === undefined) {
    return isShown && thinking !== "none" ? { includeThoughts: true } : undefined;
  }
  const shown = isShown ? { includeThoughts: true as const } : {};
  if (thinking === "none") {
    if (effort !== "none") warnings.add("reasoning_effort: left out, this model does not think");
    return undefined;
  }
  if (thinking === "budget" || effort === undefined) {
    const wanted = maxTokens ?? budgets[effort ?? "medium"];
    if (wanted >= MIN_PRO_BUDGET || canStopThinking) return { thinkingBudget: wanted, ...shown };
    warnings.add(`reasoning_effort: this model always thinks; its smallest budget was asked for`);
    return { thinkingBudget: MIN_PRO_BUDGET, ...shown };
  }
  if (effort === "none") warnings.add("reasoning_effort: this model always thinks; its lowest level was asked for");
  if (effort === "xhigh" || effort === "max") warnings.add(`reasoning_effort: ${effort} was sent as high`);
  const level = levels[effort];
  return { thinkingLevel: level === "MINIMAL" && !takesMinimal ? "LOW" : level, ...shown };
}

/** What Google's OpenAI-compatible API takes beside OpenAI's parameters. */
export function googleExtras(body: Json): Json {
  const extra = body["extra_body"];
  return isObject(extra) && isObject(extra["google"]) ? extra["google"] : {};
}
