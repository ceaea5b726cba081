import type { PlannedAttempt } from "../../engine/index.js";
import type { Attempt, CallSide, EndedAttempt } from "./attempt-result.js";

/** The call that decided what the client gets. */
export interface WalkedPlan extends EndedAttempt {
  readonly planned: PlannedAttempt;
}

/**
 * Makes the attempts of a plan in order until one reaches the client, or fails in a way that its route does not fall
 * back on (`fallback_on`), or the client goes. One that cannot be paid for, or cannot be called now, is passed over.
 *
 * @param plan at least one attempt.
 * @returns the last attempt made.
 */
export async function walkPlan(
  [first, ...others]: readonly [PlannedAttempt, ...PlannedAttempt[]],
  attempt: Attempt,
  side: CallSide,
): Promise<WalkedPlan> {
  let last: WalkedPlan = { planned: first, ...(await attempt(first, side)) };
  for (const planned of others) {
    const { result } = last;
    const mayFallBack =
      result.kind === "unpaid" ||
      result.kind === "passed_over" ||
      (result.kind === "failed" && last.planned.route.fallbackOn.includes(result.failure.errorClass));
    if (!mayFallBack) break;
    last = { planned, ...(await attempt(planned, side)) };
  }
  return last;
}
