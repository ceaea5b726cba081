import type { Limits } from "./limits.js";

/** What a key may be used for: calls to models, everything below `/admin`, or only looking at it. */
export const scopes = ["inference", "admin", "read"] as const;
export type Scope = (typeof scopes)[number];

/** What the operator says of a key. What is left out is left open. */
export interface KeySettings {
  readonly tenant?: string;
  readonly app?: string;
  readonly user?: string;
  readonly region?: string;
  /** Normalised; facts `key_tags` and, joined with the request's own, `tags`. */
  readonly tags: readonly string[];
  /** Models, endpoints or providers that it may use, with `*`; empty: all. */
  readonly allow: readonly string[];
  /** At least one. */
  readonly scopes: readonly Scope[];
  /** Values of attributes that the policy declares `from: key`. */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly limits: Limits;
}

export type AttributeValue = string | number | boolean | readonly string[];

/** An API key as the server knows it: everything but its secret. Times are epoch milliseconds. */
export interface ApiKey {
  /** `key_` and 12 letters; the fact `key`. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly settings: KeySettings;
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly revokedAt?: number;
  readonly lastUsedAt?: number;
  /** Until when the secret before the last rotation works too. */
  readonly previousUntil?: number;
}

/** A key with the hashes that prove it. */
export interface StoredKey extends ApiKey {
  /** SHA-256 of the secret, hex. */
  readonly hash: string;
  readonly previousHash?: string;
  readonly version: number;
}

export type KeyState = "active" | "expired" | "revoked";

export function stateOf(key: Pick<ApiKey, "expiresAt" | "revokedAt">, now: number): KeyState {
  if (key.revokedAt !== undefined) return "revoked"; // whatever the time: the clock of who revoked it may be ahead
  return key.expiresAt !== undefined && key.expiresAt <= now ? "expired" : "active";
}
