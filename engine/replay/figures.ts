/** Endpoints of different names, in one log. */
export const MOST_ENDPOINTS = 4096;

/** Figures of endpoints that one record holds: latencies, say. */
export class Figures {
  /** Whether the record has any. */
  private isThere = false;
  private readonly values = new Float64Array(MOST_ENDPOINTS);
  private readonly setIn = new Float64Array(MOST_ENDPOINTS);
  private record = 1;

  /** @param names of endpoints by their places; it grows as endpoints are met. */
  constructor(private readonly names: readonly string[]) {}

  /** Takes up a record that has none so far. */
  clear(): void {
    this.isThere = false;
    this.record++;
  }

  set(place: number, value: number): void {
    this.isThere = true;
    this.values[place] = value;
    this.setIn[place] = this.record;
  }

  /** The figure of an endpoint; undefined when the record has none. */
  at(place: number): number | undefined {
    return this.setIn[place] === this.record ? this.values[place] : undefined;
  }

  /** All of them by name; undefined when the record has none. */
  all(): Readonly<Record<string, number>> | undefined {
    if (!this.isThere) return undefined;
    const all: Record<string, number> = {};
    for (const [place, name] of this.names.entries()) {
      const figure = this.at(place);
      if (figure !== undefined) all[name] = figure;
    }
    return all;
  }
}
