import type { Timeouts } from "../../../engine/serving.js";

/** Milliseconds; each may be set by the route (`timeouts:`). All run for one attempt, and anew for the next. */
const defaultTimeouts = { connectMs: 10_000, firstTokenMs: 60_000, idleMs: 60_000, totalMs: 600_000 } as const;

/** How long making a connection may take. The HTTP client keeps that timer. */
export function connectMsOf({ connectMs = defaultTimeouts.connectMs }: Timeouts): number {
  return connectMs;
}

export type TimerName = "first_byte" | "first_token" | "idle" | "total";

/** The client has held the stream up for as long as the provider may take in all. */
export const CLIENT_TOO_SLOW = "client too slow";

/** A timer of an attempt ran out; the message names it. */
export class TimerExpired extends Error {
  override readonly name = "TimerExpired";
  readonly timer: TimerName;
  constructor(timer: TimerName, ms: number) {
    super(`${timer} timer (${ms / 1_000} s)`);
    this.timer = timer;
  }
}

/**
 * The timers of one attempt; `onExpired` is called when one runs out.
 *
 * `total` runs from the start to the end, but for the time that the client holds the stream up; that too is at most so much in all. `first_byte`, when the route sets it, to the head of the answer. `first_token` runs from the start to the first content of a stream, `idle`
 * whenever a stream that has begun is waited for. Without a stream an answer comes in one piece, when all of it is
 * generated: only `connect` (kept by the HTTP client), `total` and `first_byte` apply.
 *
 * Plain timers: an AbortSignal for each request costs 50 times as much.
 */
export class AttemptTimers {
  readonly #clock: () => number;
  readonly #onExpired: (error: TimerExpired | typeof CLIENT_TOO_SLOW) => void;
  readonly #idleMs: number;
  readonly #totalMs: number;
  readonly #startedAt: number;
  #total: NodeJS.Timeout;
  #firstByte: NodeJS.Timeout | undefined;
  #firstToken: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #waitsSince = 0;
  #pausedSince: number | undefined;
  #pausedMs = 0;

  /** @param clock milliseconds, of a clock that only goes forward. */
  constructor(
    timeouts: Timeouts,
    isStream: boolean,
    clock: () => number,
    onExpired: (error: TimerExpired | typeof CLIENT_TOO_SLOW) => void,
  ) {
    this.#clock = clock;
    this.#onExpired = onExpired;
    this.#idleMs = timeouts.idleMs ?? defaultTimeouts.idleMs;
    this.#totalMs = timeouts.totalMs ?? defaultTimeouts.totalMs;
    this.#startedAt = clock();
    this.#total = setTimeout(() => this.#lookWhetherOver(), this.#totalMs);
    if (timeouts.firstByteMs !== undefined) this.#firstByte = this.#start("first_byte", timeouts.firstByteMs);
    if (isStream) this.#firstToken = this.#start("first_token", timeouts.firstTokenMs ?? defaultTimeouts.firstTokenMs);
  }

  headArrived(): void {
    clearTimeout(this.#firstByte);
  }

  contentArrived(): void {
    clearTimeout(this.#firstToken);
    this.#firstToken = undefined;
  }

  /** The upstream is asked for more of a stream. Before the first content `first_token` is the timer that runs. */
  waiting(): void {
    if (this.#firstToken !== undefined) return;
    this.#waitsSince = this.#clock();
    this.#idle ??= setTimeout(() => this.#lookWhetherIdle(), this.#idleMs);
  }

  /** The timer is not put off with each piece that comes: once it ends, so much of the time is left. */
  #lookWhetherIdle(): void {
    const leftMs = this.#waitsSince + this.#idleMs - this.#clock();
    if (leftMs <= 0) this.#onExpired(new TimerExpired("idle", this.#idleMs));
    else this.#idle = setTimeout(() => this.#lookWhetherIdle(), Math.ceil(leftMs));
  }

  /** The client takes its time: none of it counts as the upstream's. */
  paused(): void {
    this.#stopIdle();
    this.#pausedSince = this.#clock();
  }

  /** The client has taken what there was: the upstream is waited for again. */
  resumed(): void {
    if (this.#pausedSince !== undefined) this.#pausedMs += this.#clock() - this.#pausedSince;
    this.#pausedSince = undefined;
    this.waiting();
  }

  stop(): void {
    clearTimeout(this.#total);
    this.headArrived();
    this.contentArrived();
    this.#stopIdle();
  }

  #stopIdle(): void {
    clearTimeout(this.#idle);
    this.#idle = undefined;
  }

  /** Whose time it is may change before the timer ends again: so it ends when either's can be over. */
  #lookWhetherOver(): void {
    const now = this.#clock();
    const pausedMs = this.#pausedMs + now - (this.#pausedSince ?? now);
    const clientsMs = this.#totalMs - pausedMs;
    const upstreamsMs = this.#totalMs - (now - this.#startedAt - pausedMs);
    if (this.#pausedSince !== undefined && clientsMs <= 0) this.#onExpired(CLIENT_TOO_SLOW);
    else if (upstreamsMs <= 0) this.#onExpired(new TimerExpired("total", this.#totalMs));
    else {
      const leftMs = clientsMs > 0 ? Math.min(clientsMs, upstreamsMs) : upstreamsMs;
      this.#total = setTimeout(() => this.#lookWhetherOver(), Math.ceil(leftMs));
    }
  }

  #start(timer: TimerName, ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#onExpired(new TimerExpired(timer, ms)), ms);
  }
}
