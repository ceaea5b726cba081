import type { EndpointReport } from "../../dispatch/report-endpoints.js";
import type { AccountingStatus } from "../../ledger/open-accounting.js";
import type { PolicyStatus } from "../../policy-files/policy-store.js";
import type { ShadowReport } from "../../shadow.js";
import type { DecisionStore } from "../../storage/decisions/decision-store.js";
import type { TokenCounterStats } from "../../tokens/token-counter.js";
import { accountingFamilies } from "./accounting-metrics.js";
import { AttemptMetrics } from "./attempt-metrics.js";
import { endpointFamilies } from "./endpoint-metrics.js";
import { policyFamilies, shadowFamilies } from "./policy-metrics.js";
import { processFamilies } from "./process-metrics.js";
import { type MetricFamily, single, writeFamilies } from "./prometheus-text.js";
import { type RequestMeasurement, RequestMetrics } from "./request-metrics.js";

export interface MetricsSources {
  readonly policy: () => PolicyStatus;
  readonly accounting: () => AccountingStatus;
  readonly decisions: () => ReturnType<DecisionStore["status"]>;
  /** Undefined: content is not recorded. */
  readonly contents?: (() => ContentStatus) | undefined;
  readonly tokens: () => TokenCounterStats;
  readonly endpoints: () => readonly EndpointReport[];
  /** Whether circuits and cool-downs are exchanged with other servers; undefined without Redis. */
  readonly isHealthShared?: (() => boolean) | undefined;
  /** Undefined: no policy is tried beside the one that serves. */
  readonly shadow?: (() => ShadowReport) | undefined;
}

export interface ContentStatus {
  readonly waiting: number;
  readonly written: number;
  readonly lost: number;
}

export interface Metrics {
  recordRequest(request: RequestMeasurement): void;
  /** Prometheus' text format 0.0.4; serve it as {@link METRICS_CONTENT_TYPE}. */
  render(): Promise<string>;
}

export const METRICS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * The metrics of `/metrics`. Counts are plain numbers of ours, and states are asked for when somebody looks, so
 * nothing is lost before a first look and nothing is loaded at start. (`@opentelemetry/sdk-metrics` with its
 * Prometheus exporter took 60 ms to import on an idle machine and up to 450 ms on a busy one, for these nine families.)
 */
export function createMetrics(sources: MetricsSources): Metrics {
  const requests = new RequestMetrics();
  const attempts = new AttemptMetrics();
  return {
    recordRequest(request) {
      requests.record(request);
      attempts.record(request.attempts);
    },
    async render() {
      const contents = sources.contents?.();
      return writeFamilies([
        ...policyFamilies(sources.policy()),
        ...requests.families(),
        ...attempts.families(),
        ...accountingFamilies(sources.accounting()),
        ...storeFamilies("decision_store", "Decision records", sources.decisions()),
        ...(contents === undefined ? [] : storeFamilies("contents", "Recorded prompts and answers", contents)),
        ...tokenFamilies(sources.tokens()),
        ...endpointFamilies(sources.endpoints()),
        ...(sources.shadow === undefined ? [] : shadowFamilies(sources.shadow())),
        ...(sources.isHealthShared === undefined ? [] : [healthSharedFamily(sources.isHealthShared())]),
        ...processFamilies(),
      ]);
    },
  };
}

function storeFamilies(name: string, what: string, { waiting, written, lost }: ContentStatus): readonly MetricFamily[] {
  const prefix = `routewright_${name}`;
  return [
    single(`${prefix}_waiting`, "gauge", `${what} that wait to be written.`, waiting),
    single(`${prefix}_written_total`, "counter", `${what} that were written.`, written),
    single(`${prefix}_lost_total`, "counter", `${what} that were given up because too many waited.`, lost),
  ];
}

function tokenFamilies({ requests, exactNeeded, bounded }: TokenCounterStats): readonly MetricFamily[] {
  return [
    single(
      "routewright_token_counts_requests_total",
      "counter",
      "Prompts that were measured: requests that did not say their size.",
      requests,
    ),
    single(
      "routewright_token_counts_exact_needed_total",
      "counter",
      "Of these, prompts whose bounds did not decide, so that an exact count was asked for.",
      exactNeeded,
    ),
    single(
      "routewright_token_counts_bounded_total",
      "counter",
      "Of these, prompts whose exact count could not be had in time, so that the upper bound stood for it.",
      bounded,
    ),
  ];
}

function healthSharedFamily(isShared: boolean): MetricFamily {
  const help = "0 while circuits and cool-downs are not exchanged with other servers: each sees its own.";
  return single("routewright_endpoint_health_shared", "gauge", help, Number(isShared));
}
