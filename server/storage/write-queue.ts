import type { Logger } from "pino";
import { endsWithin } from "../ends-within.js";
import { reasonOf } from "../reason-of.js";

export interface WriteQueueOptions<Row> {
  /** What the rows are, for the log: `decisions`. */
  readonly what: string;
  /** Writes the rows. One that fails is called again with exactly the same rows: it must skip those it wrote. */
  readonly write: (rows: readonly Row[]) => Promise<void>;
  readonly log: Pick<Logger, "warn" | "error">;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** So many rows that wait are written at once, together. Default 64: what waits shortly is young when it is garbage, which costs little. */
  readonly batchRows?: number;
  /** Milliseconds after which fewer rows are written. Default 250. */
  readonly batchMs?: number;
  /** Rows that may wait; more are given up. Default 20,000. */
  readonly maxRows?: number;
  /** Milliseconds before a failed batch is tried again. Default 1,000. */
  readonly retryMs?: number;
}

const LOSS_MESSAGE_EVERY_MS = 60_000;

/**
 * Rows on their way to the database. `add` only appends to a list; batches are written in the background, one at a
 * time. A batch that fails stays and is tried again, so a full disk or a lock loses nothing until `maxRows` wait.
 * What waits is lost when the process is killed: rows of the last `batchMs`, and of the batch under way.
 */
export class WriteQueue<Row> {
  readonly #options: Required<WriteQueueOptions<Row>>;
  #rows: Row[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #written = 0;
  #lost = 0;
  #lossSaidAt = Number.NEGATIVE_INFINITY;
  #lastError: string | undefined;
  #failing = false;
  /** Rows of the batch that failed last: it may have been written all the same, so it is tried again as it was. */
  #failedRows: number | undefined;

  constructor(options: WriteQueueOptions<Row>) {
    this.#options = { batchRows: 64, batchMs: 250, maxRows: 20_000, retryMs: 1_000, ...options };
  }

  add(row: Row): void {
    if (this.#rows.length >= this.#options.maxRows) {
      this.#loseOne();
      return;
    }
    this.#rows.push(row);
    if (this.#failing) return; // the retry takes it along
    if (this.#rows.length === this.#options.batchRows) this.#wake(0);
    else if (this.#timer === undefined) this.#wake(this.#options.batchMs);
  }

  /** The first waiting row that fits, those of the batch under way included. */
  findWaiting(fits: (row: Row) => boolean): Row | undefined {
    return this.#rows.find(fits);
  }

  /** Writes what waits now. @throws the error of the batch that failed; its rows go on waiting. */
  async flush(): Promise<void> {
    const last = this.#rows.at(-1);
    if (last === undefined) return;
    // Rows added while this runs are not waited for.
    while (this.#rows.includes(last)) {
      this.#writing ??= this.#writeBatch().finally(() => {
        this.#writing = undefined;
      });
      await this.#writing;
    }
  }

  /** Tries once more to write everything, for at most so long; what cannot be written is counted as lost. */
  async close(limitMs = 5_000): Promise<void> {
    clearTimeout(this.#timer);
    let error: unknown = new Error(`the database has not answered for ${limitMs} ms`);
    const flushed = this.flush().catch((reason: unknown) => {
      error = reason;
    });
    await endsWithin(flushed, limitMs);
    clearTimeout(this.#timer);
    if (this.#rows.length === 0) return;
    this.#options.log.error(
      { error },
      `${this.#rows.length} ${this.#options.what} could not be written before the end`,
    );
    this.#lost += this.#rows.length;
    this.#rows = [];
  }

  status(): { waiting: number; written: number; lost: number; lastError?: string } {
    return {
      waiting: this.#rows.length,
      written: this.#written,
      lost: this.#lost,
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
    };
  }

  #wake(afterMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.flush().then(
        () => {
          if (this.#rows.length >= this.#options.batchRows) this.#wake(0);
          else if (this.#rows.length > 0 && this.#timer === undefined) this.#wake(this.#options.batchMs);
        },
        () => this.#wake(this.#options.retryMs), // status and log have the error
      );
    }, afterMs);
    this.#timer.unref();
  }

  async #writeBatch(): Promise<void> {
    const { batchRows, what } = this.#options;
    const batch = this.#rows.slice(0, this.#failedRows ?? batchRows);
    try {
      await this.#options.write(batch);
    } catch (error) {
      const message = reasonOf(error);
      if (!this.#failing) this.#options.log.error({ error }, `${what} cannot be written; trying again: ${message}`);
      this.#failing = true;
      this.#failedRows = batch.length;
      this.#lastError = message;
      throw error;
    }
    // INVARIANT: rows are only ever appended meanwhile, so the batch is still the head of the list.
    this.#rows.splice(0, batch.length);
    this.#written += batch.length;
    if (this.#failing) this.#options.log.warn({}, `${what} are being written again`);
    this.#failing = false;
    this.#failedRows = undefined;
    this.#lastError = undefined;
  }

  #loseOne(): void {
    this.#lost += 1;
    const now = this.#options.now();
    if (now - this.#lossSaidAt < LOSS_MESSAGE_EVERY_MS) return;
    this.#lossSaidAt = now;
    this.#options.log.error(
      { lost: this.#lost, error: this.#lastError },
      `${this.#lost} ${this.#options.what} are lost so far: they come faster than the database takes them, or it takes none`,
    );
  }
}
