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
const ofOthers = new RegExp(`${ofAccounting.source}|process_`);

describe("createMetrics()", () => {
  it("renders reloads, requests and the decision store in Prometheus' text format", async () => {
    const metrics = createMetrics(sources);
    const attempts = [
      { endpoint: "a", status: 529, error_class: "overloaded", total_ms: 9 },
      { endpoint: "b", status: 200, usage: { input_tokens: 7, output_tokens: 3 }, cost_usd: 0.25, total_ms: 20 },
    ] as const;
    metrics.recordRequest({ outcome: "answered", rule: "code", durationMs: 30, attempts });
    metrics.recordRequest({ outcome: "answered", rule: "code", durationMs: 70_000, attempts });
    metrics.recordRequest({ outcome: "answered", rule: 'a"b\\c\n', durationMs: 5, attempts: [] });
    metrics.recordRequest({ outcome: "rejected", durationMs: 500_000, attempts: [] });
    const text = await metrics.render();
    expect(
      text
        .split("\n")
        .filter((line) => !line.includes("_bucket") && !line.startsWith("# HELP") && !ofOthers.test(line)),
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
      "# TYPE routewright_attempts_total counter",
      'routewright_attempts_total{endpoint="a",result="overloaded"} 2',
      'routewright_attempts_total{endpoint="b",result="answered"} 2',
      "# TYPE routewright_tokens_total counter",
      'routewright_tokens_total{endpoint="a",type="input"} 0',
      'routewright_tokens_total{endpoint="a",type="output"} 0',
      'routewright_tokens_total{endpoint="b",type="input"} 14',
      'routewright_tokens_total{endpoint="b",type="output"} 6',
      "# TYPE routewright_cost_usd_total counter",
      'routewright_cost_usd_total{endpoint="a"} 0',
      'routewright_cost_usd_total{endpoint="b"} 0.5',
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
    for (const durationMs of [5, 5.1, 120_000, 120_001])
      metrics.recordRequest({ outcome: "answered", durationMs, attempts: [] });
    const buckets = [...(await metrics.render()).matchAll(/_bucket\{outcome="answered",le="([^"]+)"\} (\d+)/g)];
    const below = Object.fromEntries(buckets.map(([, bound, count]) => [bound, Number(count)]));
    expect(below).toMatchObject({ "0.005": 1, "0.01": 2, "60": 2, "120": 3, "+Inf": 4 });
  });

  it("bounds the number of rules and endpoints it tells apart, and loses no count", async () => {
    const metrics = createMetrics(sources);
    const count = (number: number) =>
      metrics.recordRequest({
        outcome: "answered",
        rule: `rule-${number}`,
        durationMs: 1,
        attempts: [{ endpoint: `m@${number}`, total_ms: 1 }],
      });
    for (let number = 0; number < 1_500; number++) count(number);
    count(3);
    const lines = (await metrics.render()).split("\n");
    const requests = lines.filter((line) => line.startsWith("routewright_requests_total{"));
    expect(requests).toHaveLength(1_001);
    expect(requests).toContain('routewright_requests_total{outcome="answered",rule="other"} 500');
    expect(requests).toContain('routewright_requests_total{outcome="answered",rule="rule-3"} 2');
    const attempts = lines.filter((line) => line.startsWith("routewright_attempts_total{"));
    expect(attempts).toHaveLength(1_001);
    expect(attempts).toContain('routewright_attempts_total{endpoint="other",result="answered"} 500');
    expect(attempts).toContain('routewright_attempts_total{endpoint="m@3",result="answered"} 2');
  });

  it("says what its process takes", async () => {
    const text = await createMetrics(sources).render();
    expect(Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1])).toBeGreaterThan(0);
    expect(Number(/^process_resident_memory_bytes (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(10_000_000);
    const startedAt = Number(/^process_start_time_seconds (\S+)$/m.exec(text)?.[1]);
    expect([startedAt > 1_700_000_000, startedAt < Date.now() / 1_000]).toEqual([true, true]);
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
