import { nanoToUsd, type PlannedAttempt, type RecordedAttempt } from "../../../engine/serving.js";
import type { AttemptCost } from "../../ledger/attempt-cost.js";
import type { EndedAttempt } from "../answers/attempt-result.js";

/** A call as records show it. @param settled undefined: it cost nothing, because the simulator stood in. */
export function recordAttempt(
  { endpoint }: PlannedAttempt,
  { result, status, firstTokenMs, totalMs, notes }: EndedAttempt,
  settled: AttemptCost | undefined,
): RecordedAttempt {
  const failure = result.kind === "failed" || result.kind === "cut" ? result.failure : undefined;
  const shownStatus = status ?? failure?.status;
  // An estimate goes to the ledger alone: what is shown as a cost is one.
  const isKnown = settled?.source === "usage" || settled?.source === "provider";
  const cost = isKnown ? settled.incurred : undefined;
  const record: { -readonly [Name in keyof RecordedAttempt]?: RecordedAttempt[Name] } = { endpoint: endpoint.id };
  if (shownStatus !== undefined) record.status = shownStatus;
  if (failure !== undefined) {
    record.error_class = failure.errorClass;
    record.error = failure.message;
  }
  if (result.kind === "cancelled" || result.kind === "outrun") record.error_class = result.kind;
  if (firstTokenMs !== undefined) record.first_token_ms = tenths(firstTokenMs);
  record.total_ms = tenths(totalMs);
  if (notes.usage !== undefined) record.usage = notes.usage;
  if (cost !== undefined) record.cost_usd = nanoToUsd(cost);
  return record as RecordedAttempt;
}

/** How fast a stream came after its first token; undefined when it does not say how long it is, or is too short to tell. */
export function tokensPerSecond({ result, firstTokenMs, totalMs, notes }: EndedAttempt): number | undefined {
  const tokens = notes.usage?.output_tokens;
  if (result.kind !== "streamed" || firstTokenMs === undefined || tokens === undefined || tokens < 10) return undefined;
  const seconds = (totalMs - firstTokenMs) / 1_000;
  return seconds > 0 ? tokens / seconds : undefined;
}

/** Milliseconds with one decimal: what is behind it is noise. */
export function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
