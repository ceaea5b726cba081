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
import { isWorld } from "./replay-decision.js";
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

  override open(bytes: Uint8Array<ArrayBuffer>): void {
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

  /** Reads the value at a place. */
  protected readValue({ role, of }: Place): void {
    const { record } = this;
    switch (role) {
      case PASSED_NUMBER:
        this.passNumber();
        return;
      case PASSED_TEXT:
        this.passText();
        this.at--;
        return;
      case FACT_NUMBER:
        record.numbers[of] = this.number();
        record.kinds[of] = NUMBER;
        return;
      case FACT_VALUE: {
        const known = this.knownValue();
        if (!this.table.isFact(known)) throw unusual;
        record.known[of] = known;
        record.kinds[of] = KNOWN;
        return;
      }
      case FACT_TEXT:
        record.textStarts[of] = this.at;
        record.textEnds[of] = this.plainTextEnd();
        record.kinds[of] = TEXT;
        return;
      case LATENCY:
        record.latency.set(of, this.number());
        return;
      case IN_FLIGHT:
        record.inFlight.set(of, this.number());
        return;
      case ERROR_RATE:
        record.errorRate.set(of, this.number());
        return;
      case RULE:
        record.rule = this.textValue();
        return;
      case CHOSEN:
        record.chosen = this.textValue();
        return;
      case FALLBACKS:
        this.readFallbacks();
        return;
      case SEED:
        record.seedStart = this.at;
        record.seedEnd = this.plainTextEnd();
        return;
      case PREFIX:
        record.prefixStart = this.at;
        record.prefixEnd = this.plainTextEnd();
        return;
      case WORLD_VALUE:
        record.worldValues[of] = this.knownValue();
        this.isWorldNew = true;
        return;
      case END:
        return;
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
  private textValue(): string {
    if (this.bytes[this.at] !== QUOTE) throw unusual;
    return this.table.values[this.knownValue()] as string;
  }

  /** The number of the value that stands here: a text, a list, a map, a word or a number. Kept with the three bytes before it. */
  private knownValue(): number {
    const start = this.at;
    const { table } = this;
    const lately = table.findLately(start - 3);
    if (lately !== -1) {
      this.at = start - 3 + table.lengthOf(lately);
      return lately;
    }
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
