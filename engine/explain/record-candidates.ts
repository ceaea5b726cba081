import type { Exclusion, PlannedAttempt, RoutePlan } from "../rank/route-plan.js";
import { type NanoUsd, nanoToUsd } from "../units/money.js";
import type { RecordedCandidate } from "./decision-record.js";

/** Every candidate of a plan: the attempts in order, then what was left out, in the order in which it was judged. */
export function recordCandidates(plan: RoutePlan): readonly RecordedCandidate[] {
  return [
    ...plan.attempts.map(
      (attempt, index): RecordedCandidate => ({
        endpoint: attempt.endpoint.id,
        verdict: index === 0 ? "chosen" : "fallback",
        from: attempt.from,
        rule: attempt.rule,
        ...noteOnCost(attempt),
        ...figures(attempt.cost, attempt.latencyMs),
        ...(attempt.score === undefined ? {} : { score: attempt.score }),
        rank: index + 1,
      }),
    ),
    ...plan.excluded.map(
      (exclusion: Exclusion): RecordedCandidate => ({
        endpoint: exclusion.endpoint.id,
        verdict: "excluded",
        from: exclusion.from,
        rule: exclusion.rule,
        reason: exclusion.reason,
        detail: exclusion.detail,
        ...figures(exclusion.cost, exclusion.latencyMs),
      }),
    ),
  ];
}

/** Why the cost of an attempt is unknown. */
function noteOnCost({ cost, endpoint }: PlannedAttempt): { readonly detail?: string } {
  if (cost !== undefined) return {};
  return {
    detail: endpoint.price === undefined ? "the catalog has no price" : "cost unknown: context_tokens is absent",
  };
}

function figures(
  cost: NanoUsd | undefined,
  latencyMs: number | undefined,
): { readonly cost_usd?: number; readonly latency_ms?: number } {
  return {
    ...(cost === undefined ? {} : { cost_usd: nanoToUsd(cost) }),
    ...(latencyMs === undefined ? {} : { latency_ms: latencyMs }),
  };
}
