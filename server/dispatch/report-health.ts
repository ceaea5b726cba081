import type { EndpointStates } from "../endpoints/endpoint-states.js";
import { MAX_WAITING } from "../endpoints/waiting-room.js";
import { type EndpointReport, reportEndpoints } from "./report-endpoints.js";
import type { ServingPolicy } from "./serving-policy.js";

/** What `/admin/health` answers with. */
export interface HealthReport {
  /** The simulator answers in place of all providers, since no provider's key is set. */
  readonly simulated?: true;
  /** Providers whose key is not set while another's is: they are in no plan. */
  readonly no_credentials?: readonly string[];
  /** Requests that wait for a candidate to become free. */
  readonly queue: { readonly waiting: number; readonly limit: number };
  readonly endpoints: readonly EndpointReport[];
}

/** @param now epoch milliseconds. */
export function reportHealth(serving: ServingPolicy, endpoints: EndpointStates, now: number): HealthReport {
  const { simulateAll, noCredentials } = serving.access;
  return {
    ...(simulateAll ? { simulated: true as const } : {}),
    ...(noCredentials.length === 0 ? {} : { no_credentials: noCredentials }),
    queue: { waiting: endpoints.room.waiting, limit: MAX_WAITING },
    endpoints: reportEndpoints(serving, endpoints, now),
  };
}
