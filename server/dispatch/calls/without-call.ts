import type { EndedAttempt, PassedOver } from "../answers/attempt-result.js";

/** An attempt without a call: the candidate cannot be called at the moment. */
export function passedOver(reason: PassedOver["reason"]): EndedAttempt {
  const result = { kind: "passed_over", reason } as const;
  return { result, status: undefined, firstTokenMs: undefined, totalMs: 0, wasSent: false, notes: {} };
}
