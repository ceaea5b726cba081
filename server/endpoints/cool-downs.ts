/** The longest an endpoint is left alone, milliseconds; then it is tried again. */
export const MAX_COOL_DOWN_MS = 60_000;

/**
 * Endpoints that answered 429 and said how long to wait (`Retry-After`): for that long, at most 60 s, they are left out
 * of plans (`upstream_rate_limited`). A 429 without `Retry-After` leaves nothing out. Kept in memory.
 */
export class CoolDowns {
  readonly #until = new Map<string, number>();
  /** Told of each that begins by what a call from here was answered, with its end. */
  onBegin: ((endpoint: string, until: number, now: number) => void) | undefined;

  /** @param now epoch milliseconds. */
  begin(endpoint: string, retryAfterMs: number, now: number): void {
    if (!(retryAfterMs > 0)) return;
    const until = now + Math.min(retryAfterMs, MAX_COOL_DOWN_MS);
    if (this.#extend(endpoint, until)) this.onBegin?.(endpoint, until, now);
  }

  /** Takes over what another server was answered. @param until epoch milliseconds. */
  takeOver(endpoint: string, until: number, now: number): void {
    if (until > now) this.#extend(endpoint, Math.min(until, now + MAX_COOL_DOWN_MS));
  }

  /** Two calls under way may be told different times: the later one counts. @returns whether it is this one. */
  #extend(endpoint: string, until: number): boolean {
    if (until <= (this.#until.get(endpoint) ?? 0)) return false;
    this.#until.set(endpoint, until);
    return true;
  }

  /** The endpoints to leave alone now; undefined when there are none. */
  active(now: number): readonly string[] | undefined {
    if (this.#until.size === 0) return undefined;
    for (const [endpoint, until] of this.#until) if (isOver(until, now)) this.#until.delete(endpoint);
    return this.#until.size === 0 ? undefined : [...this.#until.keys()].sort();
  }

  /** How long until an endpoint may be tried again, milliseconds; undefined when it may be tried now. */
  remainingMs(endpoint: string, now: number): number | undefined {
    const until = this.#until.get(endpoint);
    return until === undefined || isOver(until, now) ? undefined : until - now;
  }
}

/** One that has longer to go than any is from before the clock was set back. */
function isOver(until: number, now: number): boolean {
  return until <= now || until - now > MAX_COOL_DOWN_MS;
}
