import type { RecordedAttempt } from "../../../engine/serving.js";
import { countOf, isObject } from "../../json/json.js";
import { outputTokensOf } from "../../providers/chat/output-tokens.js";
import { cachedTokensOf } from "../../providers/chat/usage-in.js";

export type Usage = NonNullable<RecordedAttempt["usage"]>;

/**
 * Reads `usage` of an answer in OpenAI's shape. Tokens read from a cache and written to it are counted inside
 * `prompt_tokens`; all output is {@link outputTokensOf}
 * (https://platform.openai.com/docs/api-reference/chat/object, read 2026-11-24).
 * @returns undefined when there is none; counts that are missing or impossible are left out, never zero.
 */
export function readUsage(usage: unknown): Usage | undefined {
  if (!isObject(usage)) return undefined;
  const input = countOf(usage["prompt_tokens"]);
  const output = outputTokensOf(usage);
  if (input === undefined && output === undefined) return undefined;
  const cached = cachedTokensOf(usage);
  const written = countOf(detail(usage["prompt_tokens_details"], "cache_write_tokens"));
  const written1h = countOf(detail(usage["prompt_tokens_details"], "cache_write_1h_tokens"));
  const reasoning = countOf(detail(usage["completion_tokens_details"], "reasoning_tokens"));
  const read: { -readonly [Name in keyof Usage]: Usage[Name] } = {};
  if (input !== undefined) read.input_tokens = input;
  if (output !== undefined) read.output_tokens = output;
  if (cached !== undefined) read.cached_input_tokens = cached;
  if (written !== undefined) read.cache_write_input_tokens = written;
  if (written1h !== undefined) read.cache_write_1h_input_tokens = written1h;
  if (reasoning !== undefined) read.reasoning_output_tokens = reasoning;
  return read;
}

function detail(details: unknown, name: string): unknown {
  return isObject(details) ? details[name] : undefined;
}
