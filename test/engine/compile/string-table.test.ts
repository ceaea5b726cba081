import { describe, expect, it } from "vitest";
import { buildStringTable, findString, type StringTable } from "../../../engine/compile/string-table.js";

const numbered = (count: number, name = "tenant") => Array.from({ length: count }, (_, at) => `${name}-${at}`);

function longestRun({ slots }: StringTable): number {
  let [longest, run] = [0, 0];
  for (const slot of slots) {
    run = slot === 0 ? 0 : run + 1;
    longest = Math.max(longest, run);
  }
  return longest;
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
    expect(positions((at) => "x".repeat(at % 20) + at)).toEqual([2]);
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
