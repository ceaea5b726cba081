import type { Facts, FactValue } from "../evaluate/facts.js";
import { builtInSources, factsOfSources } from "../evaluate/given-value.js";
import type { World } from "../rank/world.js";
import { Figures, MOST_ENDPOINTS } from "./figures.js";
import { type KnownText, SHORTEST } from "./known-texts.js";
import { beginsNumber, LINE_END, LineCursor, QUOTE, unusual } from "./line-cursor.js";
import {
  ALL_NEEDED,
  CHOSEN,
  END,
  ERROR_RATE,
  FACT_NUMBER,
  FACT_TEXT,
  FACT_VALUE,
  FALLBACKS,
  type Gap,
  IN_FLIGHT,
  LATENCY,
  PASSED_NUMBER,
  PASSED_TEXT,
  PREFIX,
  RecordLayout,
  type Role,
  RULE,
  SEED,
  WORLD_VALUE,
} from "./record-layout.js";
import { isWorld, type RecordedChoice } from "./replay-decision.js";
import { ValueTable } from "./value-table.js";

/** Alternatives that are looked for at one place. */
const MOST_ALTERNATIVES = 64;
/** Facts of different names. */
const MOST_FACTS = 256;

/** Worlds that differ in more than figures, seed and prefix. */
const MOST_WORLDS = 1 << 14;

/** How the value of a fact stands in the record. */
export const ABSENT = 0;
/** It is a value of the reader's table. */
export const KNOWN = 1;
export const NUMBER = 2;
/** A text that is another one in most requests; it is not kept. */
export const TEXT = 3;

const none: readonly string[] = [];
const numberRoles: ReadonlySet<Role> = new Set([PASSED_NUMBER, FACT_NUMBER, LATENCY, IN_FLIGHT, ERROR_RATE]);

/** A place in a line at which a value stands. */
interface Place {
  readonly role: Role;
  readonly name: string;
  /** Of a fact or an endpoint. */
  readonly number: number;
  /** Whether the value is a number, never one, or, undefined, a part of a text. */
  readonly isNumber: boolean | undefined;
  /** What stood between such a value and the next one. */
  readonly links: Link[];
}
/** What stands between two values. */
interface Link {
  readonly text: KnownText;
  readonly next: Place;
  readonly opened: number;
  readonly revision: string | undefined;
  readonly isAfterDefault: boolean;
}

/**
 * Reads what replay needs of a record straight from its bytes, several times as fast as parsing it. What stands between its
 * values (names, sources, all of its form) was mostly met in records before and is compared with those, eight bytes at a time; a
 * line with something new between two values is looked at closely first ({@link RecordLayout}). So what is read here is
 * a record to its last byte. Reads what the server and `--export` write; of any other line it says that it has not read it.
 *
 * What it holds of the record is read from its fields and from {@link facts} and {@link world}, until the next one is read.
 */
export class RecordReader extends LineCursor implements RecordedChoice {
  rule: string | undefined;
  revision = "";
  chosen: string | undefined;
  fallbacks: readonly string[] = none;
  /** By the places of facts, {@link placeOf}: how each stands in the record, its number, its place in {@link values}. */
  readonly kinds = new Uint8Array(MOST_FACTS);
  readonly numbers = new Float64Array(MOST_FACTS);
  readonly known = new Int32Array(MOST_FACTS);
  private readonly endpoints: string[] = [];
  private readonly endpointPlaces = new Map<string, number>();
  readonly latency = new Figures(this.endpoints);
  readonly inFlight = new Figures(this.endpoints);
  readonly errorRate = new Figures(this.endpoints);
  /** Tells apart the entries of worlds that are not figures, seed or prefix. */
  fixedWorldNumber = 0;
  /** Counts how often {@link values} was emptied, since all it could hold had been met. */
  generation = 0;
  private readonly table = new ValueTable();
  /** The facts' names by their places: built-in ones, then others. */
  private readonly names: string[] = [...builtInSources];
  private readonly places = new Map(builtInSources.map((name, place) => [name, place]));
  private readonly texts = new Map<string, string>();
  private readonly start: Place = { role: PASSED_TEXT, name: "", number: 0, isNumber: undefined, links: [] };
  private placesInLine = new Map<string, Place>();
  /** Where the texts of this record stand that are not kept, by the places of facts. */
  private readonly textStarts = new Int32Array(MOST_FACTS);
  private readonly textEnds = new Int32Array(MOST_FACTS);
  private seedStart = -1;
  private seedEnd = -1;
  private prefixStart = -1;
  private prefixEnd = -1;
  private fixedNames: string[] = [];
  private fixedValues: number[] = [];
  private fixedWorlds = new Map<string, number>();

  /** Takes up another piece of the log. */
  open(bytes: Uint8Array<ArrayBuffer>): void {
    this.bytes = bytes;
    this.table.open(bytes);
  }

  /**
   * Reads the line that begins at `start`.
   * @returns where it ends; −1 when it must be read the plain way.
   */
  read(start: number): number {
    try {
      if (this.walk(start)) return this.at;
      this.learn(new RecordLayout(this.decode).read(this.bytes, start), start);
      return this.walk(start) ? this.at : -1;
    } catch (error) {
      if (error === unusual || error instanceof SyntaxError) return -1;
      throw error;
    }
  }

