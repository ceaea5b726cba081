/** Share of a new observation in the mean: the last ten or so decide. */
const NEW_SHARE = 0.2;

/** What the server sees of its endpoints: what `world.latency_ms` and `world.in_flight` say. Kept in memory. */
export class EndpointObservations {
  readonly #firstTokenMs = new Map<string, number>();
  readonly #inFlight = new Map<string, number>();

  /** Counts a call as under way; call the returned function once, when it has ended. */
  begin(endpoint: string): () => void {
    this.#inFlight.set(endpoint, (this.#inFlight.get(endpoint) ?? 0) + 1);
    return () => {
      const left = (this.#inFlight.get(endpoint) ?? 1) - 1;
      if (left === 0) this.#inFlight.delete(endpoint);
      else this.#inFlight.set(endpoint, left);
    };
  }

  /**
   * Takes in a time from the start of an attempt to its first content: mean ← 0.2 × new + 0.8 × mean. 400 ms after a
   * mean of 200 gives 240. Only streams show it.
   */
  observeFirstToken(endpoint: string, ms: number): void {
    const mean = this.#firstTokenMs.get(endpoint);
    this.#firstTokenMs.set(endpoint, mean === undefined ? ms : NEW_SHARE * ms + (1 - NEW_SHARE) * mean);
  }

  /** Mean time to the first token, whole milliseconds, of those endpoints that were seen. Undefined when none was. */
  latencyMs(endpoints: ReadonlySet<string>): Readonly<Record<string, number>> | undefined {
    return recordOf(this.#firstTokenMs, endpoints);
  }

  /** Calls under way, of those endpoints that have any. Undefined when none has. */
  inFlight(endpoints: ReadonlySet<string>): Readonly<Record<string, number>> | undefined {
    return recordOf(this.#inFlight, endpoints);
  }
}

function recordOf(
  values: ReadonlyMap<string, number>,
  endpoints: ReadonlySet<string>,
): Readonly<Record<string, number>> | undefined {
  const known = [...values].filter(([endpoint]) => endpoints.has(endpoint));
  return known.length === 0 ? undefined : Object.fromEntries(known.map(([name, value]) => [name, Math.round(value)]));
}
