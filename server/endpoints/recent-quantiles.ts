import { DDSketch } from "@datadog/sketches-js";

/** A sketch takes in so many values, for so long at most; then the one before it is forgotten. */
const MOST_VALUES = 50;
const WINDOW_MS = 5 * 60_000;
/** A quantile is at most this share off. */
const ACCURACY = 0.02;

export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
}

/**
 * Quantiles of the last 50 to 100 values, of at most the last ten minutes. A sketch never forgets, so there are two: values go into the
 * newer one, and both are asked. Its size bounds how long a change goes unseen where there is much traffic, its time where there is little.
 */
export class RecentQuantiles {
  #newer = sketch();
  #older = sketch();
  /** When the newer one was begun, epoch milliseconds. */
  #since: number;
  /** Merging takes some microseconds, and more ask than bring a value. */
  #known: { readonly quantiles: Quantiles | undefined } | undefined;

  constructor(now: number) {
    this.#since = now;
  }

  /** @param value above 0. */
  accept(value: number, now: number): void {
    this.#forget(now);
    if (this.#newer.count >= MOST_VALUES) this.#turn(this.#newer, now);
    this.#newer.accept(value);
    this.#known = undefined;
  }

  /** @returns undefined when nothing was seen lately. */
  quantiles(now: number): Quantiles | undefined {
    this.#forget(now);
    this.#known ??= { quantiles: quantilesOf(this.#older, this.#newer) };
    return this.#known.quantiles;
  }

  /** Until when {@link quantiles} stay as they are, unless a value comes, epoch milliseconds. */
  get unchangedUntil(): number {
    return this.#since + WINDOW_MS;
  }

  #forget(now: number): void {
    if (now < this.#since) this.#since = now; // the clock was set back: what was seen is not to stay until it has caught up
    const passed = Math.floor((now - this.#since) / WINDOW_MS);
    if (passed >= 1) this.#turn(passed === 1 ? this.#newer : sketch(), this.#since + passed * WINDOW_MS);
  }

  #turn(older: DDSketch, since: number): void {
    this.#older = older;
    this.#newer = sketch();
    this.#since = since;
    this.#known = undefined;
  }
}

function quantilesOf(older: DDSketch, newer: DDSketch): Quantiles | undefined {
  const both = sketch();
  both.merge(older);
  both.merge(newer);
  return both.count === 0 ? undefined : { p50: both.getValueAtQuantile(0.5), p95: both.getValueAtQuantile(0.95) };
}

function sketch(): DDSketch {
  return new DDSketch({ relativeAccuracy: ACCURACY });
}
