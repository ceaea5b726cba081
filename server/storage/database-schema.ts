/** The tables, as Kysely sees them. Made and changed by migrations.ts only. */
export interface DatabaseSchema {
  readonly decisions: DecisionRow;
  readonly policy_snapshots: SnapshotRow;
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
