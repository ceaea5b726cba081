/** Share of a new observation in a mean: the last ten or so decide. */
const NEW_SHARE = 0.2;

type Figures = Readonly<Record<string, number>>;

/**
 * What the server sees of its endpoints: what `world.latency_ms`, `world.in_flight` and `world.error_rate` say. Kept in
 * memory. Means are exponential: mean ← 0.2 × new + 0.8 × mean.
 */
export class EndpointObservations {
  readonly #firstTokenMs = new Map<string, number>();
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
  observeFirstToken(endpoint: string, ms: number): void {
    const mean = this.#firstTokenMs.get(endpoint);
    this.#firstTokenMs.set(endpoint, mean === undefined ? ms : NEW_SHARE * ms + (1 - NEW_SHARE) * mean);
    this.#latencyFigures = undefined;
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

  /** Calls under way, of those endpoints that have any. Undefined when none has. */
  inFlight(endpoints: ReadonlySet<string>): Figures | undefined {
    return figuresOf(this.#inFlight, endpoints, (count) => count);
  }

  /** Mean share of failed calls, to three decimals, of those endpoints that had any. Undefined when none had. */
  errorRate(endpoints: ReadonlySet<string>): Figures | undefined {
    return figuresOf(this.#errorRate, endpoints, (rate) => Math.round(rate * 1_000) / 1_000);
  }
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
