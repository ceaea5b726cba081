import type { ErrorClass } from "../../engine/serving.js";
import { RecentCalls } from "./recent-calls.js";

/** When a circuit opens, and for how long (docs/resilience.md, "Circuit breaker"). */
export const circuitRule = {
  /** So many failures in a row open it… */
  consecutiveFailures: 5,
  /** …or at least this share of the calls of the window, once there are enough of them to tell. */
  failedShare: 0.5,
  minCalls: 20,
  windowMs: 30_000,
  /** Open for this long, doubled with each probe that fails, at most `maxOpenMs`. Milliseconds. */
  openMs: 10_000,
  maxOpenMs: 300_000,
} as const;

/** What a call says about its endpoint. `nothing`: the client went, or the provider asked to wait. */
export type CallVerdict =
  | { readonly kind: "fine" }
  | { readonly kind: "nothing" }
  | { readonly kind: "failed"; readonly errorClass: ErrorClass; readonly retryAfterMs?: number };

/** A call that a circuit let through. */
export interface CircuitCall {
  /** Content came: a probe has shown what it was made for, however long its stream goes on. */
  contentArrived(now: number): void;
  /** Call it once. */
  end(verdict: CallVerdict, now: number): void;
}

/** What a circuit knows, for people. Times are epoch milliseconds. */
export interface CircuitEvidence {
  readonly state: "closed" | "open" | "half_open";
  /** Of this state; undefined while it has been closed ever since the server started. */
  readonly since?: number;
  /** Not tried before then; only while it is open. */
  readonly retryAt?: number;
  readonly consecutiveFailures: number;
  /** Of the window. */
  readonly recent: { readonly calls: number; readonly failures: number };
  readonly lastError?: { readonly errorClass: ErrorClass; readonly at: number };
  /** Its state was taken over from another server: the counts beside it are not the reason. */
  readonly isTakenOver?: true;
}

/** For how long a circuit is open. */
export interface Opening {
  /** Epoch milliseconds. */
  readonly until: number;
  /** As it was opened for, milliseconds: the next failure doubles it. */
  readonly openMs: number;
}

/**
 * The circuit of one endpoint: closed, calls pass; open, none does; when its time is over, one call at a time passes as a
 * probe (half-open): it closes the circuit, or opens it for twice as long.
 *
 * A state machine of our own, because of what cockatiel 3's breaker cannot do: it reads the clock itself (nothing can be
 * replayed), judges a call only by its promise (a probe is a stream that may run for minutes and is good with its first
 * token), makes calls wait for a probe, and cannot be asked beforehand, as a decision must.
 *
 * INVARIANT: at most one probe is under way; a call begun before the last change of state changes nothing.
 */
export class Circuit {
  readonly #recent = new RecentCalls(circuitRule.windowMs);
  #consecutiveFailures = 0;
  #lastError: CircuitEvidence["lastError"];
  /** Undefined: closed. */
  #openUntil: number | undefined;
  #openMs = 0;
  #since: number | undefined;
  #hasProbe = false;
  /** When a call last was fine, epoch milliseconds. */
  #fineAt = Number.NEGATIVE_INFINITY;
  #isTakenOver = false;
  /** Counts changes of state: what belongs to an earlier one is late. */
  #era = 0;
  readonly #onShown: ((hasChanged: boolean, now: number) => void) | undefined;

  /** @param onShown told after each thing that a call showed, and whether it changed the state. */
  constructor(onShown?: (hasChanged: boolean, now: number) => void) {
    this.#onShown = onShown;
  }

  /** Whether a call begun now would not be let through. */
  isOpen(now: number): boolean {
    return this.#hasProbe || this.remainingMs(now) !== undefined;
  }

  get isClosed(): boolean {
    return this.#openUntil === undefined;
  }

  /** Undefined when it is closed. */
  get opening(): Opening | undefined {
    return this.#openUntil === undefined ? undefined : { until: this.#openUntil, openMs: this.#openMs };
  }

