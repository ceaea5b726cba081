import { costOfTokensUsed, type NanoUsd, type Price } from "../../engine/serving.js";
import { outputTokensOf } from "../providers/chat/output-tokens.js";
import { cachedTokensOf } from "../providers/chat/usage-in.js";

/**
 * The tokens of one call, each counted once: the input buckets add up to the provider's input total, the output buckets to
 * its output total. Providers overlap them (OpenAI's cached tokens are among `prompt_tokens`), which is how cached
 * tokens get billed twice.
 */
export interface UsageBuckets {
  /** Text read at the full price. */
  readonly input: number;
  readonly cachedInput: number;
  readonly cacheWrite: number;
  /** Of {@link cacheWrite}, what is kept for an hour, which has a price of its own. */
  readonly cacheWrite1h: number;
  readonly audioInput: number;
  readonly imageInput: number;
  /** The answer's own text. */
  readonly output: number;
  readonly reasoning: number;
  readonly audioOutput: number;
}

export const noTokens: UsageBuckets = Object.freeze({
  input: 0,
  cachedInput: 0,
  cacheWrite: 0,
  cacheWrite1h: 0,
  audioInput: 0,
  imageInput: 0,
  output: 0,
  reasoning: 0,
  audioOutput: 0,
});

/**
 * Reads `usage` of an answer in OpenAI's shape into buckets. Details that claim more than their total are cut to it.
 * (https://platform.openai.com/docs/api-reference/chat/object, read 2026-11-24; `cache_write_tokens` is OpenRouter's, `cache_write_1h_tokens` our own.)
 * @returns undefined when one of the two totals is missing or impossible.
 */
export function readBuckets(value: unknown): UsageBuckets | undefined {
  const usage = recordOf(value);
  const inputBuckets = readInputBuckets(value);
  const outputTotal = count(outputTokensOf(usage));
  if (inputBuckets === undefined || outputTotal === undefined) return undefined;
  const outputDetails = recordOf(usage["completion_tokens_details"]);
  let output = outputTotal;
  const reasoning = part(output, outputDetails["reasoning_tokens"]);
  output -= reasoning;
  const audioOutput = part(output, outputDetails["audio_tokens"]);
  output -= audioOutput;
  return { ...inputBuckets, output, reasoning, audioOutput };
}

/** What a usage says of the prompt, which may be known before the answer is. */
export function readInputBuckets(value: unknown): UsageBuckets | undefined {
  const usage = recordOf(value);
  const inputTotal = count(usage["prompt_tokens"]);
  if (inputTotal === undefined) return undefined;
  const inputDetails = recordOf(usage["prompt_tokens_details"]);
  let input = inputTotal;
  const cachedInput = part(input, cachedTokensOf(usage));
  input -= cachedInput;
  const cacheWrite = part(input, inputDetails["cache_write_tokens"], inputDetails["cache_creation_tokens"]);
  input -= cacheWrite;
  const cacheWrite1h = part(cacheWrite, inputDetails["cache_write_1h_tokens"]);
  const audioInput = part(input, inputDetails["audio_tokens"]);
  input -= audioInput;
  const imageInput = part(input, inputDetails["image_tokens"]);
  input -= imageInput;
  return { ...noTokens, input, cachedInput, cacheWrite, cacheWrite1h, audioInput, imageInput };
}

export function inputTotal({ input, cachedInput, cacheWrite, audioInput, imageInput }: UsageBuckets): number {
  return input + cachedInput + cacheWrite + audioInput + imageInput;
}

export function outputTotal({ output, reasoning, audioOutput }: UsageBuckets): number {
  return output + reasoning + audioOutput;
}

/** What tokens cost, see {@link costOfTokensUsed}. Audio and images cost what text does. */
export function costOfBuckets(buckets: UsageBuckets, price: Price): NanoUsd {
  return costOfTokensUsed(
    {
      input_tokens: inputTotal(buckets),
      output_tokens: outputTotal(buckets),
      cached_input_tokens: buckets.cachedInput,
      cache_write_input_tokens: buckets.cacheWrite,
      cache_write_1h_input_tokens: buckets.cacheWrite1h,
    },
    price,
  );
}

/** What a part claims of a total, never more than is left of it. */
function part(left: number, claimed: unknown, otherName?: unknown): number {
  return Math.min(count(claimed) ?? count(otherName) ?? 0, left);
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/** Tokens that a single call can have; more is a fault, and would not add up exactly. */
const MAX_COUNT = 1_000_000_000;

function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= MAX_COUNT
    ? (value as number)
    : undefined;
}