  /** The place of a fact; one that no record had so far gets one. −1 when there are too many. */
  placeOf(fact: string): number {
    const known = this.places.get(fact);
    if (known !== undefined) return known;
    const place = this.names.length;
    if (place === MOST_FACTS) return -1;
    this.names.push(fact);
    this.places.set(fact, place);
    return place;
  }

  /** The place of an endpoint in figures; −1 when there are too many. */
  placeOfEndpoint(endpoint: string): number {
    const known = this.endpointPlaces.get(endpoint);
    if (known !== undefined) return known;
    if (this.endpoints.length === MOST_ENDPOINTS) return -1;
    this.endpointPlaces.set(endpoint, this.endpoints.length);
    return this.endpoints.push(endpoint) - 1;
  }

  /** The value of a fact. */
  factAt(place: number): FactValue | undefined {
    switch (this.kinds[place]) {
      case KNOWN:
        return this.table.values[this.known[place] as number] as FactValue;
      case NUMBER:
        return this.numbers[place] as number;
      case TEXT:
        return this.decode(this.bytes, this.textStarts[place] as number, this.textEnds[place] as number);
      default:
        return undefined;
    }
  }

  /** A value that facts have had, by its number. */
  keptValue(number: number): unknown {
    return this.table.values[number];
  }

  /** One string for each text, so that comparing two mostly compares where they are. */
  sameText(text: string): string {
    const known = this.texts.get(text);
    if (known !== undefined) return known;
    this.texts.set(text, text);
    return text;
  }

  /** All facts of the record. */
  facts(): Facts {
    const values = this.names.map((_, place) => this.factAt(place));
    const facts = factsOfSources(values) as Record<string, FactValue | undefined>;
    for (let place = builtInSources.length; place < values.length; place++) {
      facts[this.names[place] as string] = values[place];
    }
    return facts as Facts;
  }

  /** What the world says beside figures, seed and prefix. */
  fixedWorld(): World {
    return Object.fromEntries(
      this.fixedNames.map((name, index) => [name, this.keptValue(this.fixedValues[index] as number)]),
    );
  }

  seed(): string | undefined {
    return this.seedStart === -1 ? undefined : this.decode(this.bytes, this.seedStart, this.seedEnd);
  }

