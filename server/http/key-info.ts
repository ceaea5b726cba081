import type { StoredKey } from "../keys/api-key.js";
import { limitsToJson } from "../keys/limits.js";
import type { Accounting } from "../ledger/accounting.js";
import { budgetsToJson } from "./budgets-to-json.js";

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
    budgets: budgetsToJson(balances),
  };
}
