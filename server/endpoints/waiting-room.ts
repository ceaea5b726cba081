/** Requests that wait for a candidate at the same time, at most. */
export const MAX_WAITING = 1_000;
/** How long a request waits when its route does not say (`timeouts: { queue }`), milliseconds. */
export const DEFAULT_QUEUE_MS = 5_000;

/** Counts who waits, so that the queue is bounded: when it is full, a request is refused at once. */
export class WaitingRoom {
  #waiting = 0;

  get waiting(): number {
    return this.#waiting;
  }

  /** @returns what to call when the wait is over, once; undefined when there is no room. */
  enter(): (() => void) | undefined {
    if (this.#waiting >= MAX_WAITING) return undefined;
    this.#waiting += 1;
    return () => {
      this.#waiting -= 1;
    };
  }
}
