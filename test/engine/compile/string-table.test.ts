import { describe, expect, it, vi } from "vitest";
import { buildStringTable, findString, type StringTable } from "../../../engine/compile/string-table.js";
import { Random } from "../../differential/random.js";

const numbered = (count: number, name = "tenant") => Array.from({ length: count }, (_, at) => `${name}-${at}`);

function longestRun({ slots }: StringTable): number {
  let [longest, run] = [0, 0];
  for (const slot of slots) {
    run = slot === 0 ? 0 : run + 1;
    longest = Math.max(longest, run);
  }
  return longest;
}

/** The place of each character that is read meanwhile, counted from the end. */
function charactersRead(work: () => unknown): number[] {
  const read = vi.spyOn(String.prototype, "charCodeAt");
  work();
  const places = read.mock.calls.map(([at], call) => String(read.mock.contexts[call]).length - at);
  read.mockRestore();
  return places;
}

/** The characters to hash, by the plain reading: again and again the one by which most are told apart, beside their lengths. */
function plainPositions(strings: readonly string[]): number[] {
  const apart = (positions: readonly number[]) =>
    new Set(strings.map((text) => [text.length, ...positions.map((position) => text.at(-position))].join())).size;
  const chosen: number[] = [];
  while (chosen.length < 6) {
    const counts = Array.from({ length: 48 }, (_, at) => apart([...chosen, at + 1]));
    const most = Math.max(...counts);
    if (most === (chosen.length === 0 ? 0 : apart(chosen))) break;
    chosen.push(counts.indexOf(most) + 1);
  }
  return chosen;
}

describe("buildStringTable()", () => {
  for (const strings of [
    [],
    ["a"],
    ["", "a", "aa", "aaa"],
    numbered(1_000),
    ["constructor", "__proto__", "toString"],
  ]) {
    it(`finds each of ${strings.length} strings and nothing else`, () => {
      const table = structuredClone(buildStringTable(strings));
      for (const [place, text] of strings.entries()) expect(findString(table, text)).toBe(place);
      for (const text of ["b", "tenant-", "tenant-1000", "tenant-0000", "é", "valueOf"])
        expect(findString(table, text)).toBe(-1);
    });
  }

  it("hashes few characters of strings that a few tell apart", () => {
    const { positions } = buildStringTable(numbered(1_000));
    expect(positions.length).toBeGreaterThan(1);
    expect(positions.length).toBeLessThanOrEqual(6);
  });

  it("looks at the characters that differ, counted from the end, where lengths do not tell", () => {
    const long = "-which-is-long-and-the-same-for-all-of-them-";
    const positions = (name: (at: number) => string) =>
      [...buildStringTable(Array.from({ length: 100 }, (_, at) => name(at + 100))).positions].sort();
    expect(positions((at) => `${at}${long}`)).toEqual([45, 46]);
    expect(positions((at) => `${long}${at}`)).toEqual([1, 2]);
    expect(positions((at) => `${at}${"x".repeat(46)}`)).toEqual([47, 48]);
    expect(positions((at) => "x".repeat(at % 20) + at)).toEqual([2]);
  });

  it("chooses, again and again, the character that tells the most strings apart, up to six", () => {
    const random = new Random(3);
    const chosen: number[] = [];
    for (let set = 0; set < 80; set++) {
      const alphabet = random.pick(["ab", "!aA", "abcdefghijklmnopqrstuvwxyz", "\0\u0001@A\uffff"]);
      const pieces = random.list(2, 40, () =>
        random.list(0, random.pick([1, 5]), () => random.pick([...alphabet])).join(""),
      );
      const make = () =>
        random.list(1, random.pick([2, 8]), () => random.pick(pieces)).join(random.pick(["", "--------"]));
      const strings = [...new Set(random.list(0, 150, make))];
      const { positions } = buildStringTable(strings);
      expect([...positions]).toEqual(plainPositions(strings));
      chosen.push(positions.length);
    }
    expect([...new Set(chosen)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("hashes every character of strings that differ in the middle only", () => {
    const strings = numbered(600).map((text) => `${"x".repeat(60)}${text.padEnd(12, "-")}${"y".repeat(60)}`);
    const table = buildStringTable(strings);
    for (const [place, text] of strings.entries()) expect(findString(table, text)).toBe(place);
    expect(longestRun(table)).toBeLessThan(40);
  });

  it("spreads strings by three and four characters that tell them apart", () => {
    for (const [count, places] of [
      [216, 3],
      [1_296, 4],
    ] as const) {
      const strings = Array.from({ length: count }, (_, at) =>
        [...at.toString(6).padStart(places, "0")].map((digit) => "kqxzbd"[Number(digit)]).join("-----"),
      );
      const table = buildStringTable(strings);
      expect([...table.positions]).toEqual([1, 7, 13, 19].slice(0, places));
      expect(longestRun(table)).toBeLessThanOrEqual(11);
      for (const [place, text] of strings.entries()) expect(findString(table, text)).toBe(place);
    }
  });

  it("chooses by the last 48 characters of 256 of the strings, and looks no further when all are told apart", () => {
    const readOf = (count: number) => {
      const codes = Array.from({ length: count }, (_, at) => [at / 676, (at / 26) % 26, at % 26].map(Math.floor));
      const strings = codes.map((code) => "x".repeat(60) + String.fromCharCode(...code.map((letter) => 97 + letter)));
      return charactersRead(() => buildStringTable(strings)).length;
    };
    // By one character, which is then hashed; by three, when each fourth string is looked at.
    expect(readOf(26)).toBe(48 * 26 + 26);
    expect(readOf(1_024)).toBe(3 * (48 * 256 + 1_024));
  });

  it("gives nearly each of up to 256 strings a slot of its own, and more of them half of the slots", () => {
    const sizes = [1, 8, 9, 256, 257, 1_024, 1_025].map((count) => buildStringTable(numbered(count)).slots.length);
    expect(sizes).toEqual([8, 64, 128, 2_048, 1_024, 2_048, 4_096]);
    expect(longestRun(buildStringTable(numbered(100)))).toBeLessThanOrEqual(3);
    expect(longestRun(buildStringTable(numbered(256)))).toBeLessThanOrEqual(8);
  });

  it("keeps runs of occupied slots short", () => {
    expect(longestRun(buildStringTable(numbered(3_000, "some-application")))).toBeLessThan(40);
  });
});

describe("findString()", () => {
  /** All strings of so many of these letters. */
  const words = (letters: string, length: number, between = ""): readonly string[] =>
    length === 1
      ? [...letters]
      : words(letters, length - 1, between).flatMap((word) => [...letters].map((letter) => word + between + letter));
  const read = (strings: readonly string[], text: string) => {
    const table = buildStringTable(strings);
    return charactersRead(() => findString(table, text)).sort((one, other) => one - other);
  };

  it("reads the chosen characters that a string has, and no others", () => {
    const letters = words("abcdefghijklmnopqrstuvwxyz", 1);
    expect(["", "x", "not among them"].map((text) => read(letters, text))).toEqual([[], [1], [1]]);
    const pairs = words("abcdefghij", 2);
    expect(["", "d", "ef", "not among them"].map((text) => read(pairs, text))).toEqual([[], [1], [1, 2], [1, 2]]);
    const spread = words("abc", 4, "----");
    expect(["c", "a----b", "a----b----c", "a----b----c----a"].map((text) => read(spread, text))).toEqual([
      [1],
      [1, 6],
      [1, 6, 11],
      [1, 6, 11, 16],
    ]);
    expect([letters, pairs, spread].map((strings) => buildStringTable(strings).hasMore)).toEqual([false, false, true]);
  });
});
