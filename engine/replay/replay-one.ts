import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { isReproduced, type RecordedDecision } from "./replay-decision.js";
import { addComparison, noteDiffering, type ReplaySummary } from "./replay-summary.js";
import { ParsedRequest } from "./replayed-request.js";

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
  const request = new ParsedRequest(record);
  const before = request.destination({ policy: own });
  const { revision } = request;
  summary.decisions++;
  summary.revisions[revision] = (summary.revisions[revision] ?? 0) + 1;
  summary.checked++;
  if (!isReproduced(record, before)) noteDiffering(summary, request);
  addComparison(summary, before, request.destination({ policy: target }), request);
}