  /**
   * Takes over what another server learned: that the endpoint fails, or (undefined) that it works again. That it fails is
   * left alone when a call from here was fine since: then it is that server's way to it that is broken.
   * @param at when it was learned there, epoch milliseconds.
   */
  takeOver(opening: Opening | undefined, at: number, now: number): void {
    if (opening === undefined) {
      if (!this.isClosed) this.#close(now);
      return;
    }
    if (opening.until <= now || this.#fineAt >= at) return;
    this.#openUntil = Math.max(opening.until, now + (this.remainingMs(now) ?? 0));
    this.#openMs = Math.max(opening.openMs, this.#openMs);
    this.#change(now);
    this.#isTakenOver = true;
  }

  /** Until a probe may be made, milliseconds; undefined when one may be made now, or is under way. */
  remainingMs(now: number): number | undefined {
    if (this.#openUntil === undefined || this.#openUntil <= now) return undefined;
    // Opened after now: the clock was set back, and would take as long to come to the end.
    return now < (this.#since ?? now) ? undefined : this.#openUntil - now;
  }

  /**
   * @param mayOpen false: calls are counted and always pass (`circuit_breaker: false`).
   * @returns undefined when the call is not let through.
   */
  begin(now: number, mayOpen: boolean): CircuitCall | undefined {
    if (mayOpen && this.isOpen(now)) return undefined;
    const isProbe = mayOpen && this.#openUntil !== undefined;
    if (isProbe) {
      this.#hasProbe = true;
      this.#since = now;
    }
    const era = this.#era;
    return {
      contentArrived: (at) => {
        const before = this.#era;
        this.#fineAt = at;
        if (isProbe && era === before) this.#close(at);
        this.#onShown?.(before !== this.#era, at);
      },
      end: (verdict, at) => {
        const before = this.#era;
        this.#count(verdict, at);
        if (era === before) {
          if (isProbe) this.#endProbe(verdict, at);
          else if (verdict.kind === "failed" && mayOpen && this.#isTooMuch(at)) this.#open(verdict.retryAfterMs, at);
        }
        this.#onShown?.(before !== this.#era, at);
      },
    };
  }

  evidence(now: number): CircuitEvidence {
    const openUntil = this.#openUntil;
    const isWaiting = this.remainingMs(now) !== undefined;
    return {
      state: openUntil === undefined ? "closed" : isWaiting ? "open" : "half_open",
      ...(this.#since === undefined ? {} : { since: this.#since }),
      ...(isWaiting && openUntil !== undefined ? { retryAt: openUntil } : {}),
      consecutiveFailures: this.#consecutiveFailures,
      recent: this.#recent.counts(now),
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
      ...(this.#isTakenOver ? { isTakenOver: true } : {}),
    };
  }

  #count(verdict: CallVerdict, now: number): void {
    if (verdict.kind === "nothing") return;
    this.#recent.add(verdict.kind === "failed", now);
    if (verdict.kind === "fine") {
      this.#consecutiveFailures = 0;
      this.#fineAt = now;
    } else {
      this.#consecutiveFailures += 1;
      this.#lastError = { errorClass: verdict.errorClass, at: now };
    }
  }

  #isTooMuch(now: number): boolean {
    if (this.#consecutiveFailures >= circuitRule.consecutiveFailures) return true;
    const { calls, failures } = this.#recent.counts(now);
    return calls >= circuitRule.minCalls && failures >= circuitRule.failedShare * calls;
  }

  #endProbe(verdict: CallVerdict, now: number): void {
    this.#hasProbe = false;
    if (verdict.kind === "fine") this.#close(now);
    else if (verdict.kind === "failed") this.#open(verdict.retryAfterMs, now);
  }

  #open(retryAfterMs: number | undefined, now: number): void {
    const { openMs, maxOpenMs } = circuitRule;
    this.#openMs = this.#openMs === 0 ? openMs : Math.min(2 * this.#openMs, maxOpenMs);
    this.#openUntil = now + Math.max(this.#openMs, Math.min(retryAfterMs ?? 0, maxOpenMs));
    this.#change(now);
  }

  #close(now: number): void {
    this.#openUntil = undefined;
    this.#openMs = 0;
    this.#consecutiveFailures = 0;
    this.#recent.clear(); // the failures that opened it would open it again
    this.#change(now);
  }

  #change(now: number): void {
    this.#hasProbe = false;
    this.#isTakenOver = false;
    this.#since = now;
    this.#era += 1;
  }
}
