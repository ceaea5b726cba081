/** What a call needs a place in: an endpoint, a provider, each with its `max_concurrent`. */
export interface Limit {
  /** `author/model@provider`, or a provider's name. */
  readonly name: string;
  readonly max: number;
}
export type Limits = readonly Limit[];

/** Gives the places of a call back; more than once does nothing. */
export type Release = () => void;

const releaseNothing: Release = () => undefined;

interface Waiter {
  readonly wanted: readonly Limits[];
  readonly take: (index: number, release: Release) => void;
}

/**
 * Places for calls under way. Who waits is served in the order of coming, as far as a place that came free is one of
 * those it can use; a place is handed over, so nobody who comes later can take it.
 *
 * INVARIANT: nobody waits for what is free. Whenever a place comes free all that can use it are asked at once.
 */
export class Slots {
  readonly #used = new Map<string, number>();
  readonly #waiters = new Set<Waiter>();

  /** @returns undefined when one of the limits is reached. */
  take(limits: Limits): Release | undefined {
    if (limits.length === 0) return releaseNothing;
    if (limits.some(({ name, max }) => this.used(name) >= max)) return undefined;
    for (const { name } of limits) this.#used.set(name, this.used(name) + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      for (const { name } of limits) this.#giveBack(name);
      this.#serve();
    };
  }

  /**
   * Waits for the first of several.
   * @param wanted none of which can be taken now.
   * @param take called once, with the number of the one that was taken.
   * @returns what to call to wait no more.
   */
  wait(wanted: readonly Limits[], take: Waiter["take"]): () => void {
    const waiter = { wanted, take };
    this.#waiters.add(waiter);
    return () => this.#waiters.delete(waiter);
  }

  used(name: string): number {
    return this.#used.get(name) ?? 0;
  }

  #giveBack(name: string): void {
    const left = this.used(name) - 1;
    if (left <= 0) this.#used.delete(name);
    else this.#used.set(name, left);
  }

  #serve(): void {
    for (const waiter of this.#waiters) {
      for (const [index, limits] of waiter.wanted.entries()) {
        const release = this.take(limits);
        if (release === undefined) continue;
        this.#waiters.delete(waiter);
        waiter.take(index, release);
        break;
      }
    }
  }
}
