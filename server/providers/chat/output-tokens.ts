import { countOf, isObject } from "../../json/json.js";

/**
 * All output tokens of a `usage` in OpenAI's shape. OpenAI counts reasoning inside `completion_tokens`; xAI and Google's
 * OpenAI-compatible API count it in `total_tokens` alone (https://docs.x.ai/docs/key-information/consumption-and-rate-limits, read
 * 2026-11-26): what the total holds beside prompt and answer was made by the model too, and is billed so.
 * @returns undefined when it is missing or impossible.
 */
export function outputTokensOf(usage: unknown): number | undefined {
  if (!isObject(usage)) return undefined;
  const output = countOf(usage["completion_tokens"]);
  const input = countOf(usage["prompt_tokens"]);
  const total = countOf(usage["total_tokens"]);
  if (output === undefined || input === undefined || total === undefined) return output;
  return Math.max(output, total - input);
}
