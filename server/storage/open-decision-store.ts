import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { Kysely, SqliteDialect } from "kysely";
import type { Logger } from "pino";
import type { SourceFile } from "../../engine/index.js";
import type { DatabaseSchema, DecisionRow, SnapshotRow } from "./database-schema.js";
import { sqlitePathOf } from "./database-url.js";
import type {
  DecisionFilter,
  DecisionStore,
  DecisionSummary,
  PolicySnapshot,
  StoredDecision,
} from "./decision-store.js";
import { migrate } from "./migrations.js";
import { openSqlite } from "./open-sqlite.js";
import { WriteQueue, type WriteQueueOptions } from "./write-queue.js";

export interface DecisionStoreOptions {
  /** `sqlite:PATH` or `sqlite::memory:`; the folder of PATH is made. */
  readonly url: string;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Sizes and delays of the batches; the defaults are documented there. */
  readonly batches?: Pick<WriteQueueOptions<never>, "batchRows" | "batchMs" | "maxRows" | "retryMs">;
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000;
/** Rows in one INSERT: between two of them the event loop serves requests. */
const ROWS_PER_INSERT = 50;
/** Another process that holds the file's lock must not stop our event loop: SQLite waits this long, the queue tries again. */
const BUSY_MS = 20;

interface WaitingDecision {
  readonly decision: StoredDecision;
  readonly summary: DecisionSummary;
}

/**
 * Opens the database of decisions and policy snapshots and brings its tables up to date.
 *
 * WAL with synchronous NORMAL: a killed process loses only what waited ({@link WriteQueue}: about 250 ms); a power cut
 * may also lose the newest commits, never the database.
 *
 * @throws Error in words for the operator when the URL is not understood or the file cannot be opened or written.
 */
export async function openDecisionStore(options: DecisionStoreOptions): Promise<DecisionStore> {
  const path = sqlitePathOf(options.url);
  try {
    const connection = openSqlite(
      path,
      "pragma busy_timeout = 5000; pragma journal_mode = wal; pragma synchronous = normal",
    );
    const db = new Kysely<DatabaseSchema>({ dialect: new SqliteDialect({ database: connection }) });
    await migrate(db as unknown as Kysely<never>);
    connection.set(`pragma busy_timeout = ${BUSY_MS}`);
    return new SqlDecisionStore(db, options);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`the database ${options.url} cannot be used: ${message}`, { cause: error });
  }
}

class SqlDecisionStore implements DecisionStore {
  readonly #db: Kysely<DatabaseSchema>;
  readonly #queue: WriteQueue<WaitingDecision>;
  /** Snapshots that are not written yet; tried again with each batch. */
  readonly #snapshots = new Map<string, PolicySnapshot>();

  constructor(db: Kysely<DatabaseSchema>, options: DecisionStoreOptions) {
    this.#db = db;
    const { log, now, batches } = options;
    this.#queue = new WriteQueue<WaitingDecision>({ log, now, ...batches, write: (rows) => this.#write(rows) });
  }

  record(decision: StoredDecision, summary: DecisionSummary): void {
    this.#queue.add({ decision, summary });
  }

  async saveSnapshot(snapshot: PolicySnapshot): Promise<void> {
    this.#snapshots.set(snapshot.revision, snapshot);
    await this.#writeSnapshots();
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
    if (filter.rule !== undefined) query = query.where("rule", "=", filter.rule);
    if (filter.model !== undefined) query = query.where("model", "=", filter.model);
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
    await this.#db.destroy();
  }

  status(): { waiting: number; written: number; lost: number; lastError?: string } {
    return this.#queue.status();
  }

  async #write(rows: readonly WaitingDecision[]): Promise<void> {
    await this.#writeSnapshots();
    await this.#db.transaction().execute(async (transaction) => {
      for (let start = 0; start < rows.length; start += ROWS_PER_INSERT) {
        const part = rows.slice(start, start + ROWS_PER_INSERT).map(toDecisionRow);
        await transaction
          .insertInto("decisions")
          .values(part)
          .onConflict((conflict) => conflict.column("id").doNothing())
          .execute();
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
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
  return {
    id: decision.id,
    time: decision.time,
    revision: decision.policy.revision,
    policy: decision.policy.name,
    rule: summary.rule,
    model: summary.model ?? null,
    provider: summary.provider ?? null,
    status: summary.status,
    record: JSON.stringify(decision),
  };
}

async function toSnapshotRow({ revision, name, files, firstServed }: PolicySnapshot): Promise<SnapshotRow> {
  return { revision, name, files: await promisify(gzip)(JSON.stringify(files)), first_served: firstServed };
}

async function fromSnapshotRow(row: SnapshotRow): Promise<PolicySnapshot> {
  const text = (await promisify(gunzip)(row.files)).toString("utf8");
  const files = JSON.parse(text) as readonly SourceFile[];
  return { revision: row.revision, name: row.name, files, firstServed: row.first_served };
}
