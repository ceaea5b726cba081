import type { Attempt } from "./attempt-result.js";
import { backoffMs } from "./backoff.js";
import type { ClientPresence } from "./client-presence.js";

/** Adds a route's `retries` to an attempt: the same endpoint again after a pause, for failures that pass by themselves. */
export function withRetries(attempt: Attempt, client: ClientPresence, random: () => number): Attempt {
  return async (planned) => {
    for (let retries = 0; ; retries++) {
      const ended = await attempt(planned);
      if (ended.result.kind !== "failed" || retries >= planned.route.retries) return ended;
      const pauseMs = backoffMs(ended.result.failure, retries, random());
      if (pauseMs === undefined) return ended;
      await pause(pauseMs, client);
      if (client.isGone) return { ...ended, result: { kind: "cancelled" } };
    }
  };
}

/** Ends early when the client goes. */
function pause(ms: number, client: ClientPresence): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      client.onGone(undefined);
      resolve();
    };
    const timer = setTimeout(end, ms);
    client.onGone(end);
    if (client.isGone) end();
  });
}
