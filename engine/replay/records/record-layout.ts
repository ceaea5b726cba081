import { DEFAULT_SOURCE } from "../../explain/record-facts.js";
import {
  beginsNumber,
  CLOSE_LIST,
  CLOSE_MAP,
  COLON,
  LineCursor,
  OPEN_LIST,
  OPEN_MAP,
  QUOTE,
  unusual,
} from "./line-cursor.js";

/** Maps and lists in each other, of what is passed over. */
const MOST_DEPTH = 32;

/** What is done with a value of a record. Numbers and texts that are passed over, and the end of the record. */
export const PASSED_NUMBER = 0;
export const PASSED_TEXT = 1;
export const END = 2;
export const RULE = 3;
export const CHOSEN = 4;
export const FALLBACKS = 5;
/** A fact: a number; a value that many requests have; a text that is another one in most requests. */
export const FACT_NUMBER = 6;
export const FACT_VALUE = 7;
export const FACT_TEXT = 8;
/** The world: figures of an endpoint, texts that are others in most requests, and all else. */
export const LATENCY = 9;
export const IN_FLIGHT = 10;
export const ERROR_RATE = 11;
export const SEED = 12;
export const PREFIX = 13;
export const WORLD_VALUE = 14;
export type Role = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14;

const figureRoles: ReadonlyMap<string, Role> = new Map([
  ["latency_ms", LATENCY],
  ["in_flight", IN_FLIGHT],
  ["error_rate", ERROR_RATE],
]);
const uniqueTexts: ReadonlyMap<string, Role> = new Map([
  ["seed", SEED],
  ["prefix", PREFIX],
]);
const uniqueFacts: ReadonlySet<string> = new Set(["session", "user"]);

/** Bits of the entries that may be there once, and of those that must be there. */
const bits = new Map(
  ["id", "policy", "facts", "fallbacks", "world", "rule", "chosen", "latency_ms", "in_flight", "error_rate"].map(
    (name, index) => [name, 1 << index],
  ),
);
export const ALL_NEEDED = 31;

/** A value of a record that is another one in other records, and what stands before it. */
export interface Gap {
  readonly role: Role;
  /** The fact, endpoint or entry of the world it belongs to. */
  readonly name: string;
  /** The maps and lists that are open here, with the entry of each. */
  readonly path: string;
  /** Where the value begins; of a text, behind its first quote. */
  readonly start: number;
  /** Where it ends; of a text, before its last quote. */
  end: number;
  /** Entries that are opened between the gap before it and this one, by their bits. */
  readonly opened: number;
  /** The record's revision, when it stands between the gap before it and this one. */
  readonly revision: string | undefined;
  /** The gap before it is the value of an attribute that is its default. */
  readonly isAfterDefault: boolean;
}

/**
 * Finds the layout of a line: which of its values are read, and which are passed over. Judges all of it, so that a line with
 * a layout is a record. Everything between the gaps is the same in other lines of that layout.
 *
 * @throws {unusual} or a SyntaxError for a line that is no record, or not written as the server writes them.
 */
export class RecordLayout extends LineCursor {
  readonly gaps: Gap[] = [];
  private opened = 0;
  private revision: string | undefined;
  private isAfterDefault = false;

  /** Reads the line that begins at `start`. */
  read(bytes: Uint8Array, start: number): readonly Gap[] {
    this.open(bytes);
    this.at = start;
    this.map("", (name, path) => this.recordEntry(name, path));
    this.gap(END, "", "");
    return this.gaps;
  }

  private recordEntry(name: string, path: string): void {
    this.opens(name);
    switch (name) {
      case "rule":
        this.plainText(RULE, path);
        return;
      case "chosen":
        this.plainText(CHOSEN, path);
        return;
      case "id":
        if (this.bytes[this.at] !== QUOTE) throw unusual;
        this.passed(path, 0);
        return;
      case "policy":
        this.policy();
        return;
      case "facts":
        this.map(path, (fact, inFact) => this.fact(fact, inFact));
        return;
      case "fallbacks": {
        const gap = this.gap(FALLBACKS, "", path);
        this.passOpen(0);
        gap.end = this.at;
        return;
      }
      case "world":
        this.map(path, (entry, inEntry) => this.worldEntry(entry, inEntry));
        return;
      case "outcome":
      case "candidates":
        // A whole decision, which says more than is read here.
        throw unusual;
      default:
        this.passed(path, 0);
        return;
    }
  }

