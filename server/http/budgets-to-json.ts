import { type NanoUsd, nanoToUsd } from "../../engine/serving.js";
import { describeSubject } from "../keys/subject.js";
import type { Balance } from "../ledger/budget-book.js";

/** A budget as `GET /v1/key` and `GET /admin/keys/{id}` show it. */
export interface BudgetJson {
  /** `key key_…`, `tenant search`, `app search/site`. */
  readonly of: string;
  readonly period: string;
  readonly limit_usd: number;
  readonly spent_usd: number;
  readonly reserved_usd: number;
  readonly free_usd: number;
  /** ISO 8601; null: never. */
  readonly resets: string | null;
}

/** @returns null when what is spent cannot be read at the moment. */
export function budgetsToJson(balances: readonly Balance[] | undefined): readonly BudgetJson[] | null {
  return balances?.map(budgetToJson) ?? null;
}

function budgetToJson({ subject, period, limit, spent, reserved, free, resetsAt }: Balance): BudgetJson {
  const usd = (nano: number) => nanoToUsd(nano as NanoUsd);
  return {
    of: describeSubject(subject).replaceAll("`", ""),
    period,
    limit_usd: usd(limit),
    spent_usd: usd(spent),
    reserved_usd: usd(reserved),
    free_usd: usd(free),
    resets: Number.isFinite(resetsAt) ? new Date(resetsAt).toISOString() : null,
  };
}
