import { setTimeout as delay } from "node:timers/promises";
import type { UpstreamExchange } from "../provider-adapter.js";

/** A part of an answer. */
export interface Piece {
  readonly bytes: Buffer;
  /** Comes after the delay between two chunks. */
  readonly isPaced?: boolean;
}

/** A call that keeps time: it waits, can be paused, and wakes at once when it is aborted. */
export class PacedExchange implements UpstreamExchange {
  readonly #ending = new AbortController();
  readonly isSent = true;
  #resumed: (() => void) | undefined;
  isPaused = false;

  get isAborted(): boolean {
    return this.#ending.signal.aborted;
  }

  async wait(ms: number): Promise<void> {
    if (ms <= 0 || this.isAborted) return;
    await delay(ms, undefined, { signal: this.#ending.signal }).catch(() => undefined); // aborted: the caller looks
  }

  resumed(): Promise<void> {
    return new Promise((resolve) => {
      this.#resumed = resolve;
    });
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.#resumed?.();
  }

  abort(): void {
    this.#ending.abort();
    this.resume();
  }
}
