import {
  clampToBounds,
  measureText,
  needsExactCount,
  type TokenBounds,
  type TokenThresholds,
} from "../../engine/index.js";
import { byteBounds, coarseBounds, estimateBySample } from "./coarse-bounds.js";
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
  /** Of the policy that will decide: `tokenThresholds(policy)`, made once for each policy. */
  readonly thresholds: TokenThresholds;
  /** The fact `max_output_tokens`; undefined when the request sets no limit. */
  readonly maxOutputTokens: number | undefined;
  readonly counter: TokenCounter;
}

/**
 * Measures a prompt as cheaply as the policy allows, and counts it exactly only if the policy or a candidate's window could
 * answer differently for two values within the bounds. Bounds from lengths come first, then from bytes, then from the
 * pieces of the text; the first that decide are taken. Never rejects.
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
  const whole = ({ lower, upper }: TokenBounds) => ({ lower: lower + fixedTokens, upper: upper + fixedTokens });
  if (texts.length === 0) return { value: fixedTokens, source: "exact", lower: fixedTokens, upper: fixedTokens };
  for (const boundsOf of [coarseBounds, byteBounds]) {
    const bounds = whole(boundsOf(texts));
    if (needsExactCount(thresholds, bounds, maxOutputTokens)) continue;
    return { value: clampToBounds(estimateBySample(texts) + fixedTokens, bounds), source: "estimate", ...bounds };
  }
  const measure = measureText(texts);
  const bounds = whole(measure);
  if (bounds.lower === bounds.upper) return { value: bounds.upper, source: "exact", ...bounds };
  if (!needsExactCount(thresholds, bounds, maxOutputTokens)) {
    return { value: clampToBounds(measure.estimate + fixedTokens, bounds), source: "estimate", ...bounds };
  }
  const { tokens, how } = await counter.count(texts);
  return { value: tokens + fixedTokens, source: how === "exact" ? "exact" : "bounds", ...bounds };
}
