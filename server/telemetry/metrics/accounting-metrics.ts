import type { AccountingStatus } from "../../ledger/open-accounting.js";
import { type MetricFamily, single } from "./prometheus-text.js";

/** What `/metrics` says about ledger, budgets and what they need. */
export function accountingFamilies({
  ledger,
  budgets,
  correctedBudgets,
  keys,
  isRedisReady,
}: AccountingStatus): readonly MetricFamily[] {
  const one = (name: string, type: "counter" | "gauge", help: string, value: number): MetricFamily =>
    single(`routewright_${name}`, type, help, value);
  return [
    one("ledger_rows_waiting", "gauge", "Ledger rows that wait to be committed.", ledger.waiting),
    one("ledger_rows_total", "counter", "Ledger rows that were committed.", ledger.written),
    one(
      "ledger_rows_rejected_total",
      "counter",
      "Ledger rows that were set aside, the log has them, or given up, of calls without a key: always 0.",
      ledger.rejected,
    ),
    one(
      "ledger_up",
      "gauge",
      "0 while the ledger cannot be written: requests with a key are refused then.",
      ledger.failingForMs === undefined ? 1 : 0,
    ),
    one("budget_reservations", "gauge", "Reservations of this server that are not settled.", budgets.open),
    one("budget_reserved_usd", "gauge", "What they hold, in USD.", budgets.reserved / 1e9),
    one(
      "budget_leases_expired_total",
      "counter",
      "Reservations of servers that were gone, settled by this one.",
      budgets.expired,
    ),
    one(
      "budget_conservation_violations",
      "gauge",
      "Budget windows where limit = spent + reserved + free did not hold and which were put right: always 0.",
      budgets.violations,
    ),
    one(
      "budget_corrections_total",
      "counter",
      "Budgets that counted something else than the ledger has, and were put right.",
      correctedBudgets,
    ),
    one(
      "budget_counters_up",
      "gauge",
      "0 while the budgets' counters cannot be reached: requests with a budget are refused then.",
      budgets.lastError === undefined ? 1 : 0,
    ),
    one("api_keys", "gauge", "API keys, revoked and expired ones included.", keys.keys),
    one(
      "api_keys_fresh",
      "gauge",
      "0 while changes of API keys cannot be read: those known go on.",
      keys.lastError === undefined ? 1 : 0,
    ),
    ...(isRedisReady === undefined
      ? []
      : [one("redis_up", "gauge", "0 while Redis cannot be reached.", isRedisReady ? 1 : 0)]),
  ];
}
