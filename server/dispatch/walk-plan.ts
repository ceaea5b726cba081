import type { PlannedAttempt } from "../../engine/serving.js";
import type { Attempt, AttemptResult, CallSide } from "./answers/attempt-result.js";
import type { ClientPresence } from "./answers/client-presence.js";
import { hedge } from "./hedge.js";

/** The call that decided what the client gets. */
export interface WalkedPlan {
  readonly planned: PlannedAttempt;
  readonly result: AttemptResult;
}

export interface Turns {
  /** Waits until one of several busy candidates can be called. @returns it; undefined when that takes too long. */
  waitForTurn(busy: readonly PlannedAttempt[], client: ClientPresence): Promise<PlannedAttempt | undefined>;
}

/**
 * Makes the attempts of a plan in order until one reaches the client, or fails in a way that its route does not fall
 * back on (`fallback_on`), or the client goes. One that cannot be paid for, or cannot be called now, is passed over; when
 * none is left but candidates that are busy, the first of them that is free again is called. None is called twice. With
 * `hedge_after_ms` the next candidate may be called before one has ended.
 *
 * @param plan at least one attempt.
 * @returns the last attempt made.
 */
export async function walkPlan(
  plan: readonly [PlannedAttempt, ...PlannedAttempt[]],
  attempt: Attempt,
  side: CallSide,
  turns: Turns,
): Promise<WalkedPlan> {
  let planned = plan[0];
  const next = plan.slice(1);
  const busy: PlannedAttempt[] = [];
  for (;;) {
    const second = next[0];
    let walked: WalkedPlan;
    if (planned.route.hedgeAfterMs === undefined || second === undefined) {
      const { result } = await attempt(planned, side);
      walked = { planned, result };
    } else {
      const { usedSecond, ...race } = await hedge(planned, second, attempt, side, (ended) => !leadsOn(ended));
      if (usedSecond) next.shift();
      walked = race;
    }
    if (!leadsOn(walked)) return walked;
    if (walked.result.kind === "passed_over" && walked.result.reason === "busy") busy.push(walked.planned);
    const follower = next.shift() ?? (busy.length === 0 ? undefined : await turns.waitForTurn(busy, side.client));
    if (side.client.isGone) return { planned: walked.planned, result: { kind: "cancelled" } };
    if (follower === undefined) return walked;
    if (busy.includes(follower)) busy.splice(busy.indexOf(follower), 1);
    planned = follower;
  }
}

/** Whether the next candidate may be called. */
function leadsOn({ result, planned }: WalkedPlan): boolean {
  if (result.kind === "failed") return planned.route.fallbackOn.includes(result.failure.errorClass);
  return result.kind === "unpaid" || result.kind === "passed_over";
}
