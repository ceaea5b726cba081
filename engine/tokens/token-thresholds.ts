import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { TokenBounds } from "./token-bounds.js";

/** Where the size of the prompt can change what happens to a request: see {@link tokenThresholds}. */
export interface TokenThresholds {
  /** Ascending, each once. At a cut c a rule may answer c tokens differently from c − 1. */
  readonly cuts: readonly number[];
  /** Context windows of endpoints, ascending, each once: prompt plus `max_output_tokens` above it does not fit. */
  readonly windows: readonly number[];
  /** A JsonLogic condition reads `context_tokens`: any value may matter. */
  readonly alwaysExact: boolean;
}

/**
 * Every value of `context_tokens` at which the policy can decide, or a candidate's window can exclude, differently.
 *
 * Cuts are the ends of every range on `context_tokens` in any rule, wherever it stands (also below `not` and behind
 * conditions that a request does not meet: a superset is safe). `gte 200k` and `lt 200k` cut at 200,000, `gt 200k` and
 * `lte 200k` at 200,001. Windows are those of all endpoints of the catalog, since a request may name any model.
 *
 * Cost limits (`budget_usd`, `max_cost_usd`) are no thresholds: costs are expectations and use the estimate.
 */
export function tokenThresholds({ set, tree }: Pick<CompiledPolicy, "set" | "tree">): TokenThresholds {
  // The tree has numbered the ends of ranges already; walking 10,000 rules would stop a serving thread for 10 ms.
  const fact = tree.facts.find(({ name }) => name === "context_tokens");
  const cuts = new Set(Array.from(fact?.cuts ?? [], Math.ceil));
  const alwaysExact = tree.memoised.some(
    ({ predicate }) => predicate.kind === "logic" && predicate.reads.includes("context_tokens"),
  );
  const windows = new Set(set.catalog.models.flatMap(({ endpoints }) => endpoints.map((one) => one.contextWindow)));
  return { cuts: ascending(cuts), windows: ascending(windows), alwaysExact };
}

/**
 * Whether two values within the bounds can lead to different answers: a cut c with lower < c ≤ upper, or a window that
 * `upper` exceeds and `lower` does not. False: any value within the bounds gives the same outcome and the same
 * candidates within their windows.
 *
 * @param maxOutputTokens the fact `max_output_tokens`, which shares the window with the prompt; undefined counts as 0.
 */
export function needsExactCount(
  thresholds: TokenThresholds,
  { lower, upper }: TokenBounds,
  maxOutputTokens: number | undefined,
): boolean {
  if (lower >= upper) return false;
  if (thresholds.alwaysExact) return true;
  const output = maxOutputTokens === undefined ? 0 : Math.max(0, Math.ceil(maxOutputTokens));
  if ((firstAtLeast(thresholds.cuts, lower + 1) ?? Number.POSITIVE_INFINITY) <= upper) return true;
  return (firstAtLeast(thresholds.windows, lower + output) ?? Number.POSITIVE_INFINITY) < upper + output;
}

function ascending(values: ReadonlySet<number>): readonly number[] {
  return [...values].sort((a, b) => a - b);
}

/** The smallest of ascending values that is not below `least`. */
function firstAtLeast(values: readonly number[], least: number): number | undefined {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return values[low];
}
