import type { AttemptResult, EndedAttempt, PassedOver } from "../answers/attempt-result.js";

/** The candidate cannot be called at the moment. */
export function passedOver(reason: PassedOver["reason"]): EndedAttempt {
  return withoutCall({ kind: "passed_over", reason });
}

/** An attempt for which no call was made. */
export function withoutCall(result: AttemptResult): EndedAttempt {
  return { result, status: undefined, firstTokenMs: undefined, totalMs: 0, wasSent: false, notes: {} };
}
