import type { KnownText } from "./known-texts.js";
import { unusual } from "./line-cursor.js";
import {
  ERROR_RATE,
  FACT_NUMBER,
  FACT_TEXT,
  FACT_VALUE,
  type Gap,
  IN_FLIGHT,
  LATENCY,
  PASSED_NUMBER,
  PASSED_TEXT,
  type Role,
  WORLD_VALUE,
} from "./record-layout.js";
import type { RecordValues } from "./record-values.js";
import type { ValueTable } from "./value-table.js";

/** Alternatives that are looked for behind one place. */
const MOST_ALTERNATIVES = 64;

/** Set where the value before is an attribute's default. */
export const AFTER_DEFAULT = 1 << 30;

/** The places for one value: as a number, as a text, as anything else. */
export interface Slot {
  /** How many values the line that was read last has in it. */
  values: number;
}
/** Bytes in a row: `least`, and so many more; behind 255 stands 0. */
export interface Bytes {
  readonly least: number;
  readonly more: number;
}
/** Numbers begin with `-` or a digit; what lies between those begins no value. */
const ofNumbers: Bytes = { least: 45, more: 12 };
const ofOthers: Bytes = { least: 58, more: 242 };
const ofTexts: Bytes = { least: 0, more: 255 };

/** A place in records at which a value stands. */
export interface Place {
  readonly slot: Slot;
  readonly role: Role;
  /** The number of the fact, endpoint or entry of the world whose value it is. */
  readonly of: number;
  /** What the value can begin with. */
  readonly first: Bytes;
  /** Where a number is put, at {@link of}; undefined for all else. */
  readonly numbers: Float64Array | undefined;
  /** What stood between such a value and the next one, what was met lately first. */
  readonly links: Link[];
}
/** What stands between two values. */
export interface Link {
  readonly text: KnownText;
  readonly next: Place;
  /** Bits of the entries that are opened in it, see {@link Gap}, and {@link AFTER_DEFAULT}. */
  readonly opened: number;
  readonly revision: string | undefined;
}

/** The places of values in the records that were met, and what stands between them. */
export class RecordPlaces {
  /** Before the first value of a line. */
  readonly start: Place = {
    ...{ slot: { values: 0 }, role: PASSED_TEXT, of: 0 },
    ...{ first: ofTexts, numbers: undefined, links: [] },
  };
  private readonly places = new Map<string, Place>();
  private readonly slots = new Map<string, Slot>();
  /** For a number that nobody asks for. */
  private readonly passed = new Float64Array(1);

  constructor(
    private readonly values: RecordValues,
    private readonly table: ValueTable,
  ) {}

  /**
   * Takes up the layout of the line that begins at `start`.
   * @returns false when no more can be kept.
   */
  learn(gaps: readonly Gap[], start: number): boolean {
    const { texts } = this.table;
    let from = start;
    let place = this.start;
    for (const gap of gaps) {
      const { revision } = gap;
      const opened = gap.opened | (gap.isAfterDefault ? AFTER_DEFAULT : 0);
      const next = this.placeOf(gap);
      const { links } = place;
      const isKnown = links.some(
        ({ text, next: then }) => then === next && text.length === gap.start - from && texts.isAt(text, from),
      );
      if (!isKnown) {
        const text = texts.keep(from, gap.start);
        if (text === undefined) return false;
        if (links.length === MOST_ALTERNATIVES) links.pop();
        links.push({ text, next, opened, revision });
      }
      place = next;
      from = gap.end;
    }
    return true;
  }

  clear(): void {
    this.start.links.length = 0;
    this.places.clear();
    this.slots.clear();
  }

  private placeOf({ role, name, path }: Gap): Place {
    const key = `${role} ${path}`;
    const known = this.places.get(key);
    if (known !== undefined) return known;
    const of = this.numberOf(role, name);
    if (of === -1) throw unusual;
    const numbers = this.numbersOf(role);
    const first = numbers !== undefined ? ofNumbers : role === FACT_VALUE ? ofOthers : ofTexts;
    const slot = this.slots.get(path) ?? { values: 0 };
    this.slots.set(path, slot);
    const place: Place = { slot, role, of, first, numbers, links: [] };
    this.places.set(key, place);
    return place;
  }

  private numbersOf(role: Role): Float64Array | undefined {
    const { numbers, latency, inFlight, errorRate } = this.values;
    switch (role) {
      case PASSED_NUMBER:
        return this.passed;
      case FACT_NUMBER:
        return numbers;
      case LATENCY:
        return latency.values;
      case IN_FLIGHT:
        return inFlight.values;
      case ERROR_RATE:
        return errorRate.values;
      default:
        return undefined;
    }
  }

  private numberOf(role: Role, name: string): number {
    switch (role) {
      case FACT_NUMBER:
      case FACT_VALUE:
      case FACT_TEXT:
        return this.values.numberOfFact(name);
      case LATENCY:
      case IN_FLIGHT:
      case ERROR_RATE:
        return this.values.numberOfEndpoint(name);
      case WORLD_VALUE:
        return this.values.numberOfWorldEntry(name);
      default:
        return 0;
    }
  }
}
