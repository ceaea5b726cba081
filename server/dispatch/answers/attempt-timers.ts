import type { Timeouts } from "../../../engine/serving.js";

/** Milliseconds; each may be set by the route (`timeouts:`). All run for one attempt, and anew for the next. */
export const defaultTimeouts = { connectMs: 10_000, firstTokenMs: 60_000, idleMs: 60_000, totalMs: 600_000 } as const;

/** How long making a connection may take. The HTTP client keeps that timer. */
export function connectMsOf({ connectMs = defaultTimeouts.connectMs }: Timeouts): number {
  return connectMs;
}

export type TimerName = "first_byte" | "first_token" | "idle" | "total";

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
 * `total` runs from the start to the end. `first_byte`, when the route sets it, to the head of the answer. `first_token` runs from the start to the first content of a stream, `idle`
 * whenever a stream that has begun is waited for. Without a stream an answer comes in one piece, when all of it is
 * generated: only `connect` (kept by the HTTP client), `total` and `first_byte` apply.
 *
 * Plain timers: an AbortSignal for each request costs 50 times as much.
 */
export class AttemptTimers {
  readonly #clock: () => number;
  readonly #onExpired: (error: TimerExpired) => void;
  readonly #idleMs: number;
  readonly #total: NodeJS.Timeout;
  #firstByte: NodeJS.Timeout | undefined;
  #firstToken: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #waitsSince = 0;

  /** @param clock milliseconds, of a clock that only goes forward. */
  constructor(timeouts: Timeouts, isStream: boolean, clock: () => number, onExpired: (error: TimerExpired) => void) {
    this.#clock = clock;
    this.#onExpired = onExpired;
    this.#idleMs = timeouts.idleMs ?? defaultTimeouts.idleMs;
    this.#total = this.#start("total", timeouts.totalMs ?? defaultTimeouts.totalMs);
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

  /** The client takes its time: none of it counts as the upstream's idling. */
  paused(): void {
    clearTimeout(this.#idle);
    this.#idle = undefined;
  }

  stop(): void {
    clearTimeout(this.#total);
    this.headArrived();
    this.contentArrived();
    this.paused();
  }

  #start(timer: TimerName, ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#onExpired(new TimerExpired(timer, ms)), ms);
  }
}
