import { factsOfRecord } from "../explain/record-facts.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { destinationOf, isReproduced, type RecordedDecision } from "./replay-decision.js";
import { addComparison, noteDiffering, type ReplaySummary } from "./replay-summary.js";

/**
 * Decides one recorded decision again under the policy that made it and under another, and counts what is different.
 * @param own the policy of the record's revision.
 */
export function replayOne(
  summary: ReplaySummary,
  record: RecordedDecision,
  own: CompiledPolicy,
  target: CompiledPolicy,
): void {
  const facts = factsOfRecord(record);
  const before = destinationOf(own, facts, record.world);
  const { revision } = record.policy;
  summary.decisions++;
  summary.revisions[revision] = (summary.revisions[revision] ?? 0) + 1;
  summary.checked++;
  if (!isReproduced(record, before)) noteDiffering(summary, record.id);
  addComparison(summary, before, destinationOf(target, facts, record.world), () => ({ id: record.id, facts }));
}