  prefix(): string | undefined {
    return this.prefixStart === -1 ? undefined : this.decode(this.bytes, this.prefixStart, this.prefixEnd);
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

  /** Reads a line as far as all that stands between its values is known. @returns whether it is read to its end. */
  private walk(start: number): boolean {
    const { kinds } = this;
    const facts = this.names.length;
    for (let place = 0; place < facts; place++) kinds[place] = ABSENT;
    this.rule = undefined;
    this.chosen = undefined;
    this.fallbacks = none;
    this.seedStart = -1;
    this.prefixStart = -1;
    this.fixedWorldNumber = 0;
    if (this.fixedNames.length > 0) this.clearFixedWorld();
    this.latency.clear();
    this.inFlight.clear();
    this.errorRate.clear();
    this.at = start;
    let seen = 0;
    let place = this.start;
    for (;;) {
      const { links } = place;
      let turn = 0;
      while (turn < links.length && !this.isAtLink(links[turn] as Link)) turn++;
      if (turn === links.length) return false;
      const link = links[turn] as Link;
      if (turn > 0) moveForward(links, turn);
      if (link.opened !== 0) {
        if ((seen & link.opened) !== 0) return false;
        seen |= link.opened;
        if (link.revision !== undefined) this.revision = link.revision;
      }
      if (link.isAfterDefault) kinds[place.number] = ABSENT;
      this.at += link.text.length;
      place = link.next;
      if (place.role === END) return this.isAtEnd() && (seen & ALL_NEEDED) === ALL_NEEDED;
      this.value(place);
    }
  }

  /** What stands before a number may stand before another value, too. */
  private isAtLink({ text, next }: Link): boolean {
    if (!this.table.texts.isAt(text, this.at)) return false;
    if (next.isNumber === undefined) return true;
    return beginsNumber(this.bytes[this.at + text.length] as number) === next.isNumber;
  }

  private isAtEnd(): boolean {
    if (this.fixedNames.length > 0) this.numberFixedWorld();
    return this.at === this.bytes.length || this.bytes[this.at] === LINE_END;
  }

  /** Reads the value at a place. */
  private value({ role, name, number }: Place): void {
    switch (role) {
      case PASSED_NUMBER:
        this.passNumber();
        return;
      case PASSED_TEXT:
        this.passText();
        this.at--;
        return;
      case FACT_NUMBER:
        this.numbers[number] = this.number();
        this.kinds[number] = NUMBER;
        return;
      case FACT_VALUE: {
        const known = this.knownValue();
        if (!this.table.isFact(known)) throw unusual;
        this.known[number] = known;
        this.kinds[number] = KNOWN;
        return;
      }
      case FACT_TEXT:
        this.textStarts[number] = this.at;
        this.textEnds[number] = this.plainTextEnd();
        this.kinds[number] = TEXT;
        return;
      case LATENCY:
        this.latency.set(number, this.number());
        return;
      case IN_FLIGHT:
        this.inFlight.set(number, this.number());
        return;
      case ERROR_RATE:
        this.errorRate.set(number, this.number());
        return;
      case RULE:
        this.rule = this.textValue();
        return;
      case CHOSEN:
        this.chosen = this.textValue();
        return;
      case FALLBACKS:
        this.readFallbacks();
        return;
      case SEED:
        this.seedStart = this.at;
        this.seedEnd = this.plainTextEnd();
        return;
      case PREFIX:
        this.prefixStart = this.at;
        this.prefixEnd = this.plainTextEnd();
        return;
      case WORLD_VALUE:
        this.fixedNames.push(name);
        this.fixedValues.push(this.knownValue());
        return;
      case END:
        return;
    }
  }

  /** Passes over a text without escapes whose first quote is behind, to its last one. @returns where that stands. */
  private plainTextEnd(): number {
    this.passPlainText();
    return --this.at;
  }

  private readFallbacks(): void {
    const known = this.knownValue();
    const list = this.table.values[known];
    // A list that can be a fact's value is one of texts.
    if (!Array.isArray(list) || !this.table.isFact(known)) throw unusual;
    this.fallbacks = list as readonly string[];
  }

  private clearFixedWorld(): void {
    this.fixedNames.length = 0;
    this.fixedValues.length = 0;
  }

  private numberFixedWorld(): void {
    const key = `${this.fixedNames.join()} ${this.fixedValues.join()}`;
    const known = this.fixedWorlds.get(key);
    if (known !== undefined) {
      this.fixedWorldNumber = known;
      return;
    }
    if (!isWorld(this.fixedWorld() as Readonly<Record<string, unknown>>)) throw unusual;
    if (this.fixedWorlds.size === MOST_WORLDS) this.forgetAll();
    this.fixedWorldNumber = this.fixedWorlds.size + 1;
    this.fixedWorlds.set(key, this.fixedWorldNumber);
  }

  /** A text that was met before, or is from now on. */
  private textValue(): string {
    if (this.bytes[this.at] !== QUOTE) throw unusual;
    return this.table.values[this.knownValue()] as string;
  }

  /** The number of the value that stands here: a text, a list, a map, a word or a number. Kept with the three bytes before it. */
  private knownValue(): number {
    const start = this.at;
    this.passAny();
    const known = this.table.find(start - 3, this.at);
    return known === -1 ? this.learnValue(start) : known;
  }

  private same(value: unknown): unknown {
    return typeof value === "string" ? this.sameText(value) : value;
  }

  private learnValue(start: number): number {
    const value = JSON.parse(this.decode(this.bytes, start, this.at)) as unknown;
    const kept = Array.isArray(value) ? value.map((item) => this.same(item)) : this.same(value);
    const number = this.table.keep(start - 3, this.at, kept);
    return number === -1 ? this.forgetAll() : number;
  }

  /** Takes up the layout of a line. */
  private learn(gaps: readonly Gap[], start: number): void {
    let from = start;
    let place = this.start;
    for (const gap of gaps) {
      const { opened, revision, isAfterDefault } = gap;
      const next = this.placeInLine(gap);
      const { links } = place;
      const isKnown = links.some(
        (link) => link.next === next && link.text.length === gap.start - from && this.table.texts.isAt(link.text, from),
      );
      if (!isKnown) {
        if (links.length === MOST_ALTERNATIVES) links.pop();
        links.push({ text: this.keep(from, gap.start), next, opened, revision, isAfterDefault });
      }
      place = next;
      from = gap.end;
    }
  }

  private placeInLine({ role, name, path }: Gap): Place {
    const key = `${role} ${path}`;
    const known = this.placesInLine.get(key);
    if (known !== undefined) return known;
    const number =
      role === FACT_NUMBER || role === FACT_VALUE || role === FACT_TEXT
        ? this.placeOf(name)
        : role === LATENCY || role === IN_FLIGHT || role === ERROR_RATE
          ? this.placeOfEndpoint(name)
          : 0;
    if (number === -1) throw unusual;
    const isNumber = numberRoles.has(role) ? true : role === FACT_VALUE ? false : undefined;
    const place: Place = { role, name: this.sameText(name), number, isNumber, links: [] };
    this.placesInLine.set(key, place);
    return place;
  }

  private keep(start: number, end: number): KnownText {
    if (end - start < SHORTEST) throw unusual;
    return this.table.texts.keep(start, end) ?? this.forgetAll();
  }

  /** No more can be kept: everything is learnt anew. */
  private forgetAll(): never {
    this.table.clear();
    this.texts.clear();
    this.fixedWorlds.clear();
    this.start.links.length = 0;
    this.placesInLine.clear();
    this.generation++;
    throw unusual;
  }
}

/** What was met lately is looked for first. */
function moveForward<Item>(items: Item[], at: number): void {
  if (at === 0) return;
  const item = items[at] as Item;
  items[at] = items[at - 1] as Item;
  items[at - 1] = item;
}
