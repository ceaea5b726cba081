/** The tables, as Kysely sees them. Made and changed by migrations.ts only. */
export interface DatabaseSchema {
  readonly decisions: DecisionRow;
  readonly policy_snapshots: SnapshotRow;
  readonly api_keys: ApiKeyRow;
  readonly spend_limits: SpendLimitRow;
  readonly sequences: SequenceRow;
}

export interface DecisionRow {
  /** Sorts by time ({@link createDecisionIds}). */
  readonly id: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly time: string;
  readonly revision: string;
  readonly policy: string;
  readonly rule: string;
  readonly model: string | null;
  readonly provider: string | null;
  readonly status: number;
  /** A `StoredDecision` as JSON. */
  readonly record: string;
}

export interface SnapshotRow {
  readonly revision: string;
  readonly name: string;
  /** `SourceFile[]` as JSON, gzipped. */
  readonly files: Uint8Array;
  /** ISO 8601. */
  readonly first_served: string;
}

/** Times are epoch milliseconds. */
export interface ApiKeyRow {
  readonly id: string;
  /** SHA-256 of the secret, 64 hex digits. */
  readonly hash: string;
  /** Of the secret before the last rotation; it works until `previous_until`. */
  readonly previous_hash: string | null;
  readonly previous_until: number | null;
  readonly name: string;
  /** `KeySettings` as JSON. */
  readonly settings: string;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
  readonly last_used_at: number | null;
  /** Counts every change of any key (`sequences.keys`): whoever polls asks for those after the last it saw. */
  readonly version: number;
}

/** Limits of a tenant or an app. */
export interface SpendLimitRow {
  /** `tenant:NAME` or `app:TENANT/NAME`. */
  readonly subject: string;
  /** `Limits` as JSON. */
  readonly limits: string;
  readonly version: number;
}

export interface SequenceRow {
  readonly name: string;
  readonly value: number;
}
