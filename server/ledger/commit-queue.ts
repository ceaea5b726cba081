import { setImmediate as nextTurn } from "node:timers/promises";
import type { Logger } from "pino";
import { reasonOf } from "../reason-of.js";
import { isDatabaseUnavailable } from "../storage/is-database-unavailable.js";

export interface CommitQueueOptions<Row> {
  /** Writes rows. One that fails is called again with the same rows first: it must skip those it wrote. */
  readonly write: (rows: readonly Row[]) => Promise<void>;
  readonly log: Pick<Logger, "warn" | "error">;
  /** Milliseconds, of a clock that only goes forward. Default `performance.now()`. */
  readonly clock?: () => number;
  /** Rows in one transaction. Default 200. */
  readonly batchRows?: number;
  /** Milliseconds before a failed batch is tried again. Default 200. */
  readonly retryMs?: number;
  /** So many rows may wait before those that nobody waits for are given up. Default 20,000. */
  readonly maxUnawaited?: number;
  /** A commit that takes longer counts as failing, milliseconds. Default 2,000: so long answers wait for theirs. */
  readonly longestMs?: number;
}

/**
 * Milliseconds from one commit to the next: one for each row of the last, up to this. A commit takes as long as writing ten
 * rows, so the more come the more share one; a row that comes alone is committed at once.
 */
const MOST_MS_BETWEEN = 8;
/** After so many failures that may be a row's own fault each row of the batch is tried alone. */
const TRIES_TOGETHER = 5;

interface Waiting<Row> {
  readonly row: Row;
  /** Undefined: nobody waits for it. */
  readonly onCommitted: (() => void) | undefined;
}

/**
 * Rows that somebody waits for: {@link add} says when its row is committed. There is no delay: what comes while one
 * batch is written is the next batch, so a commit is shared by as many rows as the load brings. A batch that fails is
 * tried again until it is written. When it goes on failing, and not because the database is full or away, its rows are tried one by one: those that fail while others of
 * the same batch are written are at fault themselves, and set aside with an error in the log, so that one row cannot hold up
 * all others. While none can be written, nothing is given up that somebody waits for: those come no more by then.
 */
export class CommitQueue<Row> {
  readonly #options: Required<CommitQueueOptions<Row>>;
  #waiting: Waiting<Row>[] = [];
  #working: Promise<void> | undefined;
  #written = 0;
  #failingSince: number | undefined;
  #lastError: string | undefined;
  #isClosed = false;
  #failures = 0;
  #rejected = 0;
  /** And that was said. */
  #isGivingUp = false;
  #lastCommitAt = Number.NEGATIVE_INFINITY;
  #lastRows = 0;

