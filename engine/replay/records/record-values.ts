import { builtInSources } from "../../conditions/fact-definitions.js";
import type { Facts, FactValue } from "../../evaluate/facts.js";
import { factsOfSources } from "../../evaluate/given-value.js";
import { Draw } from "../../rank/draw.js";
import { HashedText } from "../../rank/stable-hash.js";
import type { World } from "../../rank/world.js";
import type { RecordedChoice } from "../replay-decision.js";
import { Figures, MOST_ENDPOINTS } from "./figures.js";
import type { Decode } from "./log-lines.js";
import type { ValueTable } from "./value-table.js";

/** Facts of different names. */
const MOST_FACTS = 256;
/** Names of entries of the world that are not figures, seed or prefix. */
const MOST_WORLD_NAMES = 256;

/** How the value of a fact stands in the record. */
export const ABSENT = 0;
/** It is a value of the reader's table. */
export const KNOWN = 1;
export const NUMBER = 2;
/** A text that is another one in most requests; it is not kept. */
export const TEXT = 3;

const none: readonly string[] = [];

/** What replay needs of the record that was read last. Facts, endpoints and entries of the world have numbers. */
export class RecordValues implements RecordedChoice {
  rule: string | undefined;
  revision = "";
  chosen: string | undefined;
  fallbacks: readonly string[] = none;
  /** By the numbers of facts: how each stands in the record, its number, its place in the table. */
  readonly kinds = new Uint8Array(MOST_FACTS);
  readonly numbers = new Float64Array(MOST_FACTS);
  readonly known = new Int32Array(MOST_FACTS);
  /** Where texts stand that are not kept. */
  readonly textStarts = new Int32Array(MOST_FACTS);
  readonly textEnds = new Int32Array(MOST_FACTS);
  private readonly endpoints: string[] = [];
  readonly latency = new Figures(this.endpoints);
  readonly inFlight = new Figures(this.endpoints);
  readonly errorRate = new Figures(this.endpoints);
  /** Where seed and prefix stand; −1: there is none. */
  seedStart = -1;
  seedEnd = -1;
  prefixStart = -1;
  prefixEnd = -1;
  /** All else of the world: by the numbers of the entries, their places in the table; −1: absent. */
  readonly worldValues = new Int32Array(MOST_WORLD_NAMES).fill(-1);

  /** Built-in facts, then others. */
  private readonly factNames: string[] = [...builtInSources];
  private readonly factNumbers = new Map(builtInSources.map((name, number) => [name, number]));
  private readonly endpointNumbers = new Map<string, number>();
  private readonly worldNames: string[] = [];
  private bytes: Uint8Array = new Uint8Array();

  constructor(
    private readonly decode: Decode,
    private readonly table: ValueTable,
  ) {}

  /** Takes up another piece of the log. */
  open(bytes: Uint8Array): void {
    this.bytes = bytes;
  }

  /** As before the first record. */
  clear(): void {
    this.kinds.fill(ABSENT);
    this.rule = undefined;
    this.chosen = undefined;
    this.fallbacks = none;
    this.latency.clear();
    this.inFlight.clear();
    this.errorRate.clear();
    this.seedStart = -1;
    this.prefixStart = -1;
    this.worldValues.fill(-1);
  }

  noFallbacks(): void {
    this.fallbacks = none;
  }

  /** The number of a fact; one that no record had so far gets one. −1 when there are too many. */
  numberOfFact(fact: string): number {
    return numberIn(this.factNumbers, this.factNames, fact, MOST_FACTS);
  }

  /** The number of an endpoint in figures; −1 when there are too many. */
  numberOfEndpoint(endpoint: string): number {
    return numberIn(this.endpointNumbers, this.endpoints, endpoint, MOST_ENDPOINTS);
  }

  /** The number of an entry of the world; −1 when there are too many. */
  numberOfWorldEntry(name: string): number {
    const known = this.worldNames.indexOf(name);
    if (known !== -1) return known;
    return this.worldNames.length === MOST_WORLD_NAMES ? -1 : this.worldNames.push(name) - 1;
  }

