import type { Timeouts } from "../../engine/index.js";

/** Milliseconds; each may be set by the route (`timeouts:`). All run for one attempt, and anew for the next. */
export const defaultTimeouts = { connectMs: 10_000, firstTokenMs: 60_000, idleMs: 60_000, totalMs: 600_000 } as const;

export type TimerName = "first_token" | "idle" | "total";

/** A timer of an attempt ran out; the message names it. */
export class TimerExpired extends Error {
  override readonly name = "TimerExpired";
  readonly timer: TimerName;
  constructor(timer: TimerName, ms: number) {
    super(`${timer} timer (${ms / 1_000} s)`);
    this.timer = timer;
  }
}

/** The client went away: the attempt is ended. */
export class ClientGone extends Error {
  override readonly name = "ClientGone";
  constructor() {
    super("the client hung up");
  }
}

/**
 * The timers of one attempt. `signal` is aborted with a {@link TimerExpired} when one runs out, or with the client's
 * own reason when the client goes.
 *
 * `total` runs from the start to the end. `first_token` runs from the start to the first content of a stream, `idle`
 * whenever a stream that has begun is waited for. Without a stream an answer comes in one piece, when all of it is
 * generated: only `connect` (kept by the HTTP client) and `total` apply.
 */
export class AttemptTimers {
  readonly signal: AbortSignal;
  readonly connectMs: number;
  readonly #controller = new AbortController();
  readonly #idleMs: number;
  readonly #client: AbortSignal;
  readonly #total: NodeJS.Timeout;
  #firstToken: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(timeouts: Timeouts, isStream: boolean, client: AbortSignal) {
    this.signal = this.#controller.signal;
    this.connectMs = timeouts.connectMs ?? defaultTimeouts.connectMs;
    this.#idleMs = timeouts.idleMs ?? defaultTimeouts.idleMs;
    this.#client = client;
    this.#total = this.#start("total", timeouts.totalMs ?? defaultTimeouts.totalMs);
    if (isStream) this.#firstToken = this.#start("first_token", timeouts.firstTokenMs ?? defaultTimeouts.firstTokenMs);
    if (client.aborted) this.#clientWent();
    else client.addEventListener("abort", this.#clientWent, { once: true });
  }

  contentArrived(): void {
    clearTimeout(this.#firstToken);
    this.#firstToken = undefined;
  }

  /** The upstream is asked for more. Before the first content `first_token` is the timer that runs. */
  waiting(): void {
    if (this.#firstToken === undefined) this.#idle ??= this.#start("idle", this.#idleMs);
  }

  /** The upstream sent something; while the client takes it in, no time counts as idle. */
  arrived(): void {
    clearTimeout(this.#idle);
    this.#idle = undefined;
  }

  /** Ends the attempt, with a reason, if it is still under way. */
  abort(reason: Error): void {
    this.#controller.abort(reason);
  }

  stop(): void {
    clearTimeout(this.#total);
    this.contentArrived();
    this.arrived();
    this.#client.removeEventListener("abort", this.#clientWent);
  }

  readonly #clientWent = () => this.#controller.abort(this.#client.reason);

  #start(timer: TimerName, ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#controller.abort(new TimerExpired(timer, ms)), ms);
  }
}
