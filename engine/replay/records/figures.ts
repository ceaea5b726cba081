/** Endpoints of different names, in one log. */
export const MOST_ENDPOINTS = 4096;

/** Figures of endpoints that one record holds: latencies, say. */
export class Figures {
  /** By the numbers of endpoints; NaN, which JSON has not, where the record has none. */
  readonly values = new Float64Array(MOST_ENDPOINTS).fill(Number.NaN);

  /** @param names of endpoints by their numbers; it grows as endpoints are met. */
  constructor(private readonly names: readonly string[]) {}

  /** Takes all away. */
  clear(): void {
    this.values.fill(Number.NaN, 0, this.names.length);
  }

  remove(endpoint: number): void {
    this.values[endpoint] = Number.NaN;
  }

  /** The figure of an endpoint; NaN when the record has none, or for the endpoint −1. */
  at(endpoint: number): number {
    return endpoint === -1 ? Number.NaN : (this.values[endpoint] as number);
  }

  /** The figure of an endpoint when it is a finite number, else another. */
  measuredAt(endpoint: number, otherwise: number): number {
    const figure = this.at(endpoint);
    return Number.isFinite(figure) ? figure : otherwise;
  }

  /** All of them by name; undefined when the record has none. */
  all(): Readonly<Record<string, number>> | undefined {
    const all: Record<string, number> = {};
    let isThere = false;
    for (const [endpoint, name] of this.names.entries()) {
      const figure = this.values[endpoint] as number;
      if (Number.isNaN(figure)) continue;
      all[name] = figure;
      isThere = true;
    }
    return isThere ? all : undefined;
  }
}