  /** The value of a fact. */
  factAt(number: number): FactValue | undefined {
    switch (this.kinds[number]) {
      case KNOWN:
        return this.table.values[this.known[number] as number] as FactValue;
      case NUMBER:
        return this.numbers[number] as number;
      case TEXT:
        return this.decode(this.bytes, this.textStarts[number] as number, this.textEnds[number] as number);
      default:
        return undefined;
    }
  }

  /** All facts of the record. */
  facts(): Facts {
    const values = this.factNames.map((_, number) => this.factAt(number));
    const facts = factsOfSources(values) as Record<string, FactValue | undefined>;
    for (let number = builtInSources.length; number < values.length; number++) {
      facts[this.factNames[number] as string] = values[number];
    }
    return facts as Facts;
  }

  /** The latency of an endpoint that the world holds, milliseconds. */
  latencyOf(endpoint: string): number | undefined {
    const figure = this.latency.at(this.numberOfEndpoint(endpoint));
    return Number.isNaN(figure) ? undefined : figure;
  }

  /** What the world says beside figures, seed and prefix. */
  fixedWorld(): World {
    const world: Record<string, unknown> = {};
    for (const [number, name] of this.worldNames.entries()) {
      const value = this.worldValues[number] as number;
      if (value !== -1) world[name] = this.table.values[value];
    }
    return world as World;
  }

  seed(): string | undefined {
    return this.seedStart === -1 ? undefined : this.decode(this.bytes, this.seedStart, this.seedEnd);
  }

  prefix(): string | undefined {
    return this.prefixStart === -1 ? undefined : this.decode(this.bytes, this.prefixStart, this.prefixEnd);
  }

  /** Draws from the world's seed; undefined without one. */
  seedDraw(): Draw | undefined {
    return this.drawOf(this.seedStart, this.seedEnd);
  }

  prefixDraw(): Draw | undefined {
    return this.drawOf(this.prefixStart, this.prefixEnd);
  }

  /** Draws from a fact; undefined when it is no text. */
  textDraw(fact: number): Draw | undefined {
    if (this.kinds[fact] === TEXT) return this.drawOf(this.textStarts[fact] as number, this.textEnds[fact] as number);
    const value = this.factAt(fact);
    return typeof value === "string" ? new Draw(value) : undefined;
  }

  /** Draws from the text that stands there. Nearly always ASCII, which is not made a string. */
  private drawOf(start: number, end: number): Draw | undefined {
    if (start === -1) return undefined;
    const hashed = new HashedText();
    return new Draw(hashed.addAscii(this.bytes, start, end) ? hashed : this.decode(this.bytes, start, end));
  }

  get world(): World {
    const [latency, inFlight, errorRate] = [this.latency.all(), this.inFlight.all(), this.errorRate.all()];
    const [seed, prefix] = [this.seed(), this.prefix()];
    return {
      ...this.fixedWorld(),
      ...(latency === undefined ? {} : { latency_ms: latency }),
      ...(inFlight === undefined ? {} : { in_flight: inFlight }),
      ...(errorRate === undefined ? {} : { error_rate: errorRate }),
      ...(seed === undefined ? {} : { seed }),
      ...(prefix === undefined ? {} : { prefix }),
    };
  }

  /** The entries of the world that are not figures, seed or prefix, as one text: each its number and that of its value. */
  fixedWorldKey(): string {
    let key = "";
    for (let number = 0; number < this.worldNames.length; number++) key += `${this.worldValues[number]} `;
    return key;
  }
}

function numberIn(numbers: Map<string, number>, names: string[], name: string, most: number): number {
  const known = numbers.get(name);
  if (known !== undefined) return known;
  if (names.length === most) return -1;
  numbers.set(name, names.length);
  return names.push(name) - 1;
}
