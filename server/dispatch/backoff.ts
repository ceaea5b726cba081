import type { ErrorClass } from "../../engine/serving.js";
import type { Failure } from "./answers/failure.js";

const BASE_MS = 100;
/** The longest wait before a retry; a provider that asks for more is not retried. */
const MAX_BACKOFF_MS = 2_000;

/** Classes that the same endpoint may answer differently a moment later. */
const passing: ReadonlySet<ErrorClass> = new Set([
  "rate_limited",
  "overloaded",
  "server_error",
  "timeout",
  "connection",
  "malformed_response",
]);

/**
 * How long to wait before an endpoint is tried again: 100 ms × 2ⁿ (n = retries so far), at most 2 s, of which a random
 * half is left off, so that many clients do not come back at once; or as long as the provider asked.
 *
 * @param random 0 to 1.
 * @returns milliseconds; undefined when a retry is of no use: the class does not pass by itself, or the provider asked
 *   for more than 2 s.
 */
export function backoffMs(failure: Failure, retriesSoFar: number, random: number): number | undefined {
  if (!passing.has(failure.errorClass)) return undefined;
  if (failure.retryAfterMs !== undefined) {
    return failure.retryAfterMs <= MAX_BACKOFF_MS ? failure.retryAfterMs : undefined;
  }
  const full = Math.min(MAX_BACKOFF_MS, BASE_MS * 2 ** retriesSoFar);
  return Math.round(full * (1 - random / 2));
}
