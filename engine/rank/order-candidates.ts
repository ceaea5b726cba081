import { blend, type RankedCandidate, type Strategy, type StrategyContext, strategies } from "./strategies.js";

export interface OrderedCandidate extends RankedCandidate {
  /** What the strategy ordered by, smaller is better; undefined when it has none for this candidate. */
  readonly score?: number | undefined;
}

/**
 * Orders the candidates of `to` by the strategy of their route, best first. Equal scores keep the order written; with
 * `sticky` (and a value for it) they are drawn instead, with equal weights, so that each session keeps one of several
 * equally good candidates. `weighted` and `balanced` draw by the sticky value in the first place; `order` has no ties.
 *
 * @param sticky whether the context's draw is from the value that `sticky` names.
 * @returns all of them.
 */
export function orderCandidates(
  candidates: readonly RankedCandidate[],
  context: StrategyContext,
  sticky: boolean,
): readonly OrderedCandidate[] {
  const { strategy } = context.route;
  if (strategy === "order") return candidates;
  const breaksTies = sticky && strategy !== "weighted" && strategy !== "balanced";
  const score = typeof strategy === "string" ? strategies[strategy] : blend(strategy);
  return orderByScore(candidates, score, context, breaksTies);
}

/**
 * Orders candidates by their scores, best first.
 * @param breaksTies whether equal scores are drawn for, instead of keeping the order written.
 */
export function orderByScore(
  candidates: readonly RankedCandidate[],
  score: Strategy,
  context: StrategyContext,
  breaksTies: boolean,
): readonly OrderedCandidate[] {
  const scores = score(candidates, context);
  const ordered: Tied[] = [];
  for (let index = 0; index < candidates.length; index++) {
    const { entry, cost, latencyMs } = candidates[index] as RankedCandidate;
    const tieKey = breaksTies ? context.draw.keyOf(entry.endpoint.id, 1) : 0;
    ordered.push({ entry, cost, latencyMs, score: scores[index], tieKey });
  }
  // Both are stable: what compares equal keeps the order written.
  return ordered.length > FEW ? ordered.sort(compare) : sortFew(ordered);
}

interface Tied extends OrderedCandidate {
  readonly tieKey: number;
}

/** So many are sorted by inserting each among those before it: half the time of `sort`. */
const FEW = 12;

function sortFew(candidates: Tied[]): Tied[] {
  for (let next = 1; next < candidates.length; next++) {
    const candidate = candidates[next] as Tied;
    let place = next;
    for (; place > 0; place--) {
      const before = candidates[place - 1] as Tied;
      if (compare(before, candidate) <= 0) break;
      candidates[place] = before;
    }
    candidates[place] = candidate;
  }
  return candidates;
}

function compare(a: Tied, b: Tied): number {
  if (a.score === undefined || b.score === undefined) {
    return Number(a.score === undefined) - Number(b.score === undefined) || a.tieKey - b.tieKey;
  }
  return a.score - b.score || a.tieKey - b.tieKey;
}
