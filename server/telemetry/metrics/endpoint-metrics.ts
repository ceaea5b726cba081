import type { EndpointReport } from "../../dispatch/report-endpoints.js";
import type { MetricFamily } from "./prometheus-text.js";

/** The state of every endpoint as metrics: what `/admin/health` says, for alerts. Families without a figure are left out. */
export function endpointFamilies(endpoints: readonly EndpointReport[]): readonly MetricFamily[] {
  const family = (
    name: string,
    help: string,
    figureOf: (report: EndpointReport) => number | undefined,
  ): MetricFamily => ({
    name: `routewright_endpoint_${name}`,
    type: "gauge",
    help,
    samples: endpoints.flatMap((report) => {
      const value = figureOf(report);
      return value === undefined ? [] : [{ labels: { endpoint: report.endpoint }, value }];
    }),
  });
  return [
    family("circuit_open", "1 while the endpoint's circuit is open or half-open, else 0.", ({ circuit }) =>
      circuit.state === "off" ? undefined : Number(circuit.state !== "closed"),
    ),
    family("health_check_failing", "1 while the endpoint's health check fails, else 0.", ({ health_check: check }) =>
      check === undefined ? undefined : Number(check.state === "failing"),
    ),
    family(
      "consecutive_failures",
      "Calls that failed since one was answered.",
      ({ circuit }) => circuit.consecutive_failures,
    ),
    family("rate_limited", "1 while the endpoint is left alone because it asked to wait, else 0.", (report) =>
      Number(report.rate_limited_until !== undefined),
    ),
    family("in_flight", "Calls under way.", (report) => report.in_flight),
    family("error_rate", "Share of failed calls of the last five minutes, 0 to 1.", (report) => report.error_rate),
    family("first_token_seconds", "Median time to the first token of recent streams.", ({ latency_ms }) =>
      latency_ms === undefined ? undefined : latency_ms.p50 / 1_000,
    ),
    family(
      "tokens_per_second",
      "Median speed of recent streams after their first token.",
      ({ tokens_per_second }) => tokens_per_second?.p50,
    ),
  ].filter(({ samples }) => samples.length > 0);
}
