import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { type NanoUsd, nanoToUsd } from "../units/money.js";
import type { Example, ReplayPair, ReplaySummary } from "./replay-summary.js";

/** What a replay found, as `policy replay --json` and a server's shadow show it. */
export interface ReplayReport {
  readonly policy: Pick<CompiledPolicy, "name" | "revision">;
  readonly decisions: number;
  /** Lines of the log that are no decisions. */
  readonly unreadable: number;
  /** Decisions whose own policy is known, so that they were made again under it. */
  readonly checked: number;
  /** Of these, how many came out otherwise than recorded; and the ids of some. */
  readonly differing_count: number;
  readonly differing: readonly string[];
  /** Another rule, denial or first endpoint. */
  readonly changed: number;
  /** The same first attempt, other fallbacks. */
  readonly fallbacks_changed: number;
  /** Requests that had a candidate and have none, and the other way round. */
  readonly lost: number;
  readonly gained: number;
  /** How many decisions each policy made. */
  readonly revisions: Readonly<Record<string, number>>;
  readonly total: ReplayFigures;
  /** Most frequent first. */
  readonly rules: readonly ChangedPair[];
  readonly models: readonly ChangedPair[];
}

export interface ReplayFigures {
  readonly count: number;
  /** Expected costs, USD, summed up over the `cost_known` decisions for which they are known before and after. */
  readonly cost_known: number;
  readonly cost_before_usd: number;
  readonly cost_after_usd: number;
  /** Observed times to the first token, means over the `latency_known` decisions that have them before and after; absent without any. */
  readonly latency_known: number;
  readonly latency_before_ms?: number;
  readonly latency_after_ms?: number;
}

/** Decisions that went from one rule, or endpoint, to another. */
export interface ChangedPair extends ReplayFigures {
  readonly from: string;
  readonly to: string;
  readonly examples: readonly Example[];
}

/** Sums of a replay as people and scripts read them: USD and milliseconds, pairs by how many decisions changed so. */
export function reportReplay(summary: ReplaySummary, target: ReplayReport["policy"]): ReplayReport {
  const { decisions, unreadable, checked, differingCount, differing, changed, fallbacksChanged } = summary;
  const { lost, gained, revisions, total, rules, models } = summary;
  return {
    policy: { name: target.name, revision: target.revision },
    ...{ decisions, unreadable, checked, differing_count: differingCount, differing },
    ...{ changed, fallbacks_changed: fallbacksChanged, lost, gained, revisions },
    total: figuresOf(total),
    rules: sortedPairs(rules).map(reportPair),
    models: sortedPairs(models).map(reportPair),
  };
}

function reportPair(pair: ReplayPair): ChangedPair {
  const { from, to, examples } = pair;
  return { from, to, ...figuresOf(pair), examples };
}

function figuresOf({ count, costKnown, costBefore, costAfter, ...latency }: ReplayPair): ReplayFigures {
  const { latencyKnown, latencyBefore, latencyAfter } = latency;
  const mean = (sum: number) => Math.round(sum / latencyKnown);
  return {
    count,
    cost_known: costKnown,
    cost_before_usd: nanoToUsd(costBefore as NanoUsd),
    cost_after_usd: nanoToUsd(costAfter as NanoUsd),
    latency_known: latencyKnown,
    ...(latencyKnown === 0 ? {} : { latency_before_ms: mean(latencyBefore), latency_after_ms: mean(latencyAfter) }),
  };
}

/** Pairs by how many decisions changed so, most first. */
export function sortedPairs(pairs: ReplaySummary["rules"]): readonly ReplayPair[] {
  return Object.values(pairs).sort((a, b) => b.count - a.count || (a.from + a.to < b.from + b.to ? -1 : 1));
}
