import type { EndpointReport } from "../dispatch/report-endpoints.js";
import type { AccountingStatus } from "../ledger/open-accounting.js";
import type { PolicyStatus } from "../policy-files/policy-store.js";
import type { ShadowReport } from "../shadow.js";
import type { DecisionStore } from "../storage/decisions/decision-store.js";
import type { TokenCounterStats } from "../tokens/token-counter.js";
import { accountingFamilies } from "./accounting-metrics.js";
import { endpointFamilies } from "./endpoint-metrics.js";
import { type MetricFamily, writeFamilies } from "./prometheus-text.js";

/** How a finished request is counted. */
export interface RequestMeasurement {
  /** `RecordedResult.outcome`. */
  readonly outcome: string;
  /** Rule of the decision; absent when there was none (a malformed request). */
  readonly rule?: string;
  /** From the first byte of the request to the last of the answer. */
  readonly durationMs: number;
}

/** What was counted of requests that ended in one way. */
interface RequestsOfOutcome {
  readonly byRule: Map<string, number>;
  /** By bucket of their duration, not cumulated. */
  readonly counts: number[];
  /** Seconds. */
  sum: number;
  count: number;
}

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

/** Rules of many revisions add up: past this many, new ones are counted together as `other`. */
const MAX_RULES = 1_000;
/** Seconds; a routed request takes from some milliseconds (simulated, denied) to minutes (a long stream). */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/**
 * The metrics of `/metrics`. Counts are plain numbers of ours, and states are asked for when somebody looks, so
 * nothing is lost before a first look and nothing is loaded at start. (`@opentelemetry/sdk-metrics` with its
 * Prometheus exporter took 60 ms to import on an idle machine and up to 450 ms on a busy one, for these nine families.)
 */
export function createMetrics(sources: MetricsSources): Metrics {
  const outcomes = new Map<string, RequestsOfOutcome>();
  const rules = new Set<string>();

  return {
    recordRequest({ outcome, rule = "", durationMs }) {
      if (rules.size < MAX_RULES) rules.add(rule);
      const counted = rules.has(rule) ? rule : "other";
      let requests = outcomes.get(outcome);
      if (requests === undefined) {
        requests = { byRule: new Map(), counts: BUCKETS.map(() => 0), sum: 0, count: 0 };
        outcomes.set(outcome, requests);
      }
      requests.byRule.set(counted, (requests.byRule.get(counted) ?? 0) + 1);
      const seconds = durationMs / 1_000;
      const bucket = BUCKETS.findIndex((bound) => seconds <= bound);
      if (bucket >= 0) requests.counts[bucket] = (requests.counts[bucket] ?? 0) + 1;
      requests.sum += seconds;
      requests.count += 1;
    },

    async render() {
      const policy = sources.policy();
      const decisions = sources.decisions();
      const contents = sources.contents?.();
      const tokens = sources.tokens();
      return writeFamilies([
        {
          name: "policy_info",
          type: "gauge",
          help: "1, with the name and the revision (its first 12 hex digits) of the policy that serves.",
          samples: [
            { labels: { name: policy.serving.name, revision: policy.serving.revision.slice(0, 12) }, value: 1 },
          ],
        },
        {
          name: "policy_reload_successful",
          type: "gauge",
          help: "1 when the newest reload of the policy directory was taken, 0 when it was refused.",
          samples: [{ value: policy.last_reload.successful ? 1 : 0 }],
        },
        {
          name: "policy_reload_success_timestamp_seconds",
          type: "gauge",
          help: "When a reload last succeeded.",
          samples: [{ value: Date.parse(policy.last_success_at) / 1_000 }],
        },
        {
          name: "policy_reloads_total",
          type: "counter",
          help: "Reloads of the policy directory by result, the first load included.",
          samples: Object.entries(policy.reloads).map(([result, value]) => ({ labels: { result }, value })),
        },
        {
          name: "routewright_requests_total",
          type: "counter",
          help: "Requests that ended, by how they ended and the rule that decided (empty: none did).",
          samples: [...outcomes].flatMap(([outcome, { byRule }]) =>
            [...byRule].map(([rule, value]) => ({ labels: { outcome, rule }, value })),
          ),
        },
        {
          name: "routewright_request_duration_seconds",
          type: "histogram",
          help: "Time from the request to the end of its answer.",
          samples: [...outcomes].flatMap(([outcome, requests]) => histogramSamples(outcome, requests)),
        },
        ...accountingFamilies(sources.accounting()),
        ...storeFamilies("decision_store", "Decision records", decisions),
        ...(contents === undefined ? [] : storeFamilies("contents", "Recorded prompts and answers", contents)),
        ...tokenFamilies.map(({ name, help, stat }) => ({
          name,
          type: "counter" as const,
          help,
          samples: [{ value: tokens[stat] }],
        })),
        ...endpointFamilies(sources.endpoints()),
        ...(sources.shadow === undefined ? [] : shadowFamilies(sources.shadow())),
        ...(sources.isHealthShared === undefined
          ? []
          : [
              {
                name: "routewright_endpoint_health_shared",
                type: "gauge" as const,
                help: "0 while circuits and cool-downs are not exchanged with other servers: each sees its own.",
                samples: [{ value: Number(sources.isHealthShared()) }],
              },
            ]),
      ]);
    },
  };
}

