import { isObject, type Json } from "../json/json.js";
import type { ApiKey, KeySettings } from "./api-key.js";
import { limitsToJson } from "./limits.js";
import { InvalidSettings, type KeyRequest, readKeyRequest } from "./read-key-settings.js";

/** What is to change of a key. */
export interface KeyEdit {
  /** What it names of a policy, which has to know it; empty where it names nothing. */
  readonly named: KeySettings;
  /** @returns the whole of the key with the change. @throws InvalidSettings when that is more than a key can hold. */
  readonly applyTo: (key: ApiKey) => KeyRequest;
}

/**
 * Reads a change of a key, as `PATCH /admin/keys/{id}` takes it: what a key is made with, as a JSON Merge Patch (RFC 7396). What it
 * does not name stays, of `limits`, `budgets` and `attributes` each entry; null takes away; lists are replaced whole.
 *
 * @throws InvalidSettings naming what is wrong; unknown names too, also of what is taken away.
 */
export function readKeyEdit(json: unknown, now: number): KeyEdit {
  const { settings } = readKeyRequest(patched({}, json), now);
  if (!isObject(json) || Object.keys(json).length === 0) {
    throw new InvalidSettings("the body", "name the settings that are to change; null takes one away");
  }
  refuseEmpty(json, "");
  return {
    named: settings,
    applyTo: (key) => {
      const { expiresAt, ...rest } = readKeyRequest(patched(requestOf(key), json), now);
      // A key that has expired can be changed too: only a new end must lie ahead.
      const end = "expires" in json ? expiresAt : key.expiresAt;
      return { ...rest, ...(end === undefined ? {} : { expiresAt: end }) };
    },
  };
}

/** An empty object changes nothing (RFC 7396), and who writes one means that all of it goes. */
function refuseEmpty(json: Json, prefix: string): void {
  for (const [name, value] of Object.entries(json)) {
    if (!isObject(value)) continue;
    if (Object.keys(value).length === 0) {
      throw new InvalidSettings(
        prefix + name,
        "an empty one changes nothing; name what is to change, or null to take all of it away",
      );
    }
    refuseEmpty(value, `${prefix}${name}.`);
  }
}

/** What `POST /admin/keys` would take to make the key again, without its end. */
function requestOf({ name, settings: { allow, limits, ...rest } }: ApiKey): object {
  return {
    ...(name === "" ? {} : { name }),
    ...rest,
    ...(allow.length === 0 ? {} : { allow }),
    limits: limitsToJson(limits),
  };
}

/** What is taken away stays as `undefined`, so that who reads it sees its name. */
function patched(value: unknown, patch: unknown): unknown {
  if (patch === null) return undefined;
  if (!isObject(patch)) return patch;
  const before = isObject(value) ? value : {};
  const changes = Object.entries(patch).map(([name, change]) => [name, patched(before[name], change)]);
  return { ...before, ...Object.fromEntries(changes) };
}
