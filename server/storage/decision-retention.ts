import type { Logger } from "pino";
import { idsFrom } from "./decision-ids.js";
import type { Database } from "./open-database.js";

export interface RetentionOptions {
  readonly database: Pick<Database, "db">;
  readonly log: Pick<Logger, "info" | "warn">;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Decisions older than this are deleted, days. 0: kept for good. */
  readonly days: number;
  /** Recorded content older than this is deleted, days; it goes with its decision if that goes earlier. */
  readonly contentDays: number;
  /** When their records, recorded content included, take more than this, the oldest are deleted, megabytes. 0: no limit. */
  readonly megabytes: number;
}

export const DEFAULT_DAYS = 30;
export const DEFAULT_MEGABYTES = 1_024;
const SWEEP_MS = 10 * 60_000;
/** Rows in one DELETE: a few milliseconds, between which requests are served. */
const ROWS_PER_DELETE = 200;
/** Records whose mean size stands for all: measuring each would read them all. */
const SAMPLE = 500;

/**
 * Deletes old decisions, by age and by size, each with its recorded content, which may also go earlier. The ledger and usage stay. Policy snapshots go when no decision is left that
 * was made under them, but for those first served within the last day.
 */
export class DecisionRetention {
  readonly #options: RetentionOptions;
  readonly #timer: NodeJS.Timeout;
  #sweeping: Promise<number> | undefined;
  #isClosed = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.sweep(), SWEEP_MS).unref();
  }

  /** Ends a sweep under way after its current step. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  /** @returns how many decisions were deleted. Never rejects: what fails is tried again with the next sweep. */
  sweep(): Promise<number> {
    this.#sweeping ??= this.#sweep()
      .catch((error: unknown) => {
        this.#options.log.warn({ error }, "old decisions could not be deleted; it is tried again");
        return 0;
      })
      .finally(() => {
        this.#sweeping = undefined;
      });
    return this.#sweeping;
  }

  async #sweep(): Promise<number> {
    const { now, days, contentDays, log } = this.#options;
    const contents = await this.#deleteContents(now() - contentDays * 86_400_000);
    if (contents > 0) log.info({ deleted: contents }, "old recorded content was deleted");
    let deleted = 0;
    if (days > 0) {
      const before = idsFrom(now() - days * 86_400_000);
      deleted += await this.#deleteWhile(() => this.#oldest(ROWS_PER_DELETE, before));
    }
    let tooMany = await this.#rowsBeyondSize();
    deleted += await this.#deleteWhile(() => {
      const count = Math.min(ROWS_PER_DELETE, tooMany);
      tooMany -= count;
      return count === 0 ? Promise.resolve([]) : this.#oldest(count);
    });
    if (deleted > 0) {
      await this.#deleteSnapshots();
      log.info({ deleted }, "old decisions were deleted");
    }
    return deleted;
  }

  async #oldest(count: number, before?: string): Promise<readonly string[]> {
    let query = this.#options.database.db.selectFrom("decisions").select("id").orderBy("id").limit(count);
    if (before !== undefined) query = query.where("id", "<", before);
    return (await query.execute()).map(({ id }) => id);
  }

  async #deleteWhile(next: () => Promise<readonly string[]>): Promise<number> {
    let deleted = 0;
    for (let ids = await next(); ids.length > 0 && !this.#isClosed; ids = await next()) {
      const { db } = this.#options.database;
      await db.deleteFrom("contents").where("id", "in", ids).execute(); // first: what is left without a decision is not seen
      await db.deleteFrom("decisions").where("id", "in", ids).execute();
      deleted += ids.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return deleted;
  }

  /** Also content whose decision was never written. */
  async #deleteContents(before: number): Promise<number> {
    const { db } = this.#options.database;
    const oldest = () =>
      db
        .selectFrom("contents")
        .select("id")
        .where("time", "<", before)
        .orderBy("time")
        .limit(ROWS_PER_DELETE)
        .execute();
    let deleted = 0;
    for (let rows = await oldest(); rows.length > 0 && !this.#isClosed; rows = await oldest()) {
      const ids = rows.map(({ id }) => id);
      await db.deleteFrom("contents").where("id", "in", ids).execute();
      deleted += ids.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return deleted;
  }

  async #rowsBeyondSize(): Promise<number> {
    const { database, megabytes } = this.#options;
    if (megabytes === 0) return 0;
    const { count } = await database.db
      .selectFrom("decisions")
      .select((expression) => expression.fn.countAll<number>().as("count"))
      .executeTakeFirstOrThrow();
    const newest = await database.db
      .selectFrom("decisions")
      .leftJoin("contents", "contents.id", "decisions.id")
      .select((expression) => [
        expression.fn<number>("length", ["record"]).as("bytes"),
        expression.fn<number | null>("length", ["content"]).as("contentBytes"),
      ])
      .orderBy("decisions.id", "desc")
      .limit(SAMPLE)
      .execute();
    if (newest.length === 0) return 0;
    const mean = newest.reduce((sum, { bytes, contentBytes }) => sum + bytes + (contentBytes ?? 0), 0) / newest.length;
    return Math.max(0, count - Math.floor((megabytes * 1_000_000) / mean));
  }

  async #deleteSnapshots(): Promise<void> {
    const { database, now } = this.#options;
    await database.db
      .deleteFrom("policy_snapshots")
      .where("first_served", "<", new Date(now() - 86_400_000).toISOString())
      .where("revision", "not in", (query) => query.selectFrom("decisions").select("revision"))
      .execute();
  }
}
