import { clampToBounds, measureText, needsExactCount, type TokenThresholds } from "../../engine/index.js";
import { promptParts } from "./prompt-parts.js";
import type { TokenCounter } from "./token-counter.js";

/** The size of a prompt: the fact `context_tokens` as far as the body tells it. */
export interface PromptTokens {
  /** Tokens; between `lower` and `upper`. */
  readonly value: number;
  /**
   * `estimate`: any value between the bounds gives the same decision, so nothing was counted. `exact`: counted, or the
   * bounds are equal. `bounds`: the exact count was needed and could not be had; `value` is `upper`.
   */
  readonly source: "bounds" | "exact" | "estimate";
  readonly lower: number;
  readonly upper: number;
}

export interface PromptTokensInput {
  /** The parsed body of a chat completion request. */
  readonly body: unknown;
  /** Of the policy that will decide: `tokenThresholds(policy.set)`, made once for each policy. */
  readonly thresholds: TokenThresholds;
  /** The fact `max_output_tokens`; undefined when the request sets no limit. */
  readonly maxOutputTokens: number | undefined;
  readonly counter: TokenCounter;
}

/**
 * Measures a prompt cheaply, and counts it exactly only if the policy or a candidate's window could answer differently for
 * two values within the bounds. Never rejects.
 *
 * When the exact count is not to be had in time the upper bound stands for it: a prompt may then be taken for too long
 * for a window, but never slips below a limit that it exceeds.
 */
export async function promptTokens({
  body,
  thresholds,
  maxOutputTokens,
  counter,
}: PromptTokensInput): Promise<PromptTokens> {
  counter.noteRequest();
  const { texts, fixedTokens } = promptParts(body);
  const measure = measureText(texts);
  const lower = measure.lower + fixedTokens;
  const upper = measure.upper + fixedTokens;
  if (lower === upper) return { value: upper, source: "exact", lower, upper };
  if (!needsExactCount(thresholds, { lower, upper }, maxOutputTokens)) {
    const value = clampToBounds(measure.estimate + fixedTokens, { lower, upper });
    return { value, source: "estimate", lower, upper };
  }
  const { tokens, how } = await counter.count(texts);
  return { value: tokens + fixedTokens, source: how === "exact" ? "exact" : "bounds", lower, upper };
}
