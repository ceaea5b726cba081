import type { RecordedAttempt } from "../../../engine/serving.js";
import type { MetricFamily, MetricSample } from "./prometheus-text.js";

/** How a finished request is counted. */
export interface RequestMeasurement {
  /** `RecordedResult.outcome`. */
  readonly outcome: string;
  /** Rule of the decision; absent when there was none (a malformed request). */
  readonly rule?: string;
  /** From the first byte of the request to the last of the answer. */
  readonly durationMs: number;
  /** Its calls to endpoints. */
  readonly attempts: readonly RecordedAttempt[];
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

/** Rules of many revisions add up: past this many, new ones are counted together as `other`. */
const MAX_RULES = 1_000;
/** Seconds; a routed request takes from some milliseconds (simulated, denied) to minutes (a long stream). */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** Counts requests as they end. */
export class RequestMetrics {
  readonly #outcomes = new Map<string, RequestsOfOutcome>();
  readonly #rules = new Set<string>();

  record({ outcome, rule = "", durationMs }: RequestMeasurement): void {
    if (this.#rules.size < MAX_RULES) this.#rules.add(rule);
    const counted = this.#rules.has(rule) ? rule : "other";
    let requests = this.#outcomes.get(outcome);
    if (requests === undefined) {
      requests = { byRule: new Map(), counts: BUCKETS.map(() => 0), sum: 0, count: 0 };
      this.#outcomes.set(outcome, requests);
    }
    requests.byRule.set(counted, (requests.byRule.get(counted) ?? 0) + 1);
    const seconds = durationMs / 1_000;
    const bucket = BUCKETS.findIndex((bound) => seconds <= bound);
    if (bucket >= 0) requests.counts[bucket] = (requests.counts[bucket] ?? 0) + 1;
    requests.sum += seconds;
    requests.count += 1;
  }

  families(): readonly MetricFamily[] {
    const outcomes = [...this.#outcomes];
    return [
      {
        name: "routewright_requests_total",
        type: "counter",
        help: "Requests that ended, by how they ended and the rule that decided (empty: none did).",
        samples: outcomes.flatMap(([outcome, { byRule }]) =>
          [...byRule].map(([rule, value]) => ({ labels: { outcome, rule }, value })),
        ),
      },
      {
        name: "routewright_request_duration_seconds",
        type: "histogram",
        help: "Time from the request to the end of its answer.",
        samples: outcomes.flatMap(([outcome, requests]) => histogramSamples(outcome, requests)),
      },
    ];
  }
}

function histogramSamples(outcome: string, { counts, sum, count }: RequestsOfOutcome): readonly MetricSample[] {
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
