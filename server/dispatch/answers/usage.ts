import type { RecordedAttempt } from "../../../engine/serving.js";
import { outputTokensOf } from "../../providers/chat/output-tokens.js";
import { cachedTokensOf } from "../../providers/chat/usage-in.js";

export type Usage = NonNullable<RecordedAttempt["usage"]>;

/**
 * Reads `usage` of an answer in OpenAI's shape. Tokens read from a cache and written to it are counted inside
 * `prompt_tokens`; all output is {@link outputTokensOf}
 * (https://platform.openai.com/docs/api-reference/chat/object, read 2026-11-24).
 * @returns undefined when there is none; counts that are missing or impossible are left out, never zero.
 */
export function readUsage(value: unknown): Usage | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const usage = value as Readonly<Record<string, unknown>>;
  const input = count(usage["prompt_tokens"]);
  const output = outputTokensOf(usage);
  if (input === undefined && output === undefined) return undefined;
  const cached = cachedTokensOf(usage);
  const written = count(detail(usage["prompt_tokens_details"], "cache_write_tokens"));
  const written1h = count(detail(usage["prompt_tokens_details"], "cache_write_1h_tokens"));
  const reasoning = count(detail(usage["completion_tokens_details"], "reasoning_tokens"));
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
  return typeof details === "object" && details !== null ? (details as Record<string, unknown>)[name] : undefined;
}

function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}
