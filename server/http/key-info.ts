import { type NanoUsd, nanoToUsd } from "../../engine/serving.js";
import type { StoredKey } from "../keys/api-key.js";
import { limitsToJson } from "../keys/limits.js";
import type { Accounting } from "../ledger/accounting.js";
import { isDatabaseUnavailable } from "../storage/is-database-unavailable.js";
import { type BudgetJson, budgetsToJson } from "./budgets-to-json.js";

/** What `GET /v1/key` tells a client about its own key: what it may use, what is spent and left, and when that resets. */
export async function keyInfo(
  key: StoredKey | undefined,
  accounting: Pick<Accounting, "balancesOf" | "chargedTo">,
): Promise<object> {
  if (key === undefined) {
    // None is needed here, and calls without one are charged to nobody.
    const data = openRouterKey("no key", undefined, [], { day: 0, week: 0, month: 0, total: 0 });
    return { object: "key", id: null, limits: {}, budgets: [], data };
  }
  const { id, name, settings, expiresAt } = key;
  const { tenant, app, tags, allow, scopes, limits } = settings;
  const [balances, charged] = await Promise.all([
    accounting.balancesOf(key),
    accounting.chargedTo(key).catch(ifDatabaseIsAway),
  ]);
  const budgets = budgetsToJson(balances);
  return {
    object: "key",
    id,
    name,
    ...(tenant === undefined ? {} : { tenant }),
    ...(app === undefined ? {} : { app }),
    tags,
    allow,
    scopes,
    ...(expiresAt === undefined ? {} : { expires: new Date(expiresAt).toISOString() }),
    limits: limitsToJson(limits),
    budgets,
    data:
      budgets === null || charged === undefined
        ? null
        : openRouterKey(name === "" ? id : name, expiresAt, budgets, charged),
  };
}

/** The budgets may be known all the same. */
function ifDatabaseIsAway(error: unknown): undefined {
  if (!isDatabaseUnavailable(error)) throw error;
}

const resets: Readonly<Record<string, string>> = { hour: "hourly", day: "daily", week: "weekly", month: "monthly" };

/**
 * The key as OpenRouter's clients look for it (https://openrouter.ai/docs/api/api-reference/api-keys/get-current-key, read
 * 2026-11-27), in USD. A key has one limit there: of several budgets it is the one that has least left.
 */
function openRouterKey(
  label: string,
  expiresAt: number | undefined,
  budgets: readonly BudgetJson[],
  charged: Awaited<ReturnType<Accounting["chargedTo"]>>,
): object {
  const usd = (nano: number) => nanoToUsd(nano as NanoUsd);
  const [tightest] = [...budgets].sort((a, b) => a.free_usd - b.free_usd);
  return {
    label,
    limit: tightest?.limit_usd ?? null,
    limit_remaining: tightest?.free_usd ?? null,
    limit_reset: resets[tightest?.period ?? ""] ?? null,
    usage: usd(charged.total),
    usage_daily: usd(charged.day),
    usage_weekly: usd(charged.week),
    usage_monthly: usd(charged.month),
    is_free_tier: false,
    expires_at: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
  };
}
