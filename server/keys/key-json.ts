import { type ApiKey, stateOf } from "./api-key.js";
import { limitsToJson } from "./limits.js";

/** How long the secret before a rotation works when nothing else is said. */
export const DEFAULT_OVERLAP = "24h";

/** A key as `/admin/keys` and `policy keys list --json` show it: never its hash. Times are ISO 8601. */
export function keyToJson(key: ApiKey, now: number): object {
  const { limits, ...settings } = key.settings;
  const time = (name: string, at: number | undefined) =>
    at === undefined ? {} : { [name]: new Date(at).toISOString() };
  return {
    id: key.id,
    name: key.name,
    state: stateOf(key, now),
    ...settings,
    limits: limitsToJson(limits),
    ...time("created", key.createdAt),
    ...time("expires", key.expiresAt),
    ...time("revoked", key.revokedAt),
    ...time("last_used", key.lastUsedAt),
    ...time("previous_secret_until", (key.previousUntil ?? 0) > now ? key.previousUntil : undefined),
  };
}
