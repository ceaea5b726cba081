import { type NanoUsd, nanoToUsd } from "../../engine/serving.js";
import type { StoredKey } from "../keys/api-key.js";
import { limitsToJson } from "../keys/limits.js";
import { describeSubject } from "../keys/subject.js";
import type { Accounting } from "../ledger/accounting.js";
import type { Balance } from "../ledger/budget-book.js";

/** What `GET /v1/key` tells a client about its own key: what it may use, what is spent and left, and when that resets. */
export async function keyInfo(key: StoredKey | undefined, accounting: Pick<Accounting, "balancesOf">): Promise<object> {
  if (key === undefined) return { object: "key", id: null, limits: {}, budgets: [] }; // none is needed here
  const { id, name, settings, expiresAt } = key;
  const { tenant, app, tags, allow, scopes, limits } = settings;
  const balances = await accounting.balancesOf(key);
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
    // Null: what is spent cannot be read at the moment.
    budgets: balances?.map(budgetToJson) ?? null,
  };
}

function budgetToJson({ subject, period, limit, spent, reserved, free, resetsAt }: Balance): object {
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
