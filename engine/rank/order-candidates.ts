import { drawKey } from "./draw-key.js";
import { blend, type RankedCandidate, type StrategyContext, strategies } from "./strategies.js";

export interface OrderedCandidate extends RankedCandidate {
  /** What the strategy ordered by, smaller is better; undefined when it has none for this candidate. */
  readonly score?: number | undefined;
}

/**
 * Orders the candidates of `to` by the strategy of their route, best first. Equal scores keep the order written; with
 * `sticky` (and a value for it) they are drawn instead, with equal weights, so that each session keeps one of several
 * equally good candidates. `weighted` and `balanced` draw by the sticky value in the first place; `order` has no ties.
 *
 * @param sticky whether the context's seed is the value that `sticky` names.
 * @returns all of them.
 */
export function orderCandidates(
  candidates: readonly RankedCandidate[],
  context: StrategyContext,
  sticky: boolean,
): readonly OrderedCandidate[] {
  const { strategy } = context.route;
  if (strategy === "order") return candidates;
  const score = typeof strategy === "string" ? strategies[strategy] : blend(strategy);
  const scores = score(candidates, context);
  const breaksTies = sticky && strategy !== "weighted" && strategy !== "balanced";
  const ordered = candidates.map(({ entry, cost, latencyMs }, index) => ({
    entry,
    cost,
    latencyMs,
    score: scores[index],
    tieKey: breaksTies ? drawKey(context.seed, entry.endpoint.id, 1) : 0,
  }));
  // Array.prototype.sort is stable: what compares equal keeps the order written.
  return ordered.sort((a, b) => compareScores(a.score, b.score) || a.tieKey - b.tieKey);
}

function compareScores(a: number | undefined, b: number | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return a - b;
}
