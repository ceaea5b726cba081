import { describe, expect, it } from "vitest";
import type { PolicyStatus } from "../../../../server/policy-files/policy-store.js";
import { createMetrics } from "../../../../server/telemetry/metrics/metrics.js";

const status: PolicyStatus = {
  serving: { name: "production", revision: "ab", since: "2027-01-15T08:00:00.000Z", rules: 3 },
  last_reload: { at: "2027-01-15T09:00:00.000Z", successful: false, reason: "test" },
  last_success_at: "2027-01-15T08:00:00.500Z",
  reloads: { applied: 2, unchanged: 5, rejected: 1 },
  watching: true,
};
const accounting = {
  ledger: { waiting: 0, written: 3, rejected: 0 },
  budgets: { open: 1, reserved: 2_000_000, expired: 0, violations: 0 },
  correctedBudgets: 0,
  keys: { keys: 2 },
  isRedisReady: false,
};

const sources = {
  accounting: () => accounting,
  policy: () => status,
  decisions: () => ({ waiting: 1, written: 20, lost: 3 }),
  endpoints: () => [],
  tokens: () => ({ requests: 9, exactNeeded: 4, bounded: 1 }),
};

const ofAccounting = /routewright_(ledger|budget|api_keys|redis)/;

describe("createMetrics()", () => {
  it("renders reloads, requests and the decision store in Prometheus' text format", async () => {
    const metrics = createMetrics(sources);
    metrics.recordRequest({ outcome: "answered", rule: "code", durationMs: 30 });
    metrics.recordRequest({ outcome: "answered", rule: "code", durationMs: 70_000 });
    metrics.recordRequest({ outcome: "answered", rule: 'a"b\\c\n', durationMs: 5 });
    metrics.recordRequest({ outcome: "rejected", durationMs: 500_000 });
    const text = await metrics.render();
    expect(
      text
        .split("\n")
        .filter((line) => !line.includes("_bucket") && !line.startsWith("# HELP") && !ofAccounting.test(line)),
    ).toEqual([
      "# TYPE policy_info gauge",
      'policy_info{name="production",revision="ab"} 1',
      "# TYPE policy_reload_successful gauge",
      "policy_reload_successful 0",
      "# TYPE policy_reload_success_timestamp_seconds gauge",
      "policy_reload_success_timestamp_seconds 1800000000.5",
      "# TYPE policy_reloads_total counter",
      'policy_reloads_total{result="applied"} 2',
      'policy_reloads_total{result="unchanged"} 5',
      'policy_reloads_total{result="rejected"} 1',
      "# TYPE routewright_requests_total counter",
      'routewright_requests_total{outcome="answered",rule="code"} 2',
      'routewright_requests_total{outcome="answered",rule="a\\"b\\\\c\\n"} 1',
      'routewright_requests_total{outcome="rejected",rule=""} 1',
      "# TYPE routewright_request_duration_seconds histogram",
      'routewright_request_duration_seconds_sum{outcome="answered"} 70.035',
      'routewright_request_duration_seconds_count{outcome="answered"} 3',
      'routewright_request_duration_seconds_sum{outcome="rejected"} 500',
      'routewright_request_duration_seconds_count{outcome="rejected"} 1',
      "# TYPE routewright_decision_store_waiting gauge",
      "routewright_decision_store_waiting 1",
      "# TYPE routewright_decision_store_written_total counter",
      "routewright_decision_store_written_total 20",
      "# TYPE routewright_decision_store_lost_total counter",
      "routewright_decision_store_lost_total 3",
      "# TYPE routewright_token_counts_requests_total counter",
      "routewright_token_counts_requests_total 9",
      "# TYPE routewright_token_counts_exact_needed_total counter",
      "routewright_token_counts_exact_needed_total 4",
      "# TYPE routewright_token_counts_bounded_total counter",
      "routewright_token_counts_bounded_total 1",
      "",
    ]);
  });

  it("counts a duration in its bucket and all greater ones, the bound included", async () => {
    const metrics = createMetrics(sources);
    for (const durationMs of [5, 5.1, 120_000, 120_001]) metrics.recordRequest({ outcome: "answered", durationMs });
    const buckets = [...(await metrics.render()).matchAll(/_bucket\{outcome="answered",le="([^"]+)"\} (\d+)/g)];
    const below = Object.fromEntries(buckets.map(([, bound, count]) => [bound, Number(count)]));
    expect(below).toMatchObject({ "0.005": 1, "0.01": 2, "60": 2, "120": 3, "+Inf": 4 });
  });

  it("bounds the number of rules it tells apart, and loses no count", async () => {
    const metrics = createMetrics(sources);
    for (let rule = 0; rule < 1_500; rule++) {
      metrics.recordRequest({ outcome: "answered", rule: `rule-${rule}`, durationMs: 1 });
    }
    metrics.recordRequest({ outcome: "answered", rule: "rule-3", durationMs: 1 });
    const lines = (await metrics.render()).split("\n").filter((line) => line.startsWith("routewright_requests_total{"));
    expect(lines).toHaveLength(1_001);
    expect(lines).toContain('routewright_requests_total{outcome="answered",rule="other"} 500');
    expect(lines).toContain('routewright_requests_total{outcome="answered",rule="rule-3"} 2');
  });

  it("says how ledger, budgets, keys and Redis are doing", async () => {
    const text = await createMetrics(sources).render();
    const values = text.split("\n").filter((line) => ofAccounting.test(line) && !line.startsWith("#"));
    expect(values).toEqual([
      "routewright_ledger_rows_waiting 0",
      "routewright_ledger_rows_total 3",
      "routewright_ledger_rows_rejected_total 0",
      "routewright_ledger_up 1",
      "routewright_budget_reservations 1",
      "routewright_budget_reserved_usd 0.002",
      "routewright_budget_leases_expired_total 0",
      "routewright_budget_conservation_violations 0",
      "routewright_budget_corrections_total 0",
      "routewright_budget_counters_up 1",
      "routewright_api_keys 2",
      "routewright_api_keys_fresh 1",
      "routewright_redis_up 0",
    ]);
  });
});
