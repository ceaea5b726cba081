import type { Endpoint, FlatPrice, Price } from "../policy/policy-set.js";
import { costOfTokens, type NanoUsd, type PicoUsdPerToken } from "../units/money.js";
import { priceAt } from "./price-at.js";

/** Output tokens a cost assumes when the request sets no limit, unless the model's own limit is lower. */
export const ASSUMED_OUTPUT_TOKENS = 1_024;

/**
 * What this request is expected to cost at an endpoint: prompt × input price + answer × output price, in nano-dollars,
 * each part rounded up. The answer is taken to be as long as `max_output_tokens` allows; when the request sets no
 * limit, {@link ASSUMED_OUTPUT_TOKENS} or the model's own limit, whichever is lower. Cached input is not assumed.
 * Every answer asked for counts.
 *
 * @param promptTokens undefined when unknown: then the cost is unknown too, unless input is free whatever its size.
 * @returns undefined when the endpoint has no price, or the size of the prompt is unknown.
 */
export function expectedCost(
  endpoint: Endpoint,
  promptTokens: number | undefined,
  maxOutputTokens: number | undefined,
  answers = 1,
): NanoUsd | undefined {
  const { price } = endpoint;
  if (price === undefined) return undefined;
  if (promptTokens === undefined && (price.input !== 0 || price.above !== undefined)) return undefined;
  const { input, output } = priceAt(price, promptTokens ?? 0);
  return costOfCall(promptTokens ?? 0, input, maxOutputTokens ?? assumedOutput(endpoint), output, answers);
}

/** Tokens of an answer whose length the request does not limit. */
export function assumedOutput({ maxOutputTokens = ASSUMED_OUTPUT_TOKENS }: Endpoint): number {
  return Math.min(ASSUMED_OUTPUT_TOKENS, maxOutputTokens);
}

/** What a call costs, nano-dollars, each part rounded up. @param input, @param output prices. */
export function costOfCall(
  promptTokens: number,
  input: PicoUsdPerToken,
  outputTokens: number,
  output: PicoUsdPerToken,
  answers: number,
): NanoUsd {
  return (costOfTokens(promptTokens, input) + answers * costOfTokens(outputTokens, output)) as NanoUsd;
}

/** Tokens of one call: those read from a cache and written to it are among the input. */
export interface TokensUsed {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cached_input_tokens?: number;
  readonly cache_write_input_tokens?: number;
  /** Of those written, the ones kept for an hour. */
  readonly cache_write_1h_input_tokens?: number;
}

/**
 * What tokens cost, in nano-dollars, each kind of price rounded up once, at the price of the prompt's size. Cached input and cache writes cost what other input
 * does where the catalog has no price of their own, and writes for an hour what other writes do.
 */
export function costOfTokensUsed(used: TokensUsed, price: Price): NanoUsd {
  const cached = used.cached_input_tokens ?? 0;
  const written = used.cache_write_input_tokens ?? 0;
  const written1h = Math.min(used.cache_write_1h_input_tokens ?? 0, written);
  const full = Math.max(0, used.input_tokens - cached - written);
  const flat = priceAt(price, used.input_tokens);
  const { input, output, cachedInput = input, cacheWrite = input, cacheWrite1h = cacheWrite } = flat;
  return (costOfTokens(full, input) +
    costOfTokens(cached, cachedInput) +
    costOfTokens(written - written1h, cacheWrite) +
    costOfTokens(written1h, cacheWrite1h) +
    costOfTokens(used.output_tokens, output)) as NanoUsd;
}

/** The price of a token of ordinary traffic, short prompts, three of input to one of output, in pico-dollars: one number a price. */
export function mixedPrice(price: FlatPrice): number {
  return (3 * price.input + price.output) / 4;
}

/** A count of tokens as costs use it: whole, not negative; undefined for an absent or impossible one. */
export function wholeTokens(tokens: number | undefined): number | undefined {
  return tokens !== undefined && Number.isFinite(tokens) ? Math.max(0, Math.ceil(tokens)) : undefined;
}
