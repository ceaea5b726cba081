/** The tables, as Kysely sees them. Made and changed by migrations.ts only. */
export interface DatabaseSchema {
  readonly decision_batches: DecisionBatchRow;
  /** A view of the batches, for people: a row for each decision. */
  readonly decisions: DecisionRow;
  readonly contents: ContentRow;
  readonly policy_snapshots: SnapshotRow;
  readonly api_keys: ApiKeyRow;
  readonly spend_limits: SpendLimitRow;
  readonly sequences: SequenceRow;
  readonly ledger_batches: LedgerBatchRow;
  readonly ledger_calls: LedgerCallRow;
  /** Of before migration 0007: a row for each call. Nothing is added. */
  readonly ledger_rows: LedgerRow;
  /** A view of `ledger_batches` and `ledger_rows`: a row for each call. */
  readonly ledger: LedgerRow;
  readonly usage_rollups: RollupRow;
}

/** Decisions whose ids begin alike (`spanOf`), made under one revision. */
export interface DecisionBatchRow {
  /** Of one of them: the one that was recorded first. */
  readonly id: string;
  /** The least and the greatest of their ids; those of other batches may lie between. */
  readonly first_id: string;
  readonly last_id: string;
  readonly revision: string;
  /** How many. */
  readonly decisions: number;
  /** UTF-16 code units of `records`. */
  readonly bytes: number;
  /** What lists are filtered by, `packColumns` of `summaryColumns`. */
  readonly summaries: string;
  /** A `StoredDecision` as JSON a line, by id. */
  readonly records: string;
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
  /** The facts `key`, `tenant` and `app`; null when absent. */
  readonly api_key: string | null;
  readonly tenant: string | null;
  readonly app: string | null;
  /** `RecordedResult.outcome`. */
  readonly outcome: string | null;
  /** A `StoredDecision` as JSON. */
  readonly record: string;
}

/** Prompt and answer of a decision, where they are recorded (docs/content.md). */
export interface ContentRow {
  /** The decision's. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly time: number;
  /** A `Content` as JSON, redacted. */
  readonly content: string;
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

/** Tokens, each counted in one bucket: `UsageBuckets` by their columns. */
export interface TokenColumns {
  readonly input: number;
  readonly cached_input: number;
  readonly cache_write: number;
  readonly audio_input: number;
  readonly image_input: number;
  readonly output: number;
  readonly reasoning: number;
  readonly audio_output: number;
}

/** One attempt. Tokens are whole and each is in one bucket; money is nano-dollars; texts that are not known are empty. */
export interface LedgerRow extends TokenColumns {
  readonly id: string;
  readonly decision: string;
  /** When it began, epoch milliseconds. */
  readonly at: number;
  readonly key: string;
  readonly tenant: string;
  readonly app: string;
  readonly user_id: string;
  readonly model: string;
  readonly endpoint: string;
  readonly provider: string;
  readonly rule: string;
  readonly policy: string;
  readonly revision: string;
  readonly outcome: string;
  readonly status: number | null;
  readonly error_class: string | null;
  readonly is_stream: number;
  readonly first_token_ms: number | null;
  readonly total_ms: number;
  /** `FlatPrice` as JSON, pico-dollars a token. */
  readonly price: string | null;
  /** Null: unknown. */
  readonly incurred_nano: number | null;
  readonly charged_nano: number;
  readonly cost_source: string;
}

/** Calls that were committed together. */
export interface LedgerBatchRow {
  /** Of its first call. */
  readonly id: string;
  /** `packColumns` of the columns of {@link LedgerRow}, but for `id`. */
  readonly calls: string;
}

/** Where a call is. A call is in the ledger once, because its id is here once. */
export interface LedgerCallRow {
  readonly id: string;
  readonly batch: string;
  /** In the batch, from 0. */
  readonly place: number;
}

/** Sums over the ledger rows of an hour or a day with the same key, tenant, app, model, endpoint and rule. */
export interface RollupRow extends TokenColumns {
  /** `hour` or `day`. */
  readonly span: string;
  /** Epoch milliseconds, UTC. */
  readonly start: number;
  readonly key: string;
  readonly tenant: string;
  readonly app: string;
  readonly model: string;
  readonly endpoint: string;
  readonly rule: string;
  readonly attempts: number;
  readonly answered: number;
  readonly incurred_nano: number;
  /** Attempts whose cost is unknown. */
  readonly unknown_cost: number;
  readonly charged_nano: number;
  readonly total_ms: number;
}
