import { setImmediate as nextTurn } from "node:timers/promises";
import type { Logger } from "pino";
import type { DecisionBatchRow } from "../database-schema.js";
import type { Database } from "../open-database.js";
import { unpackColumns } from "../packed-columns.js";
import { AFTER_ALL_IDS } from "./decision-columns.js";
import { idsFrom } from "./decision-ids.js";

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
const BATCHES_PER_DELETE = 4;
/** Only their sizes are read, from the index. */
const BATCHES_PER_LOOK = 1_000;
/** Contents whose mean size stands for all: measuring each would read them all. */
const SAMPLE = 500;

/**
 * Deletes old decisions, by age and by size, each with its recorded content, which may also go earlier. They go batch by batch: with the last of it that is
 * too old. The ledger and usage stay. Policy snapshots go when no decision is left that was made under them, but for those first served within the last day.
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
    if (days > 0) deleted += await this.#deleteUntil(idsFrom(now() - days * 86_400_000));
    deleted += await this.#deleteUntil(await this.#lastBeyondSize());
    if (deleted > 0) {
      await this.#deleteSnapshots();
      log.info({ deleted }, "old decisions were deleted");
    }
    return deleted;
  }

  /** Deletes batches whose last id does not sort after `end`. */
  async #deleteUntil(end: string): Promise<number> {
    const { db } = this.#options.database;
    const oldest = () =>
      db
        .selectFrom("decision_batches")
        .select(["id", "decisions", "summaries"])
        .where("last_id", "<=", end)
        .orderBy("last_id")
        .limit(BATCHES_PER_DELETE)
        .execute();
    let deleted = 0;
    for (let batches = await oldest(); batches.length > 0 && !this.#isClosed; batches = await oldest()) {
      const ids = batches.flatMap(idsOf);
      await db.deleteFrom("contents").where("id", "in", ids).execute(); // first: what is left without a decision is not seen
      const names = batches.map(({ id }) => id);
      await db.deleteFrom("decision_batches").where("id", "in", names).execute();
      deleted += ids.length;
      await nextTurn();
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
      await nextTurn();
    }
    return deleted;
  }

  /**
   * The last id of the newest batch that has no room beside those newer than it; before all ids when all have. The newest are counted, for servers
   * that sweep at the same time take old ones away from each other.
   */
  async #lastBeyondSize(): Promise<string> {
    const { database, megabytes } = this.#options;
    if (megabytes === 0) return "";
    const contentOfEach = await this.#contentOfEach();
    let room = megabytes * 1_000_000;
    for (let before = AFTER_ALL_IDS; !this.#isClosed; ) {
      const batches = await database.db
        .selectFrom("decision_batches")
        .select(["last_id", "decisions", "bytes"])
        .where("last_id", "<", before)
        .orderBy("last_id", "desc")
        .limit(BATCHES_PER_LOOK)
        .execute();
      for (const { last_id: last, decisions, bytes } of batches) {
        room -= bytes + decisions * contentOfEach;
        if (room < 0) return last;
        before = last;
      }
      if (batches.length < BATCHES_PER_LOOK) break;
      await nextTurn();
    }
    return "";
  }

  /** What recorded content takes for each decision, about. */
  async #contentOfEach(): Promise<number> {
    const { db } = this.#options.database;
    const newest = await db
      .selectFrom("contents")
      .select(({ fn }) => fn<number>("length", ["content"]).as("bytes"))
      .orderBy("id", "desc")
      .limit(SAMPLE)
      .execute();
    if (newest.length === 0) return 0;
    const mean = newest.reduce((sum, { bytes }) => sum + bytes, 0) / newest.length;
    const { count } = await db
      .selectFrom("contents")
      .select(({ fn }) => fn.countAll<number>().as("count"))
      .executeTakeFirstOrThrow();
    const { decisions } = await db
      .selectFrom("decision_batches")
      .select(({ fn }) => fn.sum<number | null>("decisions").as("decisions"))
      .executeTakeFirstOrThrow();
    return (count * mean) / Math.max(1, decisions ?? 0);
  }

  async #deleteSnapshots(): Promise<void> {
    const { database, now } = this.#options;
    await database.db
      .deleteFrom("policy_snapshots")
      .where("first_served", "<", new Date(now() - 86_400_000).toISOString())
      .where("revision", "not in", (query) => query.selectFrom("decision_batches").select("revision"))
      .execute();
  }
}

function idsOf({ decisions, summaries }: Pick<DecisionBatchRow, "decisions" | "summaries">): readonly string[] {
  const valueAt = unpackColumns(summaries);
  return Array.from({ length: decisions }, (_, place) => String(valueAt("id", place)));
}
