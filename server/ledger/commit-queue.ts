import type { Logger } from "pino";

export interface CommitQueueOptions<Row> {
  /** Writes rows, all or nothing. One that fails is called again with the same rows first: it must skip those it wrote. */
  readonly write: (rows: readonly Row[]) => Promise<void>;
  readonly log: Pick<Logger, "warn" | "error">;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Rows in one transaction. Default 200. */
  readonly batchRows?: number;
  /** Milliseconds before a failed batch is tried again. Default 200. */
  readonly retryMs?: number;
}

interface Waiting<Row> {
  readonly row: Row;
  readonly resolve: () => void;
}

/**
 * Rows that somebody waits for: {@link add} resolves once its row is committed. There is no delay: what comes while one
 * batch is written is the next batch, so a commit is shared by as many rows as the load brings. A batch that fails is
 * tried again until it is written; nothing is given up.
 */
export class CommitQueue<Row> {
  readonly #options: Required<CommitQueueOptions<Row>>;
  #waiting: Waiting<Row>[] = [];
  #working: Promise<void> | undefined;
  #written = 0;
  #failingSince: number | undefined;
  #lastError: string | undefined;
  #isClosed = false;

  constructor(options: CommitQueueOptions<Row>) {
    this.#options = { batchRows: 200, retryMs: 200, ...options };
  }

  add(row: Row): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ row, resolve });
      this.#working ??= this.#work();
    });
  }

  /** Resolves when all that waits now is committed, or after the given time. @returns whether it is. */
  async flush(limitMs: number): Promise<boolean> {
    const last = this.#waiting.at(-1);
    const end = this.#options.now() + limitMs;
    while (last !== undefined && this.#waiting.includes(last)) {
      if (this.#options.now() >= end) return false;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return true;
  }

  /** Writes what waits, for at most five seconds. */
  async close(): Promise<void> {
    const isDone = await this.flush(5_000);
    this.#isClosed = true;
    if (!isDone) this.#options.log.error({ error: this.#lastError }, `${this.#waiting.length} ledger rows are lost`);
  }

  status(): { waiting: number; written: number; failingSince?: number; lastError?: string } {
    return {
      waiting: this.#waiting.length,
      written: this.#written,
      ...(this.#failingSince === undefined ? {} : { failingSince: this.#failingSince }),
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
    };
  }

  async #work(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve)); // rows of the same turn go together
    while (this.#waiting.length > 0 && !this.#isClosed) {
      const batch = this.#waiting.slice(0, this.#options.batchRows);
      try {
        await this.#options.write(batch.map(({ row }) => row));
      } catch (error) {
        this.#noteFailure(error);
        await new Promise((resolve) => setTimeout(resolve, this.#options.retryMs));
        continue;
      }
      // INVARIANT: rows are only ever appended meanwhile, so the batch is still the head of the list.
      this.#waiting.splice(0, batch.length);
      this.#written += batch.length;
      this.#noteSuccess();
      for (const { resolve } of batch) resolve();
    }
    this.#working = undefined;
  }

  #noteFailure(error: unknown): void {
    this.#lastError = error instanceof Error ? error.message : String(error);
    if (this.#failingSince !== undefined) return;
    this.#failingSince = this.#options.now();
    this.#options.log.error({ error: this.#lastError }, "the ledger cannot be written; trying again");
  }

  #noteSuccess(): void {
    if (this.#failingSince === undefined) return;
    this.#failingSince = undefined;
    this.#lastError = undefined;
    this.#options.log.warn({}, "the ledger is being written again");
  }
}
