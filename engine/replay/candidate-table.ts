import type { Endpoint, Route } from "../policy/policy-set.js";
import { withoutSpans } from "../policy/without-spans.js";
import type { CatalogEntry } from "../rank/catalog-index.js";
import { assumedOutput } from "../rank/expected-cost.js";
import { unitsOf } from "../rank/stable-hash.js";
import { comparedPrice, weightOf } from "../rank/strategies.js";
import { alikeEndpoint } from "./alike-endpoint.js";

/** Numbers of a candidate in {@link CandidateTable.figures}, one behind the other. */
export const COLUMNS = 8;
/** Tokens of its window, and of its longest answer; Infinity: it has no limit of its own. */
export const CONTEXT_WINDOW = 0;
export const MAX_OUTPUT = 1;
/** Pico-dollars a token; NaN: it has no price, or one that depends on the prompt's size. */
export const INPUT_PRICE = 2;
export const OUTPUT_PRICE = 3;
/** Tokens of an answer whose length nobody limits. */
export const ASSUMED_OUTPUT = 4;
/** 1 − quality; NaN: it is unknown. */
export const LACK = 5;
/** What `balanced` and `weighted` go by; NaN: it has none. */
export const COMPARED_PRICE = 6;
export const WEIGHT = 7;

/**
 * The candidates of routes with all that ranking by figures looks at, each once: those of all policies that are compared. In rows of
 * numbers, as long as what a processor fetches at once.
 */
export class CandidateTable {
  readonly endpoints: Endpoint[] = [];
  readonly ids: string[] = [];
  /** The numbers of the endpoints in the figures of records; −1: there are none of it. */
  readonly endpointNumbers: number[] = [];
  /** The units of the names that are drawn: its own, and that which has the weight. */
  readonly unitsOfId: Uint16Array[] = [];
  readonly unitsOfWeighted: Uint16Array[] = [];
  figures = new Float64Array(COLUMNS * 64);
  private readonly numbers = new Map<string, number>();

  /**
   * The number of a catalog's entry as a candidate of a route.
   * @param endpointNumber its number in the figures of records.
   */
  of({ endpoint, model }: CatalogEntry, { weights }: Route, endpointNumber: number): number {
    const weighted = weightOf(weights, endpoint);
    const key = JSON.stringify([endpoint, model.quality, weighted], withoutSpans);
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const number = this.ids.length;
    this.numbers.set(key, number);
    this.endpoints.push(alikeEndpoint(endpoint));
    this.ids.push(endpoint.id);
    this.endpointNumbers.push(endpointNumber);
    this.unitsOfId.push(unitsOf(endpoint.id));
    this.unitsOfWeighted.push(unitsOf(weighted?.candidate ?? ""));
    const { contextWindow, maxOutputTokens = Number.POSITIVE_INFINITY, price } = endpoint;
    const flat = price?.above === undefined ? price : undefined;
    this.add(number * COLUMNS, {
      [CONTEXT_WINDOW]: contextWindow,
      [MAX_OUTPUT]: maxOutputTokens,
      [INPUT_PRICE]: flat?.input,
      [OUTPUT_PRICE]: flat?.output,
      [ASSUMED_OUTPUT]: assumedOutput(endpoint),
      [LACK]: model.quality === undefined ? undefined : 1 - model.quality,
      [COMPARED_PRICE]: comparedPrice(endpoint),
      [WEIGHT]: weighted?.weight,
    });
    return number;
  }

  private add(row: number, figures: Readonly<Record<number, number | undefined>>): void {
    if (row === this.figures.length) {
      const larger = new Float64Array(2 * row);
      larger.set(this.figures);
      this.figures = larger;
    }
    for (let column = 0; column < COLUMNS; column++) this.figures[row + column] = figures[column] ?? Number.NaN;
  }
}
