import { setImmediate as nextTurn } from "node:timers/promises";
import type { Logger } from "pino";
import type { ContentRow } from "./database-schema.js";
import { isDatabaseUnavailable } from "./is-database-unavailable.js";
import type { Database } from "./open-database.js";
import { WriteQueue, type WriteQueueOptions } from "./write-queue.js";

export interface ContentStoreOptions {
  readonly database: Pick<Database, "db">;
  readonly log: Pick<Logger, "warn" | "error">;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Rows that may wait: each may be some hundred kilobytes. */
const MAX_ROWS = 1_000;
const ROWS_PER_INSERT = 20;

/** The recorded content of decisions, redacted, as JSON. `record` never waits. */
export class ContentStore {
  readonly #db: Database["db"];
  readonly #queue: WriteQueue<ContentRow>;

  constructor({ database, ...options }: ContentStoreOptions) {
    this.#db = database.db;
    const queue: WriteQueueOptions<ContentRow> = {
      ...options,
      what: "recorded contents",
      maxRows: MAX_ROWS,
      batchRows: 100,
      write: (rows) => this.#write(rows),
    };
    this.#queue = new WriteQueue(queue);
  }

  record(row: ContentRow): void {
    this.#queue.add(row);
  }

  /** @returns what was kept for a decision, a `Content` as JSON; undefined when nothing was. */
  async find(id: string): Promise<string | undefined> {
    const waiting = this.#queue.findWaiting((row) => row.id === id);
    if (waiting !== undefined) return waiting.content;
    const row = await this.#db.selectFrom("contents").select("content").where("id", "=", id).executeTakeFirst();
    return row?.content;
  }

  flush(): Promise<void> {
    return this.#queue.flush();
  }

  close(): Promise<void> {
    return this.#queue.close();
  }

  status(): ReturnType<WriteQueue<ContentRow>["status"]> {
    return this.#queue.status();
  }

  async #write(rows: readonly ContentRow[]): Promise<void> {
    for (let start = 0; start < rows.length; start += ROWS_PER_INSERT) {
      await this.#db
        .insertInto("contents")
        .values(rows.slice(start, start + ROWS_PER_INSERT))
        .onConflict((conflict) => conflict.column("id").doNothing())
        .execute()
        .catch((error: Error & { readonly code?: unknown }) => {
          // A driver's error may hold the values: but for one about the database itself only its code goes into the log.
          const refused = `the database refuses them (${String(error.code ?? "no code")})`;
          throw new Error(isDatabaseUnavailable(error) ? error.message : refused);
        });
      await nextTurn();
    }
  }
}
