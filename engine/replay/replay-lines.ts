import type { CompiledPolicy } from "../policy/compiled-policy.js";
import {
  destinationOf,
  factShape,
  factsOfRecorded,
  isReproduced,
  type RecordedDecision,
  recordedDestination,
} from "./replay-decision.js";
import { addComparison, type ReplaySummary } from "./replay-summary.js";

/** What decisions are replayed against. */
export interface ReplayPolicies {
  readonly target: CompiledPolicy;
  /** The policies that decisions were made under, by revision. */
  readonly baselines: ReadonlyMap<string, CompiledPolicy>;
}

/**
 * Replays recorded decisions, one JSON document a line, and counts them. A decision whose own policy is known is decided
 * again under it first: that must give what was recorded. What it is compared with is that decision, else the record.
 *
 * @param now a clock in milliseconds, for the time that deciding takes.
 */
export function replayLines(
  lines: readonly string[],
  { target, baselines }: ReplayPolicies,
  summary: ReplaySummary,
  now: () => number,
): void {
  const shape = factShape(target);
  for (const line of lines) {
    const record = parse(line);
    const facts = factsOfRecorded(record, shape);
    if (record === undefined || facts === undefined) {
      summary.unreadable++;
      continue;
    }
    summary.decisions++;
    const { revision } = record.policy;
    summary.revisions[revision] = (summary.revisions[revision] ?? 0) + 1;
    const own = revision === target.revision ? target : baselines.get(revision);
    const start = now();
    const again = own === undefined ? undefined : destinationOf(own, facts, record.world);
    const after = again !== undefined && own === target ? again : destinationOf(target, facts, record.world);
    summary.decidingMs += now() - start;
    if (again !== undefined) {
      summary.checked++;
      if (!isReproduced(record, again)) {
        summary.differingCount++;
        if (summary.differing.length < 3) summary.differing.push(record.id);
      }
    }
    addComparison(summary, again ?? recordedDestination(record), after, { id: record.id, facts });
  }
}

function parse(line: string): RecordedDecision | undefined {
  try {
    return JSON.parse(line) as RecordedDecision;
  } catch {
    return undefined;
  }
}
