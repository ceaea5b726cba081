const PARTS = 6;

/** Counts calls and failures of the last while: a ring of six parts, so the oldest sixth goes at a time. */
export class RecentCalls {
  readonly #partMs: number;
  #parts: { readonly number: number; calls: number; failures: number }[] = [];

  constructor(windowMs: number) {
    this.#partMs = windowMs / PARTS;
  }

  add(hasFailed: boolean, now: number): void {
    const number = Math.floor(now / this.#partMs);
    this.#forgetFuture(number);
    let newest = this.#parts.at(-1);
    if (newest === undefined || newest.number < number) {
      newest = { number, calls: 0, failures: 0 };
      this.#parts.push(newest);
      if (this.#parts.length > PARTS) this.#parts.shift();
    }
    newest.calls += 1;
    if (hasFailed) newest.failures += 1;
  }

  counts(now: number): { readonly calls: number; readonly failures: number } {
    const newest = Math.floor(now / this.#partMs);
    this.#forgetFuture(newest);
    const oldest = newest - PARTS;
    let calls = 0;
    let failures = 0;
    for (const part of this.#parts) {
      if (part.number <= oldest) continue;
      calls += part.calls;
      failures += part.failures;
    }
    return { calls, failures };
  }

  clear(): void {
    this.#parts = [];
  }

  /** The clock was set back: what was counted would stay new until it has caught up. */
  #forgetFuture(newest: number): void {
    if ((this.#parts.at(-1)?.number ?? newest) > newest) this.clear();
  }
}
