import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { ReplayPair, ReplaySummary } from "./replay-summary.js";

/** What a replay found, as `policy replay --json` and a server's shadow show it. Money is nano-dollars, time milliseconds. */
export interface ReplayReport extends Omit<ReplaySummary, "rules" | "models"> {
  readonly policy: Pick<CompiledPolicy, "name" | "revision">;
  /** Most frequent first. */
  readonly rules: readonly ReplayPair[];
  readonly models: readonly ReplayPair[];
}

export function reportReplay({ rules, models, ...rest }: ReplaySummary, target: ReplayReport["policy"]): ReplayReport {
  const { name, revision } = target;
  return { policy: { name, revision }, ...rest, rules: sortedPairs(rules), models: sortedPairs(models) };
}

/** Pairs by how many decisions changed so, most first. */
export function sortedPairs(pairs: ReplaySummary["rules"]): readonly ReplayPair[] {
  return Object.values(pairs).sort((a, b) => b.count - a.count || (a.from + a.to < b.from + b.to ? -1 : 1));
}
