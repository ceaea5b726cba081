import type { StoredKey } from "./api-key.js";
import { keyToJson } from "./key-json.js";

/** What became of a key, for the log. */
export interface KeyChange {
  readonly what: "made" | "changed" | "given a new secret" | "revoked";
  /** By its name in JSON, each setting that is not as it was; of a new key all that it has. Never a secret. */
  readonly settings: Readonly<Record<string, { readonly from?: unknown; readonly to?: unknown }>>;
}

/** Of no interest here, or said by `what`. */
const leftOut: ReadonlySet<string> = new Set(["id", "state", "created", "last_used", "revoked"]);

/** @param before undefined: it was not known. @returns undefined when nothing is new. */
export function keyChange(before: StoredKey | undefined, after: StoredKey, now: number): KeyChange | undefined {
  if (before?.version === after.version) return undefined;
  const [from, to] = [settingsOf(before, now), settingsOf(after, now)];
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].filter(
    (name) => !leftOut.has(name) && JSON.stringify(from[name]) !== JSON.stringify(to[name]),
  );
  return {
    what: whatBecame(before, after),
    settings: Object.fromEntries(names.map((name) => [name, { from: from[name], to: to[name] }])),
  };
}

function settingsOf(key: StoredKey | undefined, now: number): Readonly<Record<string, unknown>> {
  return key === undefined ? {} : (keyToJson(key, now) as Readonly<Record<string, unknown>>);
}

function whatBecame(before: StoredKey | undefined, after: StoredKey): KeyChange["what"] {
  if (after.revokedAt !== undefined && before?.revokedAt === undefined) return "revoked";
  if (before === undefined) return "made";
  return before.hash === after.hash ? "changed" : "given a new secret";
}
