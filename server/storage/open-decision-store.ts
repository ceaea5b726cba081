import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { SourceFile } from "../../engine/index.js";
import type { DatabaseSchema, DecisionRow, SnapshotRow } from "./database-schema.js";
import { decisionColumns, filterColumns, filterNames } from "./decision-columns.js";
import type {
  DecisionFilter,
  DecisionStore,
  DecisionSummary,
  PolicySnapshot,
  StoredDecision,
} from "./decision-store.js";
import { type Insert, insertRows } from "./insert-rows.js";
import { type Database, openDatabase } from "./open-database.js";
import { WriteQueue, type WriteQueueOptions } from "./write-queue.js";

export interface DecisionStoreOptions {
  readonly log: Pick<Logger, "info" | "warn" | "error">;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Sizes and delays of the batches; the defaults are documented there. */
  readonly batches?: Pick<WriteQueueOptions<never>, "batchRows" | "batchMs" | "maxRows" | "retryMs">;
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000;
/**
 * Rows in one transaction: between two of them the event loop serves requests, and the ledger, which
 * requests wait for, gets its turn at SQLite's one connection.
 */
const ROWS_PER_TRANSACTION = 64;
const DECISIONS: Insert<DecisionRow> = {
  table: "decisions",
  columns: [
    ...(["id", "time", "revision", "policy", "rule", "model", "provider", "status", "api_key", "tenant"] as const),
    ...(["app", "outcome", "record"] as const),
  ],
  tail: "on conflict (id) do nothing",
};

interface WaitingDecision {
  readonly decision: StoredDecision;
  readonly summary: DecisionSummary;
}

/**
 * Decisions and policy snapshots in an open database. A killed process loses only what waited ({@link WriteQueue}: about
 * 250 ms).
 */
export function createDecisionStore(database: Database, options: DecisionStoreOptions): DecisionStore {
  return new SqlDecisionStore(database, options);
}

/**
 * Opens a database and the decision store in it; closing the store closes the database.
 * @throws Error in words for the operator, see {@link openDatabase}.
 */
export async function openDecisionStore(
  options: DecisionStoreOptions & { readonly url: string },
): Promise<DecisionStore> {
  const database = await openDatabase(options.url);
  return new SqlDecisionStore(database, options, database);
}

class SqlDecisionStore implements DecisionStore {
  readonly #db: Kysely<DatabaseSchema>;
  readonly #engine: Database["engine"];
  readonly #queue: WriteQueue<WaitingDecision>;
  /** Snapshots that are not written yet; tried again with each batch. */
  readonly #snapshots = new Map<string, PolicySnapshot>();

  /** Settles when no snapshot is being written. */
  #saving: Promise<unknown> = Promise.resolve();
  readonly #owned: Database | undefined;

  constructor({ db, engine }: Database, options: DecisionStoreOptions, owned?: Database) {
    this.#db = db;
    this.#engine = engine;
    this.#owned = owned;
    const { log, now, batches } = options;
    this.#queue = new WriteQueue<WaitingDecision>({
      what: "decisions",
      log,
      now,
      ...batches,
      write: (rows) => this.#write(rows),
    });
  }

  record(decision: StoredDecision, summary: DecisionSummary): void {
    this.#queue.add({ decision, summary });
  }

  async saveSnapshot(snapshot: PolicySnapshot): Promise<void> {
    this.#snapshots.set(snapshot.revision, snapshot);
    const saved = this.#writeSnapshots();
    this.#saving = Promise.allSettled([this.#saving, saved]);
    await saved;
  }

  async find(id: string): Promise<StoredDecision | undefined> {
    const waiting = this.#queue.findWaiting((row) => row.decision.id === id);
    if (waiting !== undefined) return waiting.decision;
    const row = await this.#db.selectFrom("decisions").select("record").where("id", "=", id).executeTakeFirst();
    return row === undefined ? undefined : (JSON.parse(row.record) as StoredDecision);
  }

  async list(filter: DecisionFilter): Promise<readonly StoredDecision[]> {
    const limit = filter.limit ?? DEFAULT_LIMIT;
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
      throw new RangeError(`limit must be a whole number from 1 to ${MAX_LIMIT}, not ${limit}`);
    }
    await this.flush().catch(() => undefined); // status has the error; what is written can still be listed
    let query = this.#db.selectFrom("decisions").select("record").orderBy("id", "desc").limit(limit);
    if (filter.before !== undefined) query = query.where("id", "<", filter.before);
    for (const name of filterNames) {
      const value = filter[name];
      if (value !== undefined) query = query.where(filterColumns[name], "=", value);
    }
    if (filter.status !== undefined) query = query.where("status", "=", filter.status);
    if (filter.since !== undefined) query = query.where("time", ">=", filter.since);
    if (filter.until !== undefined) query = query.where("time", "<", filter.until);
    return (await query.execute()).map((row) => JSON.parse(row.record) as StoredDecision);
  }

  async findSnapshot(revision: string): Promise<PolicySnapshot | undefined> {
    const waiting = this.#snapshots.get(revision);
    if (waiting !== undefined) return waiting;
    const row = await this.#db
      .selectFrom("policy_snapshots")
      .selectAll()
      .where("revision", "=", revision)
      .executeTakeFirst();
    return row === undefined ? undefined : fromSnapshotRow(row);
  }

  flush(): Promise<void> {
    return this.#queue.flush();
  }

  async close(): Promise<void> {
    await this.#queue.close();
    await this.#saving; // the database is closed next
    await this.#owned?.close();
  }

  status(): { waiting: number; written: number; lost: number; lastError?: string } {
    return this.#queue.status();
  }

  async #write(rows: readonly WaitingDecision[]): Promise<void> {
    await this.#writeSnapshots();
    // Not one transaction: a batch that is tried again skips the rows that are there.
    for (let start = 0; start < rows.length; start += ROWS_PER_TRANSACTION) {
      const part = rows.slice(start, start + ROWS_PER_TRANSACTION).map(toDecisionRow);
      await this.#db.transaction().execute((transaction) => insertRows(transaction, this.#engine, DECISIONS, part));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #writeSnapshots(): Promise<void> {
    for (const snapshot of [...this.#snapshots.values()]) {
      const row = await toSnapshotRow(snapshot);
      await this.#db.transaction().execute((transaction) =>
        transaction
          .insertInto("policy_snapshots")
          .values(row)
          .onConflict((conflict) => conflict.column("revision").doNothing())
          .execute(),
      );
      this.#snapshots.delete(snapshot.revision);
    }
  }
}

function toDecisionRow({ decision, summary }: WaitingDecision): DecisionRow {
  return { ...decisionColumns(decision, summary), record: JSON.stringify(decision) };
}

async function toSnapshotRow({ revision, name, files, firstServed }: PolicySnapshot): Promise<SnapshotRow> {
  return { revision, name, files: await promisify(gzip)(JSON.stringify(files)), first_served: firstServed };
}

async function fromSnapshotRow(row: SnapshotRow): Promise<PolicySnapshot> {
  const text = (await promisify(gunzip)(row.files)).toString("utf8");
  const files = JSON.parse(text) as readonly SourceFile[];
  return { revision: row.revision, name: row.name, files, firstServed: row.first_served };
}