  constructor(options: CommitQueueOptions<Row>) {
    this.#options = {
      clock: () => performance.now(),
      batchRows: 200,
      retryMs: 200,
      longestMs: 2_000,
      maxUnawaited: 20_000,
      ...options,
    };
  }

  /** @param onCommitted called once, later; undefined: nobody waits for the row, so its commit keeps nobody's answer up. */
  add(row: Row, onCommitted?: () => void): void {
    if (onCommitted === undefined && this.#waiting.length >= this.#options.maxUnawaited) {
      this.#giveUp();
      return;
    }
    this.#waiting.push({ row, onCommitted });
    this.#working ??= this.#work();
  }

  /** For how long no row could be written, or none was although one should be by now, milliseconds; undefined when they can. */
  get failingForMs(): number | undefined {
    return this.#failingSince === undefined ? undefined : this.#options.clock() - this.#failingSince;
  }

  /** Resolves when all that waits now is committed, or after the given time. @returns whether it is. */
  async flush(limitMs: number): Promise<boolean> {
    const last = this.#waiting.at(-1);
    const end = this.#options.clock() + limitMs;
    while (last !== undefined && this.#waiting.includes(last)) {
      if (this.#options.clock() >= end) return false;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return true;
  }

  /** Writes what waits, for at most so long. What cannot be written is put into the log: rows that somebody waits for whole, of the others how many. */
  async close(limitMs = 5_000): Promise<void> {
    const isDone = await this.flush(limitMs);
    this.#isClosed = true;
    if (isDone) return;
    const [error, awaited] = [this.#lastError, this.#waiting.filter(({ onCommitted }) => onCommitted !== undefined)];
    for (const { row } of awaited) {
      this.#options.log.error({ error, row }, "a ledger row could not be written before the end");
    }
    const others = this.#waiting.length - awaited.length;
    if (others > 0) this.#options.log.error({ error }, `${others} ledger rows of calls without a key are lost`);
  }

  status(): { waiting: number; written: number; rejected: number; failingForMs?: number; lastError?: string } {
    const { failingForMs } = this;
    return {
      waiting: this.#waiting.length,
      written: this.#written,
      rejected: this.#rejected,
      ...(failingForMs === undefined ? {} : { failingForMs }),
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
    };
  }

  #giveUp(): void {
    this.#rejected += 1;
    if (this.#isGivingUp) return;
    this.#isGivingUp = true;
    this.#options.log.error(
      { error: this.#lastError },
      `${this.#waiting.length} ledger rows wait for the database: those of calls without a key are given up until it takes some`,
    );
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#isClosed) {
      const pause = this.#untilNextCommit();
      if (pause !== undefined) await pause;
      this.#lastCommitAt = performance.now();
      const batch = this.#waiting.slice(0, this.#options.batchRows);
      this.#lastRows = batch.length;
      try {
        await this.#write(batch);
      } catch (error) {
        this.#noteFailure(reasonOf(error), this.#options.clock());
        // Where all is refused no row is at fault, and trying each would hold up the requests for a second.
        if (!isDatabaseUnavailable(error)) this.#failures += 1;
        if (this.#failures === TRIES_TOGETHER) {
          this.#failures = 0;
          if (await this.#writeOneByOne(batch)) continue;
        }
        await new Promise((resolve) => setTimeout(resolve, this.#options.retryMs));
        continue;
      }
      this.#finish(batch);
    }
    this.#working = undefined;
  }

  /** @throws what the database says. While it says nothing for long, that counts as failing. */
  async #write(batch: readonly Waiting<Row>[]): Promise<void> {
    const { write, clock, longestMs } = this.#options;
    const since = clock();
    let isAnswered = false;
    const timer = setTimeout(async () => {
      await nextTurn(); // an answer that came while this process stood still itself is read first
      if (!isAnswered) this.#noteFailure(`the database has not answered for ${longestMs} ms`, since);
    }, longestMs).unref();
    try {
      await write(batch.map(({ row }) => row));
    } finally {
      isAnswered = true;
      clearTimeout(timer);
    }
  }

  /** @returns undefined after a while without a commit: a row that comes then is likely alone, and waits for no turn of the event loop. */
  #untilNextCommit(): Promise<void> | undefined {
    const waitMs = this.#lastCommitAt + Math.min(this.#lastRows, MOST_MS_BETWEEN) - performance.now();
    if (waitMs >= 1) return new Promise((resolve) => setTimeout(resolve, waitMs));
    // Rows of the same turn go together; and where nobody waits, what is being answered in this turn is answered first.
    if (waitMs > -1 || this.#waiting.every(({ onCommitted }) => onCommitted === undefined)) return nextTurn();
    return undefined;
  }

  /**
   * Sets aside the rows that are at fault themselves: each failed twice, and right after it a row that was written before is
   * taken again, so that it is not the database.
   * @returns whether the batch is done.
   */
  async #writeOneByOne(batch: readonly Waiting<Row>[]): Promise<boolean> {
    const failed: Waiting<Row>[] = [];
    for (const waiting of batch) if ((await this.#tryOne(waiting.row)) !== undefined) failed.push(waiting);
    const good = batch.find((waiting) => !failed.includes(waiting));
    if (good === undefined) return false;
    const faults = new Map<Row, unknown>();
    for (const { row } of failed) {
      const error = await this.#tryOne(row);
      if (error !== undefined && (await this.#tryOne(good.row)) !== undefined) return false;
      if (error !== undefined) faults.set(row, error);
    }
    for (const [row, error] of faults) {
      this.#options.log.error({ error, row }, "a ledger row cannot be written, and is set aside");
    }
    this.#rejected += faults.size;
    this.#written -= faults.size;
    this.#finish(batch);
    return true;
  }

  /** @returns the error, if any. */
  async #tryOne(row: Row): Promise<unknown> {
    try {
      await this.#options.write([row]);
      return undefined;
    } catch (error) {
      return error ?? new Error("unknown");
    }
  }

  #finish(batch: readonly Waiting<Row>[]): void {
    // INVARIANT: rows are only ever appended meanwhile, so the batch is still the head of the list.
    this.#waiting.splice(0, batch.length);
    this.#written += batch.length;
    this.#failures = 0;
    this.#noteSuccess();
    for (const { onCommitted } of batch) onCommitted?.();
  }

  #noteFailure(error: string, since: number): void {
    this.#lastError = error;
    if (this.#failingSince !== undefined) return;
    this.#failingSince = since;
    this.#options.log.error({ error: this.#lastError }, "the ledger cannot be written; trying again");
  }

  #noteSuccess(): void {
    if (2 * this.#waiting.length < this.#options.maxUnawaited) this.#isGivingUp = false;
    if (this.#failingSince === undefined) return;
    this.#failingSince = undefined;
    this.#lastError = undefined;
    this.#options.log.warn({}, "the ledger is being written again");
  }
}
