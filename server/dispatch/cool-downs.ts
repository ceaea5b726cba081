/** The longest an endpoint is left alone, milliseconds; then it is tried again. */
export const MAX_COOL_DOWN_MS = 60_000;

/**
 * Endpoints that answered 429 and said how long to wait (`Retry-After`): for that long, at most 60 s, they are left out
 * of plans (`upstream_rate_limited`). A 429 without `Retry-After` leaves nothing out. Kept in memory.
 */
export class CoolDowns {
  readonly #until = new Map<string, number>();

  /** @param now epoch milliseconds. */
  begin(endpoint: string, retryAfterMs: number, now: number): void {
    if (!(retryAfterMs > 0)) return;
    const until = now + Math.min(retryAfterMs, MAX_COOL_DOWN_MS);
    // Two calls under way may be told different times: the later one counts.
    this.#until.set(endpoint, Math.max(until, this.#until.get(endpoint) ?? 0));
  }

  /** The endpoints to leave alone now; undefined when there are none. */
  active(now: number): readonly string[] | undefined {
    if (this.#until.size === 0) return undefined;
    for (const [endpoint, until] of this.#until) if (until <= now) this.#until.delete(endpoint);
    return this.#until.size === 0 ? undefined : [...this.#until.keys()].sort();
  }

  /** How long until an endpoint may be tried again, milliseconds; undefined when it may be tried now. */
  remainingMs(endpoint: string, now: number): number | undefined {
    const until = this.#until.get(endpoint);
    return until === undefined || until <= now ? undefined : until - now;
  }
}
