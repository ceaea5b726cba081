import { isWorld } from "../replay-decision.js";
import { beginsNumber, LineCursor, QUOTE, unusual } from "./line-cursor.js";
import type { Decode } from "./log-lines.js";
import {
  CHOSEN,
  END,
  ERROR_RATE,
  FACT_NUMBER,
  FACT_TEXT,
  FACT_VALUE,
  FALLBACKS,
  IN_FLIGHT,
  LATENCY,
  PASSED_NUMBER,
  PASSED_TEXT,
  PREFIX,
  RULE,
  SEED,
  WORLD_VALUE,
} from "./record-layout.js";
import type { Place } from "./record-places.js";
import { ABSENT, KNOWN, NUMBER, RecordValues, TEXT } from "./record-values.js";
import { ValueTable } from "./value-table.js";

/** Worlds that differ in more than figures, seed and prefix. */
const MOST_WORLDS = 1 << 14;

/** Reads the values of a record from its bytes, each at its place, and takes them away again. */
export class ValueReader extends LineCursor {
  /** Values that were met, each with its number; what facts and the world hold beside numbers and texts of one request. */
  readonly table = new ValueTable();
  /** What was read last, until the next line is read. */
  readonly record: RecordValues;
  /** Tells apart the entries of worlds that are not figures, seed or prefix. */
  fixedWorldNumber = 0;
  /** Counts how often {@link table} was emptied, since all it could hold had been met. */
  generation = 0;
  /** Whether one of those entries has changed since {@link fixedWorldNumber} was found. */
  private isWorldNew = false;
  private readonly fixedWorlds = new Map<string, number>();
  private readonly texts = new Map<string, string>();

  constructor(decode: Decode) {
    super(decode);
    this.record = new RecordValues(decode, this.table);
  }

  override open(bytes: Uint8Array): void {
    super.open(bytes);
    this.table.open(bytes);
    this.record.open(bytes);
  }

  /** One string for each text, so that comparing two mostly compares where they are. */
  sameText(text: string): string {
    const known = this.texts.get(text);
    if (known !== undefined) return known;
    this.texts.set(text, text);
    return text;
  }

  /** As before the first record. */
  protected clearRecord(): void {
    this.record.clear();
    this.fixedWorldNumber = 0;
    this.isWorldNew = false;
  }

  /**
   * Reads the value at a place, which begins at `start`.
   * @returns where it ends.
   */
  protected readValue({ role, of, numbers }: Place, start: number): number {
    const { record } = this;
    if (numbers !== undefined) {
      const end = this.readNumber(start, numbers, of);
      if (role === FACT_NUMBER) record.kinds[of] = NUMBER;
      return end;
    }
    switch (role) {
      case PASSED_TEXT:
        return this.textEnd(start);
      case FACT_VALUE: {
        const known = this.knownValue(start);
        if (!this.table.isFact(known)) throw unusual;
        record.known[of] = known;
        record.kinds[of] = KNOWN;
        return this.at;
      }
      case FACT_TEXT: {
        const end = this.plainTextEnd(start);
        record.textStarts[of] = start;
        record.textEnds[of] = end;
        record.kinds[of] = TEXT;
        return end;
      }
      case RULE:
        record.rule = this.textValue(start);
        return this.at;
      case CHOSEN:
        record.chosen = this.textValue(start);
        return this.at;
      case FALLBACKS:
        this.readFallbacks(start);
        return this.at;
      case SEED:
        record.seedStart = start;
        record.seedEnd = this.plainTextEnd(start);
        return record.seedEnd;
      case PREFIX:
        record.prefixStart = start;
        record.prefixEnd = this.plainTextEnd(start);
        return record.prefixEnd;
      case WORLD_VALUE:
        record.worldValues[of] = this.knownValue(start);
        this.isWorldNew = true;
        return this.at;
      default:
        return start;
    }
  }

  /** Takes a value away that the record before had, and this one has not. */
  protected removeValue({ role, of, slot }: Place): void {
    const { record } = this;
    slot.values--;
    switch (role) {
      case FACT_NUMBER:
      case FACT_VALUE:
      case FACT_TEXT:
        record.kinds[of] = ABSENT;
        return;
      case LATENCY:
        record.latency.remove(of);
        return;
      case IN_FLIGHT:
        record.inFlight.remove(of);
        return;
      case ERROR_RATE:
        record.errorRate.remove(of);
        return;
      case RULE:
        record.rule = undefined;
        return;
      case CHOSEN:
        record.chosen = undefined;
        return;
      case FALLBACKS:
        record.noFallbacks();
        return;
      case SEED:
        record.seedStart = -1;
        return;
      case PREFIX:
        record.prefixStart = -1;
        return;
      case WORLD_VALUE:
        record.worldValues[of] = -1;
        this.isWorldNew = true;
        return;
      case PASSED_NUMBER:
      case PASSED_TEXT:
      case END:
        return;
    }
  }

  private readFallbacks(start: number): void {
    const known = this.knownValue(start);
    const list = this.table.values[known];
    // A list that can be a fact's value is one of texts.
    if (!Array.isArray(list) || !this.table.isFact(known)) throw unusual;
    this.record.fallbacks = list as readonly string[];
  }

  /** At the end of a record. */
  protected numberFixedWorld(): void {
    if (!this.isWorldNew) return;
    this.isWorldNew = false;
    const key = this.record.fixedWorldKey();
    const known = this.fixedWorlds.get(key);
    if (known !== undefined) {
      this.fixedWorldNumber = known;
      return;
    }
    if (!isWorld(this.record.fixedWorld() as Readonly<Record<string, unknown>>)) throw unusual;
    if (this.fixedWorlds.size === MOST_WORLDS) this.forgetAll();
    this.fixedWorldNumber = this.fixedWorlds.size + 1;
    this.fixedWorlds.set(key, this.fixedWorldNumber);
  }

  /** A text that was met before, or is from now on. */
  private textValue(start: number): string {
    if (this.bytes[start] !== QUOTE) throw unusual;
    return this.table.values[this.knownValue(start)] as string;
  }

  /**
   * The number of the value that begins at `start`: a text, a list, a map, a word or a number; it is passed. Kept with the three
   * bytes before it.
   */
  private knownValue(start: number): number {
    const { table } = this;
    const lately = table.findLately(start - 3);
    if (lately !== -1) {
      this.at = start - 3 + table.lengthOf(lately);
      return lately;
    }
    this.at = start;
    this.passAny();
    const found = table.find(start - 3, this.at);
    const known = found === -1 ? this.learnValue(start) : found;
    if (!beginsNumber(this.bytes[start] as number)) table.metLately(start - 3, known);
    return known;
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

  /** No more can be kept: everything is learnt anew. */
  protected forgetAll(): never {
    this.table.clear();
    this.texts.clear();
    this.fixedWorlds.clear();
    this.generation++;
    throw unusual;
  }
}