function storeFamilies(name: string, what: string, status: ContentStatus): readonly MetricFamily[] {
  const states = [
    { state: "waiting", type: "gauge", help: "that wait to be written", value: status.waiting },
    { state: "written_total", type: "counter", help: "that were written", value: status.written },
    { state: "lost_total", type: "counter", help: "that were given up because too many waited", value: status.lost },
  ] as const;
  return states.map(({ state, type, help, value }) => ({
    name: `routewright_${name}_${state}`,
    type,
    help: `${what} ${help}.`,
    samples: [{ value }],
  }));
}

function shadowFamilies({
  policy,
  decisions,
  changed,
  fallbacks_changed,
  skipped,
}: ShadowReport): readonly MetricFamily[] {
  const { name, revision } = policy;
  const same = decisions - changed - fallbacks_changed;
  return [
    {
      name: "shadow_policy_info",
      type: "gauge",
      help: "1, with the name and the revision (its first 12 hex digits) of the policy that is tried.",
      samples: [{ labels: { name, revision: revision.slice(0, 12) }, value: 1 }],
    },
    {
      name: "routewright_shadow_decisions_total",
      type: "counter",
      help: "Decisions made again under the policy that is tried, by result; begins anew when either policy changes.",
      samples: Object.entries({ same, changed, fallbacks_changed, skipped }).map(([result, value]) => ({
        labels: { result },
        value,
      })),
    },
  ];
}

const tokenFamilies: readonly {
  readonly name: string;
  readonly help: string;
  readonly stat: keyof TokenCounterStats;
}[] = [
  {
    name: "routewright_token_counts_requests_total",
    help: "Prompts that were measured: requests that did not say their size.",
    stat: "requests",
  },
  {
    name: "routewright_token_counts_exact_needed_total",
    help: "Of these, prompts whose bounds did not decide, so that an exact count was asked for.",
    stat: "exactNeeded",
  },
  {
    name: "routewright_token_counts_bounded_total",
    help: "Of these, prompts whose exact count could not be had in time, so that the upper bound stood for it.",
    stat: "bounded",
  },
];

function histogramSamples(outcome: string, { counts, sum, count }: RequestsOfOutcome) {
  let below = 0;
  const buckets = BUCKETS.map((bound, index) => {
    below += counts[index] ?? 0;
    return { suffix: "_bucket", labels: { outcome, le: String(bound) }, value: below };
  });
  return [
    ...buckets,
    { suffix: "_bucket", labels: { outcome, le: "+Inf" }, value: count },
    { suffix: "_sum", labels: { outcome }, value: sum },
    { suffix: "_count", labels: { outcome }, value: count },
  ];
}
