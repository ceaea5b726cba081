import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { SourceFile } from "../../engine/serving.js";
import type { DatabaseSchema, DecisionRow, SnapshotRow } from "./database-schema.js";
import { decisionColumns, filterColumns, filterNames, idRange } from "./decision-columns.js";
import type {
  DecisionFilter,
  DecisionStore,
  DecisionSummary,
  PolicySnapshot,
  StoredDecision,
} from "./decision-store.js";
import { type Insert, rowsFor } from "./insert-rows.js";
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
/** SQLite looks through so many entries of an index in four milliseconds. */
const ROWS_PER_PIECE = 20_000;
const DECISIONS: Insert<DecisionRow> = {
  table: "decisions",
  columns: [
    ...(["id", "time", "revision", "policy", "rule", "model", "provider", "status", "api_key", "tenant"] as const),
    ...(["app", "outcome", "record"] as const),
  ],
  tail: "on conflict (id) do nothing",
};

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
  readonly #insert: Database["insert"];
  readonly #queue: WriteQueue<DecisionRow>;
  /** Snapshots that are not written yet; tried again with each batch. */
  readonly #snapshots = new Map<string, PolicySnapshot>();

  /** Settles when no snapshot is being written. */
  #saving: Promise<unknown> = Promise.resolve();
  readonly #owned: Database | undefined;

  constructor({ db, engine, insert }: Database, options: DecisionStoreOptions, owned?: Database) {
    this.#db = db;
    this.#engine = engine;
    this.#insert = insert;
    this.#owned = owned;
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
    this.#queue.add({ ...decisionColumns(decision, summary), record: JSON.stringify(decision) });
  }

  async saveSnapshot(snapshot: PolicySnapshot): Promise<void> {
    this.#snapshots.set(snapshot.revision, snapshot);
    const saved = this.#writeSnapshots();
    this.#saving = Promise.allSettled([this.#saving, saved]);
    await saved;
  }

  async find(id: string): Promise<StoredDecision | undefined> {
    const row =
      this.#queue.findWaiting((waiting) => waiting.id === id) ??
      (await this.#db.selectFrom("decisions").select("record").where("id", "=", id).executeTakeFirst());
    return row === undefined ? undefined : (JSON.parse(row.record) as StoredDecision);
  }

  async list(filter: DecisionFilter): Promise<readonly StoredDecision[]> {
    const limit = filter.limit ?? DEFAULT_LIMIT;
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
      throw new RangeError(`limit must be a whole number from 1 to ${MAX_LIMIT}, not ${limit}`);
    }
    await this.flush().catch(() => undefined); // status has the error; what is written can still be listed
    const { from, end } = idRange(filter);
    const found: string[] = [];
    for (
      let before = filter.before !== undefined && filter.before < end ? filter.before : end;
      found.length < limit;
    ) {
      const pieceFrom = await this.#pieceBefore(before, from);
      found.push(...(await this.#listPiece(filter, pieceFrom ?? from, before, limit - found.length)));
      if (pieceFrom === undefined) break;
      before = pieceFrom;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return found.map((record) => JSON.parse(record) as StoredDecision);
  }

  /**
   * SQLite holds up the event loop, so decisions are looked through in pieces, newest first.
   * @returns the least id of the piece before an id; undefined when all from `from` on are one piece.
   */
  async #pieceBefore(before: string, from: string): Promise<string | undefined> {
    if (this.#engine === "postgres") return undefined;
    const ids = this.#db.selectFrom("decisions").select("id").where("id", "<", before).where("id", ">=", from);
    return (await ids.orderBy("id", "desc").offset(ROWS_PER_PIECE).limit(1).executeTakeFirst())?.id;
  }

  /** @returns the records of the newest decisions that fit, with ids from `from` until before `before`. */
  async #listPiece(filter: DecisionFilter, from: string, before: string, limit: number): Promise<readonly string[]> {
    // Which fit is found from an index alone; their records are read then.
    let fitting = this.#db.selectFrom("decisions").select("id").where("id", "<", before).where("id", ">=", from);
    for (const name of filterNames) {
      const value = filter[name];
      if (value !== undefined) fitting = fitting.where(filterColumns[name], "=", value);
    }
    if (filter.status !== undefined) fitting = fitting.where("status", "=", filter.status);
    const rows = await this.#db
      .selectFrom("decisions")
      .select("record")
      .where("id", "in", fitting.orderBy("id", "desc").limit(limit))
      .orderBy("id", "desc")
      .execute();
    return rows.map(({ record }) => record);
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

  async #write(rows: readonly DecisionRow[]): Promise<void> {
    await this.#writeSnapshots();
    await this.#insert([rowsFor(DECISIONS, rows)]);
    // Between two batches the event loop serves requests, and the ledger, which they wait for, gets its turn at SQLite's one connection.
    await new Promise((resolve) => setImmediate(resolve));
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
