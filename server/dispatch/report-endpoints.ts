import type { CheckedHealth } from "../endpoints/checked-health.js";
import type { CircuitEvidence } from "../endpoints/circuit.js";
import type { EndpointStates } from "../endpoints/endpoint-states.js";
import type { Quantiles } from "../endpoints/recent-quantiles.js";
import { circuitBeside } from "./calls/call-beside.js";
import type { ServingPolicy } from "./serving-policy.js";

/** What `/admin/health` says of one endpoint: its state, and the evidence beside it. Times are ISO 8601. */
export interface EndpointReport {
  readonly endpoint: string;
  readonly provider: string;
  readonly circuit: CircuitReport;
  /** Of calls that count tokens, which have a circuit of their own; once one was made. */
  readonly count_tokens_circuit?: CircuitReport;
  /** It answered 429 and asked to wait. */
  readonly rate_limited_until?: string;
  readonly in_flight: number;
  /** The endpoint's own limit. */
  readonly max_concurrent?: number;
  /** The newest check of an endpoint that has one. */
  readonly health_check?: {
    readonly state: "passing" | "failing";
    readonly failed_in_a_row: number;
    readonly at: string;
    readonly error?: string;
  };
  /** To the first token of streams, of the last 50 to 100, at most ten minutes old. Ranking goes by the median. */
  readonly latency_ms?: Quantiles;
  /** Of streams after their first token, likewise. */
  readonly tokens_per_second?: Quantiles;
  /** Share of failed calls of the last five minutes; of fewer than five calls, as of five. */
  readonly error_rate: number;
}

export interface CircuitReport {
  /** `off`: `circuit_breaker: false`. */
  readonly state: CircuitEvidence["state"] | "off";
  readonly since?: string;
  readonly retry_at?: string;
  readonly consecutive_failures: number;
  /** Calls and failures of the last 30 s. */
  readonly recent: CircuitEvidence["recent"];
  readonly last_error?: { readonly class: string; readonly at: string };
  /** Another server's calls say so; the counts are of this one's. */
  readonly taken_over?: true;
}

const NEVER_CALLED: CircuitEvidence = { state: "closed", consecutiveFailures: 0, recent: { calls: 0, failures: 0 } };

/** Every endpoint of a policy's catalog, in catalog order. @param now epoch milliseconds. */
export function reportEndpoints(
  { policy, guardedIds }: Pick<ServingPolicy, "policy" | "guardedIds">,
  { circuits, coolDowns, observations, checks }: EndpointStates,
  now: number,
): readonly EndpointReport[] {
  return policy.set.catalog.models.flatMap(({ endpoints }) =>
    endpoints.map(({ id, provider, maxConcurrent }): EndpointReport => {
      const isGuarded = guardedIds.has(id);
      const counts = circuits.evidence(circuitBeside(id), now);
      const figures = observations.of(id, now);
      const { inFlight, errorRate, latencyMs, tokensPerSecond } = figures;
      const coolMs = coolDowns.remainingMs(id, now);
      return {
        endpoint: id,
        provider,
        circuit: reportCircuit(circuits.evidence(id, now) ?? NEVER_CALLED, isGuarded),
        ...(counts === undefined ? {} : { count_tokens_circuit: reportCircuit(counts, isGuarded) }),
        ...(coolMs === undefined ? {} : { rate_limited_until: iso(now + coolMs) }),
        in_flight: inFlight,
        ...(maxConcurrent === undefined ? {} : { max_concurrent: maxConcurrent }),
        ...reportCheck(checks.get(id)),
        ...(latencyMs === undefined ? {} : { latency_ms: rounded(latencyMs, 1) }),
        ...(tokensPerSecond === undefined ? {} : { tokens_per_second: rounded(tokensPerSecond, 10) }),
        error_rate: Math.round(errorRate * 1_000) / 1_000,
      };
    }),
  );
}

function reportCircuit(evidence: CircuitEvidence, isGuarded: boolean): CircuitReport {
  const { state, since, retryAt, consecutiveFailures, recent, lastError, isTakenOver } = evidence;
  return {
    state: isGuarded ? state : "off",
    ...(since === undefined ? {} : { since: iso(since) }),
    ...(retryAt === undefined ? {} : { retry_at: iso(retryAt) }),
    consecutive_failures: consecutiveFailures,
    recent,
    ...(lastError === undefined ? {} : { last_error: { class: lastError.errorClass, at: iso(lastError.at) } }),
    ...(isTakenOver === undefined ? {} : { taken_over: isTakenOver }),
  };
}

function rounded({ p50, p95 }: Quantiles, parts: number): Quantiles {
  return { p50: Math.round(p50 * parts) / parts, p95: Math.round(p95 * parts) / parts };
}

function reportCheck(checked: CheckedHealth | undefined): Pick<EndpointReport, "health_check"> {
  if (checked === undefined) return {};
  const { isFailing, failedInARow, at, error } = checked;
  const state = isFailing ? "failing" : "passing";
  return {
    health_check: { state, failed_in_a_row: failedInARow, at: iso(at), ...(error === undefined ? {} : { error }) },
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
