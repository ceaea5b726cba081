import type { DecisionRecord, SourceFile } from "../../../engine/serving.js";

/** What is kept of every decision: enough to re-compute the rest from the policy snapshot. */
export type StoredDecision = Omit<DecisionRecord, "outcome" | "candidates">;

export interface PolicySnapshot {
  /** 64 hex digits. */
  readonly revision: string;
  readonly name: string;
  readonly files: readonly SourceFile[];
  /** When this server first served it, ISO 8601. */
  readonly firstServed: string;
}

export interface DecisionFilter {
  /** At most this many, newest first; 1 to 1,000, default 50. */
  readonly limit?: number;
  /** Only decisions before this id (for paging). */
  readonly before?: string;
  readonly rule?: string;
  /** Model and provider that were called last. */
  readonly model?: string;
  readonly provider?: string;
  readonly key?: string;
  readonly tenant?: string;
  readonly app?: string;
  /** `RecordedResult.outcome`. */
  readonly outcome?: string;
  /** 64 hex digits. */
  readonly revision?: string;
  /** HTTP status that the client saw. */
  readonly status?: number;
  /** ISO 8601, from `since` until before `until`, by the times that ids hold: a clock that is put back does not put decisions back. */
  readonly since?: string;
  readonly until?: string;
}

/** Decisions and policy snapshots. `record` never waits: rows are written in batches off the request path. */
export interface DecisionStore {
  record(decision: StoredDecision, summary: DecisionSummary): void;
  saveSnapshot(snapshot: PolicySnapshot): Promise<void>;
  find(id: string): Promise<StoredDecision | undefined>;
  /**
   * Decisions, newest first, each with what lists filter by.
   * @param signal aborted: nobody waits any more, and what was found so far is given.
   */
  list(filter: DecisionFilter, signal?: AbortSignal): Promise<readonly SummarizedDecision[]>;
  findSnapshot(revision: string): Promise<PolicySnapshot | undefined>;
  /** Writes what is waiting. */
  flush(): Promise<void>;
  close(): Promise<void>;
  /** Rows that wait, rows that were written, rows given up (with the last error), for status and metrics. */
  status(): { readonly waiting: number; readonly written: number; readonly lost: number; readonly lastError?: string };
}

export interface SummarizedDecision {
  readonly decision: StoredDecision;
  readonly summary: DecisionSummary;
}

/** The columns that lists filter by. */
export interface DecisionSummary {
  /** Route rule, or the deny rule when denied. */
  readonly rule: string;
  readonly model?: string | undefined;
  readonly provider?: string | undefined;
  readonly status: number;
}
