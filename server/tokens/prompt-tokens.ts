import { clampToBounds, measureText, type TokenBounds } from "../../engine/serving.js";
import { wholeText } from "../json/late-text.js";
import type { Soon } from "../soon.js";
import { byteBounds, coarseBounds } from "./coarse-bounds.js";
import type { PromptSize } from "./prompt-size.js";
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
  readonly prompt: PromptSize;
  /** Whether two values within the bounds can lead to different answers. */
  readonly matters: (bounds: TokenBounds) => boolean;
  readonly counter: TokenCounter;
}

/**
 * Measures a prompt as cheaply as the policy allows, and counts it exactly only if it matters: if the policy or a candidate's window
 * could answer differently for two values within the bounds. Bounds from lengths come first, then from bytes, then from the
 * pieces of the text; the first that decide are taken. Never rejects.
 *
 * When the exact count is not to be had in time the upper bound stands for it: a prompt may then be taken for too long
 * for a window, but never slips below a limit that it exceeds.
 */
export function promptTokens({ prompt, matters, counter }: PromptTokensInput): Soon<PromptTokens> {
  counter.noteRequest();
  const { texts, fixedTokens } = prompt.parts;
  const withFixed = ({ lower, upper }: TokenBounds) => ({ lower: lower + fixedTokens, upper: upper + fixedTokens });
  if (texts.length === 0) return { value: fixedTokens, source: "exact", lower: fixedTokens, upper: fixedTokens };
  for (const boundsOf of [coarseBounds, byteBounds]) {
    const bounds = withFixed(boundsOf(texts));
    if (matters(bounds)) continue;
    return { value: clampToBounds(prompt.estimate, bounds), source: "estimate", ...bounds };
  }
  const whole = texts.map(wholeText);
  const measure = measureText(whole);
  const bounds = withFixed(measure);
  if (bounds.lower === bounds.upper) return { value: bounds.upper, source: "exact", ...bounds };
  if (!matters(bounds)) {
    return { value: clampToBounds(measure.estimate + fixedTokens, bounds), source: "estimate", ...bounds };
  }
  return counter
    .count(whole)
    .then((count) =>
      count.how === "exact"
        ? { value: count.tokens + fixedTokens, source: "exact", ...bounds }
        : { value: bounds.upper, source: "bounds", ...bounds },
    );
}
