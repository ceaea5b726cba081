import type { Facts, FactValue } from "../evaluate/facts.js";
import { builtInSources, factsOfSources } from "../evaluate/given-value.js";
import { DEFAULT_SOURCE } from "../explain/record-facts.js";
import type { World } from "../rank/world.js";
import { type KnownText, KnownTexts } from "./known-texts.js";
import type { Decode } from "./log-lines.js";
import { isFactValue, type RecordedChoice } from "./replay-decision.js";

const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_MAP = 123;
const CLOSE_MAP = 125;

/** Whole numbers of so many digits are exact, and so is dividing them by as large a power of ten. */
const EXACT_DIGITS = 15;
const POWERS_OF_TEN = Array.from({ length: EXACT_DIGITS + 1 }, (_, power) => 10 ** power);

/** Words of four bytes of known texts in all; entries that are looked for at one place. */
const MOST_WORDS = 1 << 18;
const MOST_ENTRIES = 64;

/** What every record has, a bit each; and what else is read of it. */
const needed: ReadonlyMap<string, number> = new Map([
  ["id", 1],
  ["policy", 2],
  ["facts", 4],
  ["fallbacks", 8],
  ["world", 16],
]);
const ALL_NEEDED = 31;
const optional: ReadonlySet<string> = new Set(["rule", "chosen"]);
/** Texts that are another one in every request: to keep them would be of no use. */
const uniqueTexts: ReadonlySet<string> = new Set(["seed", "prefix", "session", "user"]);

/** Which map an entry stands in. */
type Place = "record" | "facts" | "world" | "figures";
/** How the value of an entry is read: it is known with the entry; as a number, a text, a map; or it is passed over. */
type Kind = "known" | "number" | "text" | "map" | "passed";

/** An entry of a map that was met before. */
interface Entry {
  readonly name: string;
  readonly kind: Kind;
  /** Of a record's entry its bit in {@link needed}, of a fact the place of its value. */
  readonly number: number;
  /** All of it and the byte behind it, when the value is known; else what stands before the value. */
  readonly text: KnownText;
  readonly value: unknown;
  readonly endings: Ending[];
  /** The entries that came after those of this name, and those that came first in its own map. */
  readonly next: Entry[];
  readonly first: Entry[];
}
/** What came behind the number or the text of a fact, and the byte behind that. */
interface Ending {
  readonly text: KnownText;
  readonly isDefault: boolean;
}

/** How the line of a record without warnings ends. */
const recordEnds = [',"warnings":[]}', ',"warnings":[],"simulated":true}'].map((text) =>
  Array.from(text, (letter) => letter.charCodeAt(0)),
);

/** What is not written as the server writes it; such a line is read the plain way. */
const unusual = new Error("this line is not written as records are");

/**
 * Reads what replay needs of a record straight from its bytes, several times as fast as parsing all of it: nearly every
 * entry of a record (a fact with its source, the list of fallbacks) was met in records before, and is compared with those.
 * Reads what the server and `--export` write; of any other line it says that it has not read it.
 *
 * A line that begins with its rule and ends as records do is read as far as `world`. Of what is passed over only the end
 * is found.
 */
export class RecordReader implements RecordedChoice {
  rule: string | undefined;
  revision = "";
  chosen: string | undefined;
  fallbacks: readonly string[] = [];
  facts: Facts = {};
  world: World = {};
  readonly #decode: Decode;
  readonly #known = new KnownTexts(MOST_WORDS);
  /** The facts' names by the places of their values: built-in ones, then others. */
  readonly #names: string[];
  readonly #values: (FactValue | undefined)[];
  #first: Entry[] = [];
  /** The entries that followed one, by its place and name. */
  #next = new Map<string, Entry[]>();
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  #at = 0;
  #end = 0;

  /**
   * @param attributes names of custom facts; others that are met are added.
   */
  constructor(attributes: readonly string[], decode: Decode) {
    this.#names = [...builtInSources, ...attributes];
    this.#values = this.#names.map(() => undefined);
    this.#decode = decode;
  }

  /** Takes up another piece of the log. */
  open(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#known.open(bytes);
  }

