import type { Bound, RangePredicate } from "../../conditions/condition.js";
import type { FactUnit } from "../../conditions/fact-definitions.js";
import { usdToNano } from "../../units/money.js";
import { formatThreshold } from "./format-fact-value.js";

/**
 * How far a number is from the nearest one that a range takes: `short by 18,000`, `over by 0.02`.
 *
 * Tokens, milliseconds and nano-dollars are whole: of 200,000 tokens that must be fewer one is too many.
 *
 * @param isNegated whether the number must lie outside of the range instead.
 * @param value as facts have it.
 * @returns undefined when it is no distance: at a threshold that is not whole, or in a range of two ends to be left.
 */
export function describeMiss(
  { min, max }: RangePredicate,
  isNegated: boolean,
  value: number,
  unit: FactUnit | undefined,
): string | undefined {
  if (isNegated && min !== undefined && max !== undefined) return undefined;
  const [least, most] = isNegated ? [beyond(max), beyond(min)] : [min, max];
  const isWhole = unit !== undefined && unit !== "ratio";
  const compared = unit === "usd" ? usdToNano(value) : value;
  const write = (word: string, distance: number, { inclusive }: Bound) => {
    // Differences of decimals have digits that nobody wrote: 0.3 − 0.1.
    const shown = isWhole ? distance + (inclusive ? 0 : 1) : Number(distance.toPrecision(12));
    return shown > 0 ? `${word} by ${formatThreshold(shown, unit)}` : undefined;
  };
  if (least !== undefined && compared <= least.value) return write("short", least.value - compared, least);
  if (most !== undefined && compared >= most.value) return write("over", compared - most.value, most);
  return undefined;
}

/** What begins where a range ends. */
function beyond(bound: Bound | undefined): Bound | undefined {
  return bound === undefined ? undefined : { value: bound.value, inclusive: !bound.inclusive };
}