  private policy(): void {
    const policy = this.parsed(this.at, () => this.passOpen(0)) as { readonly revision?: unknown } | null;
    if (typeof policy?.revision !== "string") throw unusual;
    this.revision = policy.revision;
  }

  private fact(name: string, path: string): void {
    for (const letter of '{"value":') this.expect(letter.charCodeAt(0));
    const byte = this.bytes[this.at] as number;
    if (byte === QUOTE && uniqueFacts.has(name)) this.text(FACT_TEXT, name, path);
    else {
      const gap = this.gap(beginsNumber(byte) ? FACT_NUMBER : FACT_VALUE, name, path);
      this.passAny();
      gap.end = this.at;
    }
    // With `null` in the place of the value, so that nothing that stands behind a number can become a part of it.
    const start = this.at;
    this.passOpen(1);
    const fact = JSON.parse(`{"value":null${this.decode(this.bytes, start, this.at)}`) as Readonly<
      Record<string, unknown>
    >;
    if (fact["value"] !== null) throw unusual;
    this.isAfterDefault = fact["source"] === DEFAULT_SOURCE && name.startsWith("attributes.");
  }

  private worldEntry(name: string, path: string): void {
    const figures = figureRoles.get(name);
    const unique = uniqueTexts.get(name);
    if (figures !== undefined) {
      this.opens(name);
      this.map(path, (endpoint, inEndpoint) => {
        const gap = this.gap(figures, endpoint, inEndpoint);
        this.passNumber();
        gap.end = this.at;
      });
    } else if (unique !== undefined) this.text(unique, name, path);
    else {
      const gap = this.gap(WORLD_VALUE, name, path);
      this.passAny();
      gap.end = this.at;
    }
  }

  private map(path: string, entry: (name: string, path: string) => void): void {
    this.expect(OPEN_MAP);
    if (this.closes(CLOSE_MAP)) return;
    do {
      const start = this.at;
      this.expect(QUOTE);
      this.passPlainText();
      const written = this.decode(this.bytes, start, this.at);
      const name = JSON.parse(written) as string;
      if (name === "__proto__") throw unusual;
      this.expect(COLON);
      entry(name, `${path}{${written}`);
    } while (this.goesOn(CLOSE_MAP));
  }

  /** Passes over a value; whatever it is, it is JSON. */
  private passed(path: string, depth: number): void {
    const byte = this.bytes[this.at] as number;
    if (depth > MOST_DEPTH) throw unusual;
    if (byte === OPEN_MAP) this.map(path, (_, inEntry) => this.passed(inEntry, depth + 1));
    else if (byte === OPEN_LIST) {
      this.at++;
      if (this.closes(CLOSE_LIST)) return;
      do this.passed(`${path}[`, depth + 1);
      while (this.goesOn(CLOSE_LIST));
    } else if (byte === QUOTE) this.text(PASSED_TEXT, "", path);
    else if (beginsNumber(byte)) {
      const gap = this.gap(PASSED_NUMBER, "", path);
      this.passNumber();
      gap.end = this.at;
    } else this.passWord();
  }

  private plainText(role: Role, path: string): void {
    const gap = this.gap(role, "", path);
    this.expect(QUOTE);
    this.passPlainText();
    gap.end = this.at;
  }

  private text(role: Role, name: string, path: string): void {
    this.expect(QUOTE);
    const gap = this.gap(role, name, path);
    this.passText();
    gap.end = this.at - 1;
  }

  private parsed(start: number, pass: () => void): unknown {
    pass();
    return JSON.parse(this.decode(this.bytes, start, this.at));
  }

  private opens(name: string): void {
    const bit = bits.get(name) ?? 0;
    if ((this.opened & bit) !== 0) throw unusual;
    this.opened |= bit;
  }

  private gap(role: Role, name: string, path: string): Gap {
    const { opened, revision, isAfterDefault, at } = this;
    const gap = { role, name, path, start: at, end: at, opened, revision, isAfterDefault };
    this.gaps.push(gap);
    this.opened = 0;
    this.revision = undefined;
    this.isAfterDefault = false;
    return gap;
  }
}