  /** Reads the line from `start` to before `end`. @returns false when it must be read the plain way. */
  read(start: number, end: number): boolean {
    this.#at = start;
    this.#end = end;
    try {
      return this.#record();
    } catch (error) {
      if (error === unusual || error instanceof SyntaxError) return false;
      throw error;
    }
  }

  #record(): boolean {
    this.rule = undefined;
    this.chosen = undefined;
    let seen = 0;
    let hasRule = false;
    let entries = this.#first;
    this.#expect(OPEN_MAP);
    do {
      const entry = this.#entry(entries, "record");
      entries = entry.next;
      if ((seen & entry.number) !== 0) return false;
      seen |= entry.number;
      switch (entry.name) {
        case "rule":
          hasRule = true;
          this.rule = entry.value as string;
          break;
        case "chosen":
          this.chosen = entry.value as string;
          break;
        case "policy":
          this.revision = (entry.value as { readonly revision: string }).revision;
          break;
        case "fallbacks":
          this.fallbacks = entry.value as readonly string[];
          break;
        case "facts":
          this.facts = this.#facts(entry.first);
          break;
        case "world":
          this.world = this.#world(entry.first);
          if (seen === ALL_NEEDED && hasRule && this.#endsAsWritten()) return true;
          break;
        default:
          if (entry.kind === "text") this.#passText();
          else if (entry.kind === "number") this.#number();
          else this.#pass();
      }
    } while (this.#goesOn());
    return this.#at === this.#end && seen === ALL_NEEDED;
  }

  #facts(first: Entry[]): Facts {
    const values = this.#values;
    for (let place = 0; place < values.length; place++) values[place] = undefined;
    if (!this.#isEmpty()) {
      let entries = first;
      do {
        const entry = this.#entry(entries, "facts");
        entries = entry.next;
        if (entry.kind === "known") values[entry.number] = entry.value as FactValue | undefined;
        else {
          const value = entry.kind === "number" ? this.#number() : this.#text();
          values[entry.number] = this.#ending(entry).isDefault ? undefined : value;
        }
      } while (this.#goesOn());
    }
    const facts = factsOfSources(values) as Record<string, FactValue | undefined>;
    for (let place = builtInSources.length; place < values.length; place++) {
      facts[this.#names[place] as string] = values[place];
    }
    return facts as Facts;
  }

  #world(first: Entry[]): World {
    const world: Record<string, unknown> = {};
    if (!this.#isEmpty()) {
      let entries = first;
      do {
        const entry = this.#entry(entries, "world");
        entries = entry.next;
        const { kind, name } = entry;
        world[name] = kind === "text" ? this.#text() : kind === "map" ? this.#figures(entry.first) : entry.value;
      } while (this.#goesOn());
    }
    return world as World;
  }

  #figures(first: Entry[]): Readonly<Record<string, number>> {
    const figures: Record<string, number> = {};
    if (!this.#isEmpty()) {
      let entries = first;
      do {
        const entry = this.#entry(entries, "figures");
        entries = entry.next;
        figures[entry.name] = this.#number();
      } while (this.#goesOn());
    }
    return figures;
  }

  /** The entry that stands here, read as far as it is known. */
  #entry(entries: Entry[], place: Place): Entry {
    for (let at = 0; at < entries.length; at++) {
      const entry = entries[at] as Entry;
      const { kind, text } = entry;
      if (!this.#known.isAt(text, this.#at)) continue;
      const behind = this.#at + text.length;
      if (kind === "number" && !isNumber(this.#bytes[behind] as number)) continue;
      moveForward(entries, at);
      this.#at = kind === "known" ? behind - 1 : behind;
      return entry;
    }
    const entry = this.#learn(place);
    add(entries, entry);
    return entry;
  }

  #learn(place: Place): Entry {
    const bytes = this.#bytes;
    const start = this.#at;
    this.#expect(QUOTE);
    this.#passText();
    const name = JSON.parse(this.#decode(bytes, start, this.#at)) as string;
    if (name === "__proto__") throw unusual;
    this.#expect(COLON);
    const before = this.#at;
    if (place === "facts") for (const letter of '{"value":') this.#expect(letter.charCodeAt(0));
    const kind = kindOf(place, name, bytes[this.#at] as number);
    let value: unknown;
    if (kind === "map" || kind === "text") this.#at++;
    if (kind === "known") {
      this.#at = before;
      this.#pass();
      value = keptValue(place, name, JSON.parse(this.#decode(bytes, before, this.#at)));
    }
    const number = place === "record" ? (needed.get(name) ?? 0) : place === "facts" ? this.#placeOf(name) : 0;
    const text = this.#keep(start, this.#at + (kind === "known" ? 1 : 0));
    return {
      name,
      kind,
      number,
      text,
      value,
      endings: [],
      next: this.#nextOf(place, name),
      first: this.#nextOf(place, `in ${name}`),
    };
  }

  #nextOf(place: Place, name: string): Entry[] {
    const key = `${place} ${name}`;
    const known = this.#next.get(key) ?? [];
    this.#next.set(key, known);
    return known;
  }

  #placeOf(fact: string): number {
    const place = this.#names.indexOf(fact);
    if (place !== -1) return place;
    this.#values.push(undefined);
    return this.#names.push(fact) - 1;
  }

  /** What stands behind the number or the text of a fact: its source. */
  #ending({ name, kind, endings }: Entry): Ending {
    for (let at = 0; at < endings.length; at++) {
      const ending = endings[at] as Ending;
      const { text } = ending;
      if (!this.#known.isAt(text, this.#at)) continue;
      moveForward(endings, at);
      this.#at += text.length - 1;
      return ending;
    }
    const start = this.#at;
    this.#passOpen(1);
    const written = this.#decode(this.#bytes, start, this.#at);
    const stand = kind === "number" ? 0 : "";
    const fact = JSON.parse(`{"value":${JSON.stringify(stand)}${written}`) as { value: unknown; source: unknown };
    if (fact.value !== stand) throw unusual;
    const text = this.#keep(start, this.#at + 1);
    const ending = { text, isDefault: isDefault(name, fact.source) };
    add(endings, ending);
    return ending;
  }

  #keep(start: number, end: number): KnownText {
    if (end - start < 4) throw unusual;
    const text = this.#known.keep(start, end);
    if (text !== undefined) return text;
    // Full: everything is learnt anew.
    this.#known.clear();
    this.#first = [];
    this.#next = new Map();
    throw unusual;
  }

  #expect(byte: number): void {
    if (this.#bytes[this.#at] !== byte) throw unusual;
    this.#at++;
  }

  #isEmpty(): boolean {
    if (this.#bytes[this.#at] !== CLOSE_MAP) return false;
    this.#at++;
    return true;
  }

  /** After a value in a map: whether another one follows. */
  #goesOn(): boolean {
    const byte = this.#bytes[this.#at++];
    if (byte === COMMA) return true;
    if (byte === CLOSE_MAP) return false;
    throw unusual;
  }

  /** A text whose first quote is behind. */
  #text(): string {
    const start = this.#at;
    this.#passText();
    return this.#decode(this.#bytes, start, this.#at - 1);
  }

  #passText(): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (;;) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) break;
      if (byte === BACKSLASH || byte > 126 || byte < 32 || at === this.#end) throw unusual;
      at++;
    }
    this.#at = at + 1;
  }

  #number(): number {
    const bytes = this.#bytes;
    let at = this.#at;
    const isNegative = bytes[at] === MINUS;
    if (isNegative) at++;
    const first = at;
    let whole = 0;
    let point = -1;
    for (; ; at++) {
      const byte = bytes[at] as number;
      if (byte >= ZERO && byte <= NINE) whole = whole * 10 + (byte - ZERO);
      else if (byte === POINT && point === -1 && at > first) point = at;
      else break;
    }
    const digits = at - first - (point === -1 ? 0 : 1);
    const isPadded = bytes[first] === ZERO && digits > 1 && point !== first + 1;
    const next = bytes[at];
    const isWhole = next === COMMA || next === CLOSE_MAP;
    if (!isWhole || digits === 0 || digits > EXACT_DIGITS || isPadded || point === at - 1) throw unusual;
    this.#at = at;
    const value = point === -1 ? whole : whole / (POWERS_OF_TEN[at - point - 1] as number);
    return isNegative ? -value : value;
  }

  /** Passes over a value. */
  #pass(): void {
    const byte = this.#bytes[this.#at] as number;
    if (byte === OPEN_MAP || byte === OPEN_LIST) this.#passOpen(0);
    else if (byte === QUOTE) {
      this.#at++;
      this.#passText();
    } else {
      const start = this.#at;
      while (isPlain(this.#bytes[this.#at] as number)) this.#at++;
      JSON.parse(this.#decode(this.#bytes, start, this.#at));
    }
  }

  /** Goes on to behind the end of the map or list that begins here, or with `depth` 1 is open. */
  #passOpen(depth: 0 | 1): void {
    const bytes = this.#bytes;
    const end = this.#end;
    let open: number = depth;
    let at = this.#at;
    for (; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) {
        for (at++; at < end && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++;
      } else if (byte === OPEN_MAP || byte === OPEN_LIST) open++;
      else if ((byte === CLOSE_MAP || byte === CLOSE_LIST) && --open === 0) break;
    }
    if (at >= end) throw unusual;
    this.#at = at + 1;
  }

  /** Whether the line ends as records do that hold no warning. */
  #endsAsWritten(): boolean {
    if (this.#bytes[this.#at] !== COMMA) return false;
    return recordEnds.some((codes) => {
      const start = this.#end - codes.length;
      return start >= this.#at && codes.every((code, index) => this.#bytes[start + index] === code);
    });
  }
}

function kindOf(place: Place, name: string, byte: number): Kind {
  if (name === "__proto__") throw unusual;
  switch (place) {
    case "record":
      if (name === "outcome" || name === "candidates") throw unusual;
      if (name === "facts" || name === "world") {
        if (byte !== OPEN_MAP) throw unusual;
        return "map";
      }
      if (name === "id" && byte !== QUOTE) throw unusual;
      if (name !== "id" && (needed.has(name) || optional.has(name))) return "known";
      return byte === QUOTE ? "text" : isNumber(byte) ? "number" : "passed";
    case "world":
      if (byte === OPEN_MAP) return name === "incapable" ? "known" : "map";
      return byte === QUOTE && uniqueTexts.has(name) ? "text" : "known";
    case "figures":
      return "number";
    case "facts":
      if (byte === QUOTE) return uniqueTexts.has(name) ? "text" : "known";
      return isNumber(byte) ? "number" : "known";
  }
}

/** Of a number, true, false or null. */
function isPlain(byte: number): boolean {
  return byte !== COMMA && byte !== CLOSE_MAP && byte !== CLOSE_LIST && byte !== QUOTE && byte > 32;
}

function isNumber(byte: number): boolean {
  return byte === MINUS || (byte >= ZERO && byte <= NINE);
}

/** The value that is kept of an entry. */
function keptValue(place: Place, name: string, value: unknown): unknown {
  if (place === "world") return value;
  if (place === "facts") {
    const fact = value as { readonly value: unknown; readonly source: unknown };
    if (!isFactValue(fact.value)) throw unusual;
    return isDefault(name, fact.source) ? undefined : fact.value;
  }
  const isSound =
    name === "policy"
      ? typeof (value as { readonly revision?: unknown } | null)?.revision === "string"
      : name === "fallbacks"
        ? Array.isArray(value)
        : typeof value === "string";
  if (!isSound) throw unusual;
  return value;
}

function isDefault(name: string, source: unknown): boolean {
  return source === DEFAULT_SOURCE && name.startsWith("attributes.");
}

/** What was met lately is looked for first. */
function moveForward<Item>(items: Item[], at: number): void {
  if (at === 0) return;
  const item = items[at] as Item;
  items[at] = items[at - 1] as Item;
  items[at - 1] = item;
}

function add<Item>(items: Item[], item: Item): void {
  if (items.length === MOST_ENTRIES) items.pop();
  items.push(item);
}
