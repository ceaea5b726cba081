import { RecentCalls } from "./recent-calls.js";
import { type Quantiles, RecentQuantiles } from "./recent-quantiles.js";

/** Calls are counted for so long, milliseconds. */
const CALLS_MS = 5 * 60_000;
/** A share of fewer calls is taken as of so many: one that fails alone says little. */
const FEWEST_CALLS = 5;

type Figures = Readonly<Record<string, number>>;

export interface EndpointFigures {
  /** Calls under way. */
  readonly inFlight: number;
  /** 0 to 1. */
  readonly errorRate: number;
  /** Milliseconds to the first token; undefined unless streams were seen lately. */
  readonly latencyMs?: Quantiles;
  /** After the first token; undefined unless streams with usage were seen lately. */
  readonly tokensPerSecond?: Quantiles;
}

/**
 * What the server sees of its endpoints: what `world.latency_ms`, `world.in_flight` and `world.error_rate` say. Kept in
 * memory. Ranking goes by medians of what was seen lately ({@link RecentQuantiles}). All is forgotten after minutes: a provider that was
 * slow or broken once, and is called no more because of it, would else be so for ever.
 */
export class EndpointObservations {
  readonly #latencyMs = new Map<string, RecentQuantiles>();
  readonly #tokensPerSecond = new Map<string, RecentQuantiles>();
  readonly #inFlight = new Map<string, number>();
  readonly #calls = new Map<string, RecentCalls>();
  /** Endpoints of which calls failed: few. */
  readonly #failing = new Set<string>();
  // Asked for with every request, and changed less often.
  #latencyFigures: LatencyFigures | undefined;

  /** Counts a call as under way; {@link end} must follow, once. */
  begin(endpoint: string): void {
    this.#inFlight.set(endpoint, (this.#inFlight.get(endpoint) ?? 0) + 1);
  }

  /** Counts a call as under way no more. */
  end(endpoint: string): void {
    const left = (this.#inFlight.get(endpoint) ?? 1) - 1;
    if (left === 0) this.#inFlight.delete(endpoint);
    else this.#inFlight.set(endpoint, left);
  }

  /** Takes in a time from the start of an attempt to its first content. Only streams show it. */
  observeFirstToken(endpoint: string, ms: number, now: number): void {
    takeIn(this.#latencyMs, endpoint, ms, now);
    this.#latencyFigures = undefined;
  }

  /** Takes in a time after which there was no content yet; it says nothing when the median is longer. */
  observeAtLeast(endpoint: string, ms: number, now: number): void {
    if (ms > (this.#latencyMs.get(endpoint)?.quantiles(now)?.p50 ?? 0)) this.observeFirstToken(endpoint, ms, now);
  }

  /** Takes in how fast a stream came after its first token. */
  observeSpeed(endpoint: string, tokensPerSecond: number, now: number): void {
    takeIn(this.#tokensPerSecond, endpoint, tokensPerSecond, now);
  }

  /** Takes in how a call ended, as far as the endpoint is to blame. */
  observeEnd(endpoint: string, hasFailed: boolean, now: number): void {
    const calls = this.#calls.get(endpoint) ?? new RecentCalls(CALLS_MS);
    this.#calls.set(endpoint, calls);
    calls.add(hasFailed, now);
    if (hasFailed) this.#failing.add(endpoint);
  }

  /** What is known of one endpoint, for people. */
  of(endpoint: string, now: number): EndpointFigures {
    const latencyMs = this.#latencyMs.get(endpoint)?.quantiles(now);
    const tokensPerSecond = this.#tokensPerSecond.get(endpoint)?.quantiles(now);
    return {
      inFlight: this.#inFlight.get(endpoint) ?? 0,
      errorRate: this.#errorRateOf(endpoint, now),
      ...(latencyMs === undefined ? {} : { latencyMs }),
      ...(tokensPerSecond === undefined ? {} : { tokensPerSecond }),
    };
  }

  /** Median time to the first token, whole milliseconds, of those endpoints that were seen lately. Undefined when none was. */
  latencyMs(endpoints: ReadonlySet<string>, now: number): Figures | undefined {
    const known = this.#latencyFigures;
    if (known?.endpoints === endpoints && now >= known.at && now < known.unchangedUntil) return known.figures;
    const figures: Record<string, number> = {};
    let unchangedUntil = Number.POSITIVE_INFINITY;
    for (const [endpoint, seen] of this.#latencyMs) {
      const median = seen.quantiles(now)?.p50;
      if (median === undefined || !endpoints.has(endpoint)) continue;
      figures[endpoint] = Math.round(median);
      unchangedUntil = Math.min(unchangedUntil, seen.unchangedUntil);
    }
    this.#latencyFigures = { endpoints, at: now, unchangedUntil, figures: someOf(figures) };
    return this.#latencyFigures.figures;
  }

  /** Median speed of streams, tokens a second, of one endpoint; undefined unless one was seen lately. */
  tokensPerSecond(endpoint: string, now: number): number | undefined {
    return this.#tokensPerSecond.get(endpoint)?.quantiles(now)?.p50;
  }

  /** Calls under way, of those endpoints that have any. Undefined when none has. */
  inFlight(endpoints: ReadonlySet<string>): Figures | undefined {
    const figures: Record<string, number> = {};
    for (const [endpoint, count] of this.#inFlight) if (endpoints.has(endpoint)) figures[endpoint] = count;
    return someOf(figures);
  }

  /** Share of failed calls of the last five minutes, to three decimals, of those endpoints that had any. Undefined when none had. */
  errorRate(endpoints: ReadonlySet<string>, now: number): Figures | undefined {
    const figures: Record<string, number> = {};
    for (const endpoint of this.#failing) {
      const rate = this.#errorRateOf(endpoint, now);
      if (rate === 0) this.#failing.delete(endpoint);
      else if (endpoints.has(endpoint)) figures[endpoint] = Math.round(rate * 1_000) / 1_000;
    }
    return someOf(figures);
  }

  #errorRateOf(endpoint: string, now: number): number {
    const { calls = 0, failures = 0 } = this.#calls.get(endpoint)?.counts(now) ?? {};
    return failures / Math.max(calls, FEWEST_CALLS);
  }
}

interface LatencyFigures {
  readonly endpoints: ReadonlySet<string>;
  readonly figures: Figures | undefined;
  /** From when until when they are so, epoch milliseconds. */
  readonly at: number;
  readonly unchangedUntil: number;
}

function takeIn(all: Map<string, RecentQuantiles>, endpoint: string, value: number, now: number): void {
  const seen = all.get(endpoint) ?? new RecentQuantiles(now);
  all.set(endpoint, seen);
  seen.accept(value, now);
}

function someOf(figures: Figures): Figures | undefined {
  return Object.keys(figures).length === 0 ? undefined : figures;
}
