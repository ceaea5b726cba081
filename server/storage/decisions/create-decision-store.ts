import { setImmediate as nextTurn } from "node:timers/promises";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { SourceFile } from "../../../engine/serving.js";
import type { DatabaseSchema, DecisionRow, SnapshotRow } from "../database-schema.js";
import { rowsFor } from "../insert-rows.js";
import type { Database } from "../open-database.js";
import { WriteQueue, type WriteQueueOptions } from "../write-queue.js";
import { DECISION_BATCHES, toDecisionBatches } from "./decision-batch.js";
import { decisionRow } from "./decision-columns.js";
import type {
  DecisionFilter,
  DecisionStore,
  DecisionSummary,
  PolicySnapshot,
  StoredDecision,
  SummarizedDecision,
} from "./decision-store.js";
import { findRecord, listRecords } from "./find-records.js";

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
 * Decisions and policy snapshots in an open database. A killed process loses only what waited ({@link WriteQueue}: about
 * 250 ms).
 */
export function createDecisionStore(database: Database, options: DecisionStoreOptions): DecisionStore {
  return new SqlDecisionStore(database, options);
}

class SqlDecisionStore implements DecisionStore {
  readonly #db: Kysely<DatabaseSchema>;
  readonly #engine: Database["engine"];
  readonly #insert: Database["insert"];
  readonly #queue: WriteQueue<DecisionRow>;
  /** Snapshots that are not written yet; tried again with each batch. */
  readonly #snapshots = new Map<string, PolicySnapshot>();
  /** Settles when no snapshot is being written. */
  #saving: Promise<unknown> = Promise.resolve();

  constructor({ db, engine, insert }: Database, options: DecisionStoreOptions) {
    this.#db = db;
    this.#engine = engine;
    this.#insert = insert;
    const { log, now, batches } = options;
    this.#queue = new WriteQueue<DecisionRow>({
      what: "decisions",
      log,
      now,
      ...batches,
      write: (rows) => this.#write(rows),
    });
  }

  record(decision: StoredDecision, summary: DecisionSummary): void {
    // As text at once: hundreds of objects that wait would be copied by the garbage collector, again and again.
    this.#queue.add(decisionRow(decision, summary, JSON.stringify(decision)));
  }

  async saveSnapshot(snapshot: PolicySnapshot): Promise<void> {
    this.#snapshots.set(snapshot.revision, snapshot);
    const saved = this.#writeSnapshots();
    this.#saving = Promise.allSettled([this.#saving, saved]);
    await saved;
  }

  async find(id: string): Promise<StoredDecision | undefined> {
    const waiting = this.#queue.findWaiting((row) => row.id === id);
    const record = waiting?.record ?? (await findRecord(this.#db, this.#engine, id));
    return record === undefined ? undefined : (JSON.parse(record) as StoredDecision);
  }

  async list(filter: DecisionFilter, signal?: AbortSignal): Promise<readonly SummarizedDecision[]> {
    const limit = filter.limit ?? DEFAULT_LIMIT;
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
      throw new RangeError(`limit must be a whole number from 1 to ${MAX_LIMIT}, not ${limit}`);
    }
    await this.flush().catch(() => undefined); // status has the error; what is written can still be listed
    const found = await listRecords(this.#db, this.#engine, filter, limit, signal);
    return found.map(({ record, summary }) => ({ decision: JSON.parse(record) as StoredDecision, summary }));
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
  }

  status(): { waiting: number; written: number; lost: number; lastError?: string } {
    return this.#queue.status();
  }

  async #write(rows: readonly DecisionRow[]): Promise<void> {
    await this.#writeSnapshots();
    await this.#insert([rowsFor(DECISION_BATCHES, toDecisionBatches(rows))]);
    // Between two batches the event loop serves requests, and the ledger, which they wait for, gets its turn at SQLite's one connection.
    await nextTurn();
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

async function toSnapshotRow({ revision, name, files, firstServed }: PolicySnapshot): Promise<SnapshotRow> {
  return { revision, name, files: await promisify(gzip)(JSON.stringify(files)), first_served: firstServed };
}

async function fromSnapshotRow(row: SnapshotRow): Promise<PolicySnapshot> {
  const text = (await promisify(gunzip)(row.files)).toString("utf8");
  const files = JSON.parse(text) as readonly SourceFile[];
  return { revision: row.revision, name: row.name, files, firstServed: row.first_served };
}
