import { formatTokens, measureText, type PolicySet } from "../../../engine/serving.js";
import { type AnyText, wholeText } from "../../json/late-text.js";
import { byteBounds } from "../../tokens/coarse-bounds.js";
import type { PromptSize } from "../../tokens/prompt-size.js";
import type { Observation } from "./observation.js";
import { isReadByGuards } from "./read-by-guards.js";

/**
 * A hint of the prompt's size is believed unless the prompt holds more for certain: else a word in a header would dodge
 * every guard on its size and its cost. What is not believed is measured.
 */
export function checkContextHint(prompt: PromptSize, set: PolicySet, observation: Observation): void {
  const hinted = observation.facts["context_tokens"];
  if (typeof hinted !== "number") return;
  const { texts, fixedTokens } = prompt.parts;
  const least = leastTokens(texts, set) + fixedTokens;
  if (hinted >= least) return;
  observation.forget("context_tokens");
  observation.warnings.push(
    `x-route-context-tokens: ${formatTokens(hinted)} is less than the prompt holds (at least ${formatTokens(least)} tokens); it was not used`,
  );
}

/** For guards every piece is looked at: by bytes alone prose could be said to be some thirty times shorter than it is. */
function leastTokens(texts: readonly AnyText[], set: PolicySet): number {
  return isReadByGuards(set, "context_tokens") ? measureText(texts.map(wholeText)).lower : byteBounds(texts).lower;
}
