import { isFactValue } from "../replay-decision.js";
import { KnownTexts } from "./known-texts.js";

/** Words of eight bytes of known texts in all, and slots to find values by. */
const MOST_WORDS = 1 << 17;
/** Values of different texts. */
export const MOST_VALUES = 1 << 14;
const SLOTS = 1 << 15;

/** Sets of values that were met lately, and how many are in each. */
const SETS = 1 << 10;
const WAYS = 8;

/** Values that a log has held, each with its number, found by their text in the log. Holds a fixed amount. */
export class ValueTable {
  readonly values: unknown[] = [];
  /** Where the texts of the values are kept, and those of others. */
  readonly texts = new KnownTexts(MOST_WORDS);
  private readonly slots = new Int32Array(SLOTS);
  /** By the numbers of values: bytes of the text of each, and where its words begin. */
  private readonly lengths = new Int32Array(MOST_VALUES);
  private readonly firstWords = new Int32Array(MOST_VALUES);
  /** Numbers of values that were met lately, plus 1, in sets by how their texts and what follows begin. */
  private readonly lately = new Int32Array(SETS * WAYS);
  private readonly facts = new Uint8Array(MOST_VALUES);

  /** Takes up another piece of the log. */
  open(bytes: Uint8Array): void {
    this.texts.open(bytes);
  }

  /**
   * The number of a value that was met lately and whose text begins at `start`; −1 when there is none. Where it ends is not
   * looked for first, as for {@link find}.
   */
  findLately(start: number): number {
    const { lately, lengths, firstWords, texts } = this;
    const first = setOf(texts.hashOfHead(start));
    for (let at = first; at < first + WAYS; at++) {
      const number = (lately[at] as number) - 1;
      if (number === -1) return -1;
      if (!texts.areAt(lengths[number] as number, firstWords[number] as number, start)) continue;
      if (at > first) {
        lately[at] = lately[at - 1] as number;
        lately[at - 1] = number + 1;
      }
      return number;
    }
    return -1;
  }

  /** Takes in that a value was met whose text begins at `start`. No other text may begin as that one, so it is no number. */
  metLately(start: number, number: number): void {
    const { lately } = this;
    const first = setOf(this.texts.hashOfHead(start));
    lately.copyWithin(first + 1, first, first + WAYS - 1);
    lately[first] = number + 1;
  }

  /** Bytes of the text of a value. */
  lengthOf(number: number): number {
    return this.lengths[number] as number;
  }

  /** The number of the value whose text stands in the piece from `start` to before `end`, at least four bytes; or −1. */
  find(start: number, end: number): number {
    const { slots, lengths, firstWords, texts } = this;
    for (let slot = texts.hash(start, end) & (SLOTS - 1); ; slot = (slot + 1) & (SLOTS - 1)) {
      const number = (slots[slot] as number) - 1;
      if (number === -1) return -1;
      const length = lengths[number] as number;
      if (length === end - start && texts.areAt(length, firstWords[number] as number, start)) return number;
    }
  }

  /** Keeps a value that is not there. @returns its number; −1 when there is no room. */
  keep(start: number, end: number, value: unknown): number {
    const number = this.values.length;
    const text = number === MOST_VALUES ? undefined : this.texts.keep(start, end);
    if (text === undefined) return -1;
    this.values.push(value);
    this.lengths[number] = text.length;
    this.firstWords[number] = text.firstWord;
    this.facts[number] = Number(isFactValue(value));
    let slot = this.texts.hash(start, end) & (SLOTS - 1);
    while (this.slots[slot] !== 0) slot = (slot + 1) & (SLOTS - 1);
    this.slots[slot] = number + 1;
    return number;
  }

  /** Whether a fact can have that value. */
  isFact(number: number): boolean {
    return this.facts[number] === 1;
  }

  clear(): void {
    this.values.length = 0;
    this.slots.fill(0);
    this.lately.fill(0);
    this.texts.clear();
  }
}

/** Where the set begins in which values are whose texts have a hash. */
function setOf(hash: number): number {
  return (hash & (SETS - 1)) * WAYS;
}
