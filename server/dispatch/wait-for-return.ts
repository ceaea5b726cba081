import type { Exclusion } from "../../engine/serving.js";
import type { EndpointStates } from "../endpoints/endpoint-states.js";
import type { ClientPresence } from "./answers/client-presence.js";

export interface ReturnWait {
  readonly excluded: readonly Exclusion[];
  readonly endpoints: EndpointStates;
  readonly client: ClientPresence;
  /** At most so long. */
  readonly maxMs: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Waits until one of the candidates that were left out for a reason that passes (an open circuit, a provider that asked
 * to wait) may be tried again: the earliest time that is known, or as soon as one comes back before it was expected.
 *
 * @returns false when that is not worth waiting for: none passes in time, the queue is full, or the client went.
 */
export function waitForReturn({ excluded, endpoints, client, maxMs, now }: ReturnWait): Promise<boolean> {
  const passing = excluded.filter(({ reason }) => reason === "circuit_open" || reason === "upstream_rate_limited");
  if (passing.length === 0 || client.isGone) return Promise.resolve(false);
  // A probe under way, or a health check, may bring one back at any time.
  const waits = passing.map(({ endpoint }) => endpoints.remainingMs(endpoint.id, now) ?? maxMs);
  const waitMs = Math.min(...waits);
  const leave = waitMs > maxMs ? undefined : endpoints.room.enter();
  if (leave === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = (mayReturn: boolean) => {
      clearTimeout(timer);
      forgetClient();
      forgetReturn();
      leave();
      resolve(mayReturn);
    };
    const timer = setTimeout(() => end(true), Math.max(1, waitMs));
    const forgetClient = client.onGone(() => end(false));
    const forgetReturn = endpoints.returned.on(() => end(true));
  });
}
