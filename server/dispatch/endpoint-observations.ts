import { type Quantiles, RecentQuantiles } from "./recent-quantiles.js";

/** Share of a new observation in a mean: the last ten or so decide. */
const NEW_SHARE = 0.2;

type Figures = Readonly<Record<string, number>>;

export interface EndpointFigures {
  /** Calls under way. */
  readonly inFlight: number;
  /** 0 to 1. */
  readonly errorRate: number;
  /** To the first token; undefined until a stream was seen. */
  readonly latencyMs?: number;
  /** After the first token; undefined until a stream with usage was seen. */
  readonly tokensPerSecond?: number;
  /** Of the last five to ten minutes. */
  readonly latencyQuantiles?: Quantiles;
  readonly speedQuantiles?: Quantiles;
}

/**
 * What the server sees of its endpoints: what `world.latency_ms`, `world.in_flight` and `world.error_rate` say. Kept in
 * memory. Ranking goes by means, which are exponential: mean ← 0.2 × new + 0.8 × mean. They follow a provider within some ten
 * calls, where a median of minutes would need half of them. Quantiles are for people.
 */
export class EndpointObservations {
  readonly #firstTokenMs = new Map<string, number>();
  readonly #tokensPerSecond = new Map<string, number>();
  readonly #latencyQuantiles = new Map<string, RecentQuantiles>();
  readonly #speedQuantiles = new Map<string, RecentQuantiles>();
  readonly #inFlight = new Map<string, number>();
  readonly #errorRate = new Map<string, number>();
  // Asked for with every request, and changed less often.
  #latencyFigures: { readonly endpoints: ReadonlySet<string>; readonly figures: Figures | undefined } | undefined;

  /** Counts a call as under way; call the returned function once, when it has ended. */
  begin(endpoint: string): () => void {
    this.#inFlight.set(endpoint, (this.#inFlight.get(endpoint) ?? 0) + 1);
    return () => {
      const left = (this.#inFlight.get(endpoint) ?? 1) - 1;
      if (left === 0) this.#inFlight.delete(endpoint);
      else this.#inFlight.set(endpoint, left);
    };
  }

  /** Takes in a time from the start of an attempt to its first content: 400 ms after a mean of 200 gives 240. Only streams show it. */
  observeFirstToken(endpoint: string, ms: number, now: number): void {
    this.#takeInLatency(endpoint, ms);
    takeInQuantiles(this.#latencyQuantiles, endpoint, ms, now);
  }

  /** Takes in a time after which there was no content yet; it says nothing when the mean is longer. */
  observeAtLeast(endpoint: string, ms: number): void {
    if (ms > (this.#firstTokenMs.get(endpoint) ?? 0)) this.#takeInLatency(endpoint, ms);
  }

  #takeInLatency(endpoint: string, ms: number): void {
    takeIn(this.#firstTokenMs, endpoint, ms);
    this.#latencyFigures = undefined;
  }

  /** Takes in how fast a stream came after its first token. */
  observeSpeed(endpoint: string, tokensPerSecond: number, now: number): void {
    takeIn(this.#tokensPerSecond, endpoint, tokensPerSecond);
    takeInQuantiles(this.#speedQuantiles, endpoint, tokensPerSecond, now);
  }

  /** What is known of one endpoint, for people. */
  of(endpoint: string, now: number): EndpointFigures {
    const latencyMs = this.#firstTokenMs.get(endpoint);
    const tokensPerSecond = this.#tokensPerSecond.get(endpoint);
    const latencyQuantiles = this.#latencyQuantiles.get(endpoint)?.quantiles(now);
    const speedQuantiles = this.#speedQuantiles.get(endpoint)?.quantiles(now);
    return {
      inFlight: this.#inFlight.get(endpoint) ?? 0,
      errorRate: this.#errorRate.get(endpoint) ?? 0,
      ...(latencyMs === undefined ? {} : { latencyMs }),
      ...(tokensPerSecond === undefined ? {} : { tokensPerSecond }),
      ...(latencyQuantiles === undefined ? {} : { latencyQuantiles }),
      ...(speedQuantiles === undefined ? {} : { speedQuantiles }),
    };
  }

  /** Takes in how a call ended, as far as the endpoint is to blame; the first failure of an endpoint gives 0.2. */
  observeEnd(endpoint: string, hasFailed: boolean): void {
    const mean = this.#errorRate.get(endpoint) ?? 0;
    if (mean === 0 && !hasFailed) return;
    const next = NEW_SHARE * Number(hasFailed) + (1 - NEW_SHARE) * mean;
    if (next < 0.001) this.#errorRate.delete(endpoint);
    else this.#errorRate.set(endpoint, next);
  }

  /** Mean time to the first token, whole milliseconds, of those endpoints that were seen. Undefined when none was. */
  latencyMs(endpoints: ReadonlySet<string>): Figures | undefined {
    if (this.#latencyFigures?.endpoints !== endpoints) {
      this.#latencyFigures = { endpoints, figures: figuresOf(this.#firstTokenMs, endpoints, Math.round) };
    }
    return this.#latencyFigures.figures;
  }

  /** Mean speed of streams, tokens a second, of one endpoint; undefined until one was seen. */
  tokensPerSecond(endpoint: string): number | undefined {
    return this.#tokensPerSecond.get(endpoint);
  }

  /** Calls under way, of those endpoints that have any. Undefined when none has. */
  inFlight(endpoints: ReadonlySet<string>): Figures | undefined {
    return figuresOf(this.#inFlight, endpoints, (count) => count);
  }

  /** Mean share of failed calls, to three decimals, of those endpoints that had any. Undefined when none had. */
  errorRate(endpoints: ReadonlySet<string>): Figures | undefined {
    return figuresOf(this.#errorRate, endpoints, (rate) => Math.round(rate * 1_000) / 1_000);
  }
}

function takeInQuantiles(all: Map<string, RecentQuantiles>, endpoint: string, value: number, now: number): void {
  const quantiles = all.get(endpoint) ?? new RecentQuantiles(now);
  all.set(endpoint, quantiles);
  quantiles.accept(value, now);
}

function takeIn(means: Map<string, number>, endpoint: string, value: number): void {
  const mean = means.get(endpoint);
  means.set(endpoint, mean === undefined ? value : NEW_SHARE * value + (1 - NEW_SHARE) * mean);
}

function figuresOf(
  values: ReadonlyMap<string, number>,
  endpoints: ReadonlySet<string>,
  round: (value: number) => number,
): Figures | undefined {
  const figures: Record<string, number> = {};
  let isEmpty = true;
  for (const [endpoint, value] of values) {
    if (!endpoints.has(endpoint)) continue;
    figures[endpoint] = round(value);
    isEmpty = false;
  }
  return isEmpty ? undefined : figures;
}
