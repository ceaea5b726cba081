import type { IncomingMessage } from "node:http";
import type { Scope, StoredKey } from "../keys/api-key.js";
import type { KeyRing, Refusal } from "../keys/key-ring.js";
import { readToken } from "../keys/key-secret.js";
import { andThen, type Soon } from "../soon.js";
import { isFromForeignPage, isPublicName } from "./admin-access.js";
import type { ApiError } from "./errors/api-error.js";
import { noRetry } from "./errors/retry-after.js";

/** Who sends a request; no key where none is needed. */
export interface Caller {
  readonly key: StoredKey | undefined;
}

export interface KeyCheck {
  readonly keys: Pick<KeyRing, "hasKeys" | "verify">;
  /** The server is reached from this machine only. */
  readonly isLoopback: boolean;
}

/**
 * Who sends a request to `/v1`. While no key was ever created and the server is bound to loopback, nobody needs one, and
 * whatever an SDK sends as its key counts for nothing; only pages of other sites are refused, and what may be one of them.
 * Otherwise `Authorization: Bearer` (or Anthropic's `x-api-key`) must hold one.
 *
 * @param scope what the key must be for; undefined: any key will do.
 * @returns the caller, or the error to answer with.
 */
export function authenticate(
  request: Pick<IncomingMessage, "headers" | "method">,
  check: KeyCheck,
  scope: Scope | undefined,
): Soon<Caller | ApiError> {
  const { keys } = check;
  const token = bearerToken(request.headers);
  // A token of our form says that a key was made, perhaps a moment ago: `verify` looks for it.
  const isUseless = token === undefined || (!keys.hasKeys && readToken(token) === undefined);
  const key = isUseless ? undefined : keys.verify(token);
  return andThen(key, (found) => judge(found, request, check, scope));
}

/** @param key undefined when the request has none. */
function judge(
  key: StoredKey | Refusal | undefined,
  request: Pick<IncomingMessage, "headers" | "method">,
  { keys, isLoopback }: KeyCheck,
  scope: Scope | undefined,
): Caller | ApiError {
  if (!keys.hasKeys) {
    if (!isLoopback) return refusal("no_api_keys", NO_KEYS);
    return mayBeForeignPage(request) ? FOREIGN_PAGE : { key: undefined };
  }
  if (key === undefined)
    return refusal("missing_api_key", "send an API key: `Authorization: Bearer rw_…`, or `x-api-key: rw_…`");
  if (key === "unchecked") return UNCHECKED_KEY;
  if (typeof key === "string") return refusal("invalid_api_key", refusals[key]);
  if (scope !== undefined && !key.settings.scopes.includes(scope)) {
    return {
      status: 403,
      type: "permission_error",
      code: "wrong_scope",
      message: `this API key is for ${key.settings.scopes.join(", ")}, not for ${scope}; use another one`,
    };
  }
  return { key };
}

/** With GET browsers send no `Origin` to what they take for the page's own server: to a name that was pointed at this machine. */
function mayBeForeignPage({ headers, method }: Pick<IncomingMessage, "headers" | "method">): boolean {
  return isFromForeignPage(headers) || (isReading(method) && isPublicName(headers.host ?? ""));
}

function isReading(method: string | undefined): boolean {
  return method === "GET" || method === "HEAD";
}

const BEARER = /^bearer +(\S+)\s*$/i;

/** The token of `Authorization: Bearer` or `x-api-key`. */
export function bearerToken(headers: IncomingMessage["headers"]): string | undefined {
  const bearer = BEARER.exec(headers.authorization ?? "");
  const { "x-api-key": other } = headers;
  return bearer?.[1] ?? (typeof other === "string" ? other.trim() : undefined);
}

/** Where nobody needs a key, any page that is open in a browser here could spend the providers' money, or read the catalog. */
const FOREIGN_PAGE: ApiError = {
  status: 403,
  type: "permission_error",
  code: "foreign_origin",
  message:
    "a web page elsewhere sent this request, or may have (its Host is a public name), and this server asks for no API key; create one with `policy keys create`, or ask by a name of this machine",
};

const NO_KEYS =
  "this server is reached from other machines, so requests need an API key, and none was created yet; its operator does that with `policy keys create`";

/** The key may be good, so a client does well to ask again. */
export const UNCHECKED_KEY: ApiError = {
  status: 503,
  type: "api_error",
  code: "database_unavailable",
  message:
    "this API key is not known here, and the database, which would say whether it was just made, is away; try again later",
  headers: { "retry-after": "1" },
};

const refusals: Readonly<Record<Exclude<Refusal, "unchecked">, string>> = {
  unknown: "this API key is not known here; check that all of it was copied",
  expired: "this API key has expired; ask for a new one",
  revoked: "this API key was revoked; ask for a new one",
};

/** Claude Code would ask ten times again, for minutes, before it tells its user; a key helper of its own it asks all the same. */
function refusal(code: string, message: string): ApiError {
  const headers = { "www-authenticate": "Bearer", ...noRetry };
  return { status: 401, type: "authentication_error", code, message, headers };
}
