/**
 * What is known about one request, keyed by the names of docs/facts.md. A fact that is not known is left out (or
 * undefined), never null, empty or zero: absent is *unknown* to conditions.
 *
 * Sets are arrays of normalised tags; `time` is milliseconds since 1970-01-01T00:00:00Z; `budget_usd` is in USD and
 * compared after rounding to whole nano-dollars; `context_tokens` and `max_output_tokens` are tokens;
 * `max_latency_ms` is milliseconds; `spend_ratio` is 0 (nothing spent) to 1 (the budget is gone).
 */
export interface Facts {
  readonly tags?: readonly string[] | undefined;
  readonly key_tags?: readonly string[] | undefined;
  readonly model?: string | undefined;
  readonly context_tokens?: number | undefined;
  readonly max_output_tokens?: number | undefined;
  readonly budget_usd?: number | undefined;
  readonly max_latency_ms?: number | undefined;
  readonly priority?: string | undefined;
  readonly session?: string | undefined;
  readonly region?: string | undefined;
  readonly tenant?: string | undefined;
  readonly app?: string | undefined;
  readonly user?: string | undefined;
  readonly key?: string | undefined;
  readonly stream?: boolean | undefined;
  readonly uses_tools?: boolean | undefined;
  readonly uses_vision?: boolean | undefined;
  readonly uses_json_schema?: boolean | undefined;
  readonly spend_ratio?: number | undefined;
  readonly time?: number | undefined;
  readonly [attribute: `attributes.${string}`]: FactValue | undefined;
}

export type FactValue = string | number | boolean | readonly string[];

/** Reads a fact by its name; undefined when it is absent. */
export function readFact(facts: Facts, name: string): FactValue | undefined {
  return (facts as Readonly<Record<string, FactValue | undefined>>)[name];
}
