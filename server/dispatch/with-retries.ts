import type { PlannedAttempt } from "../../engine/serving.js";
import type { Attempt, CallSide, EndedAttempt } from "./answers/attempt-result.js";
import type { ClientPresence } from "./answers/client-presence.js";
import { backoffMs } from "./backoff.js";

/** Makes an attempt with its route's `retries`: the same endpoint again after a pause, for failures that pass by themselves. */
export async function withRetries(
  attempt: Attempt,
  planned: PlannedAttempt,
  side: CallSide,
  random: () => number,
): Promise<EndedAttempt> {
  let last: EndedAttempt | undefined;
  for (let retries = 0; ; retries++) {
    const ended = await attempt(planned, side);
    const { kind } = ended.result;
    // It cannot be called again: how it failed is what counts.
    if (last !== undefined && (kind === "passed_over" || kind === "unpaid")) return last;
    last = ended;
    if (ended.result.kind !== "failed" || retries >= planned.route.retries) return ended;
    const pauseMs = backoffMs(ended.result.failure, retries, random());
    if (pauseMs === undefined) return ended;
    await pause(pauseMs, side.client);
    if (side.client.isGone) return { ...ended, result: { kind: side.client.isOutrun ? "outrun" : "cancelled" } };
  }
}

/** Ends early when the client goes. */
function pause(ms: number, client: ClientPresence): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      forget();
      resolve();
    };
    const timer = setTimeout(end, ms);
    const forget = client.onGone(end);
    if (client.isGone) end();
  });
}
