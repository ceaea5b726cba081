import { measureText, type TokenBounds } from "./token-bounds.js";

/**
 * How many o200k_base tokens a text is likely to have: for costs and for people, not for limits.
 *
 * The sum over its pieces (see `nextPieceEnd`) of `expectedPieceTokens`, each between the bounds of that piece, so the
 * whole lies between `tokenBounds` of the same text. Within 10 % on prose and code of some length; random letters,
 * base64 and rare scripts can be 30 % off (docs/token-counting.md has the figures).
 *
 * @returns a whole number, 0 for a text without characters.
 */
export function estimateTokens(text: string | readonly string[]): number {
  return measureText(text).estimate;
}

/** A number within bounds: `value` itself unless it lies outside them. */
export function clampToBounds(value: number, { lower, upper }: TokenBounds): number {
  return Math.min(upper, Math.max(lower, value));
}
