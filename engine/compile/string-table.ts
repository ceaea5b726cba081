/**
 * A fixed set of strings that finds the place of a string, or −1. Plain data, unlike a `Map` whose keys must be hashed by
 * the engine first: a string fresh from a request has no hash yet, and computing it costs twice what this does.
 *
 * The hash looks at the length and a few characters only, chosen so that they tell the strings apart.
 */
export interface StringTable {
  readonly strings: readonly string[];
  /** Places + 1 in an open table of 2^(32 − shift) slots; 0 is free. At most half full; a small table, an eighth. */
  readonly slots: Int32Array;
  readonly shift: number;
  /** Places of the characters that are hashed, counted from the end: 1 is the last. {@link NONE}, three times: all characters. */
  readonly positions: Int32Array;
  /** The first two of them, or {@link NONE}; the last character where lengths tell all apart. */
  readonly nearest: number;
  readonly next: number;
  /** Whether there are others. */
  readonly hasMore: boolean;
}

/** A place that no string has. */
const NONE = 0x7fffffff;

/** How far from the end characters are tried. Strings of equal length have no need of places from the front. */
const REACH = 48;
const MOST_POSITIONS = 6;
/** Strings the choice of positions is made on; more cost time and change nothing. */
const SAMPLE = 256;
/** Up to so many strings have so much room that nearly each has a slot of its own: a second look is a wrong guess. */
const SMALL = 256;
/** With longer runs of occupied slots every character is hashed instead. */
const LONGEST_RUN = 24;

const { imul } = Math; // Found by its name alone it takes half the instructions, and more of its caller fits into one piece of code.

/** @param strings each once */
export function buildStringTable(strings: readonly string[]): StringTable {
  const sampled = fill(strings, choosePositions(strings));
  return sampled.longestRun <= LONGEST_RUN ? sampled.table : fill(strings, new Int32Array(3).fill(NONE)).table;
}

/** The place of a string in the table, or −1. */
export function findString(table: StringTable, text: string): number {
  const { strings, slots, shift } = table;
  const mask = -1 >>> shift;
  for (let slot = (hash(table, text) >>> shift) | 0; ; slot = (slot + 1) & mask) {
    const place = (slots[slot] as number) - 1;
    if (place === -1 || strings[place] === text) return place;
  }
}

function hash(table: Omit<StringTable, "strings" | "slots">, text: string): number {
  const { nearest, next, hasMore } = table;
  const { length } = text;
  let mixed = imul(length, 0x2c1b3c6d);
  if (nearest <= length) mixed = (mixed + imul(text.charCodeAt(length - nearest), 0x297a2d39)) | 0;
  if (next <= length) mixed = (mixed + imul(text.charCodeAt(length - next), 0x1b56c4e9)) | 0;
  if (hasMore) mixed = mixFurther(table.positions, text, mixed);
  return imul(mixed ^ (mixed >>> 15), 0x9e3779b1);
}

function mixFurther(positions: Int32Array, text: string, start: number): number {
  if (positions[2] === NONE) return mixAll(text, start);
  const { length } = text;
  let mixed = start;
  for (let index = 2; index < positions.length; index++) {
    const position = positions[index] as number;
    mixed = (imul(mixed, 31) + (position <= length ? text.charCodeAt(length - position) : 0)) | 0;
  }
  return mixed;
}

function mixAll(text: string, start: number): number {
  let mixed = start;
  for (let at = 0; at < text.length; at++) mixed = (imul(mixed, 31) + text.charCodeAt(at)) | 0;
  return mixed;
}

function fill(strings: readonly string[], positions: Int32Array): { table: StringTable; longestRun: number } {
  let bits = 2;
  while (1 << bits < strings.length * (strings.length <= SMALL ? 8 : 2)) bits++;
  const shift = 32 - bits;
  const slots = new Int32Array(1 << bits);
  const mask = slots.length - 1;
  let longestRun = 0;
  const [nearest = 1, next = NONE] = positions;
  const table = { strings, slots, shift, positions, nearest, next, hasMore: positions.length > 2 };
  for (const [place, text] of strings.entries()) {
    let slot = hash(table, text) >>> shift;
    let run = 1;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) run++;
    slots[slot] = place + 1;
    longestRun = Math.max(longestRun, run);
  }
  return { table, longestRun };
}

/** Adds the position that splits the strings into the most groups, until each is alone or nothing helps. */
function choosePositions(strings: readonly string[]): Int32Array {
  const step = Math.max(1, Math.floor(strings.length / SAMPLE));
  const sample = strings.filter((_, place) => place % step === 0);
  const chosen: number[] = [];
  let groups: Grouping = { of: new Int32Array(sample.length), count: 0 };
  while (chosen.length < MOST_POSITIONS && groups.count < sample.length) {
    let best: { position: number; groups: Grouping } | undefined;
    for (let position = 1; position <= REACH; position++) {
      const split = regroup(sample, groups.of, position);
      if (split.count > (best?.groups.count ?? groups.count)) best = { position, groups: split };
    }
    if (best === undefined) break;
    chosen.push(best.position);
    groups = best.groups;
  }
  return Int32Array.from(chosen);
}

interface Grouping {
  readonly of: Int32Array;
  readonly count: number;
}

function regroup(strings: readonly string[], groups: Int32Array, position: number): Grouping {
  const numbers = new Map<number, number>();
  const of = new Int32Array(strings.length);
  for (const [index, text] of strings.entries()) {
    const character = position <= text.length ? text.charCodeAt(text.length - position) : 0;
    // Strings of different lengths are told apart by the length already.
    const key = ((groups[index] as number) * 1024 + Math.min(text.length, 1023)) * 65_536 + character;
    if (!numbers.has(key)) numbers.set(key, numbers.size);
    of[index] = numbers.get(key) as number;
  }
  return { of, count: numbers.size };
}
