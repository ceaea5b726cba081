import { DDSketch } from "@datadog/sketches-js";

/** A sketch takes values in for so long; then the one before it is forgotten. */
const WINDOW_MS = 5 * 60_000;
/** A quantile is at most this share off. */
const ACCURACY = 0.02;

export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
}

/**
 * Quantiles of what was seen in the last five to ten minutes. A sketch never forgets, so there are two, each for five
 * minutes: values go into the newer one, and both are asked. Takes some 0.4 µs and 2 kB.
 */
export class RecentQuantiles {
  #newer = sketch();
  #older = sketch();
  /** Epoch milliseconds. */
  #since: number;

  constructor(now: number) {
    this.#since = now;
  }

  /** @param value above 0. */
  accept(value: number, now: number): void {
    this.#turn(now);
    this.#newer.accept(value);
  }

  /** @returns undefined when nothing was seen lately. */
  quantiles(now: number): Quantiles | undefined {
    this.#turn(now);
    const both = sketch();
    both.merge(this.#older);
    both.merge(this.#newer);
    return both.count === 0 ? undefined : { p50: both.getValueAtQuantile(0.5), p95: both.getValueAtQuantile(0.95) };
  }

  #turn(now: number): void {
    const passed = Math.floor((now - this.#since) / WINDOW_MS);
    if (passed < 1) return;
    this.#older = passed === 1 ? this.#newer : sketch();
    this.#newer = sketch();
    this.#since += passed * WINDOW_MS;
  }
}

function sketch(): DDSketch {
  return new DDSketch({ relativeAccuracy: ACCURACY });
}
