/**
 * A fixed set of strings that finds the place of a string, or −1. Plain data, unlike a `Map` whose keys must be hashed by
 * the engine first: a string fresh from a request has no hash yet, and computing it costs twice what this does.
 *
 * The hash looks at the length and a few characters only, chosen so that they tell the strings apart.
 */
export interface StringTable {
  readonly strings: readonly string[];
  /** Places + 1 in an open table of 2^(32 − shift) slots; 0 is free. At most half full. */
  readonly slots: Int32Array;
  readonly shift: number;
  /** Places of the characters that are hashed: from the front, or from the end when negative. Empty: all characters. */
  readonly positions: Int32Array;
}

/** How far from either end characters are tried. */
const REACH = 24;
const MOST_POSITIONS = 6;
/** Strings the choice of positions is made on; more cost time and change nothing. */
const SAMPLE = 256;
/** With longer runs of occupied slots every character is hashed instead. */
const LONGEST_RUN = 24;

/** @param strings each once */
export function buildStringTable(strings: readonly string[]): StringTable {
  const sampled = fill(strings, choosePositions(strings));
  return sampled.longestRun <= LONGEST_RUN ? sampled.table : fill(strings, new Int32Array(0)).table;
}

/** The place of a string in the table, or −1. */
export function findString({ strings, slots, shift, positions }: StringTable, text: string): number {
  const mask = slots.length - 1;
  for (let slot = hash(text, positions) >>> shift; ; slot = (slot + 1) & mask) {
    const place = (slots[slot] as number) - 1;
    if (place === -1 || strings[place] === text) return place;
  }
}

function hash(text: string, positions: Int32Array): number {
  const { length } = text;
  let mixed = length;
  if (positions.length === 0) {
    for (let at = 0; at < length; at++) mixed = Math.imul(mixed, 31) + text.charCodeAt(at);
  } else {
    for (let index = 0; index < positions.length; index++) {
      const position = positions[index] as number;
      const at = position < 0 ? length + position : position;
      mixed = Math.imul(mixed, 31) + (at >= 0 && at < length ? text.charCodeAt(at) : 0);
    }
  }
  mixed ^= mixed >>> 15;
  return Math.imul(mixed, 0x9e3779b1) | 0;
}

function fill(strings: readonly string[], positions: Int32Array): { table: StringTable; longestRun: number } {
  let bits = 2;
  while (1 << bits < strings.length * 2) bits++;
  const shift = 32 - bits;
  const slots = new Int32Array(1 << bits);
  const mask = slots.length - 1;
  let longestRun = 0;
  for (const [place, text] of strings.entries()) {
    let slot = hash(text, positions) >>> shift;
    let run = 1;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) run++;
    slots[slot] = place + 1;
    longestRun = Math.max(longestRun, run);
  }
  return { table: { strings, slots, shift, positions }, longestRun };
}

/** Adds the position that splits the strings into the most groups, until each is alone or nothing helps. */
function choosePositions(strings: readonly string[]): Int32Array {
  const step = Math.max(1, Math.floor(strings.length / SAMPLE));
  const sample = strings.filter((_, place) => place % step === 0);
  const chosen: number[] = [0];
  let groups = regroup(sample, new Int32Array(sample.length), 0);
  while (chosen.length < MOST_POSITIONS && groups.count < sample.length) {
    let best: { position: number; groups: Grouping } | undefined;
    for (let position = -REACH; position < REACH; position++) {
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
    const at = position < 0 ? text.length + position : position;
    const character = at >= 0 && at < text.length ? text.charCodeAt(at) : 0;
    // Strings of different lengths are told apart by the length already.
    const key = ((groups[index] as number) * 1024 + Math.min(text.length, 1023)) * 65_536 + character;
    if (!numbers.has(key)) numbers.set(key, numbers.size);
    of[index] = numbers.get(key) as number;
  }
  return { of, count: numbers.size };
}
