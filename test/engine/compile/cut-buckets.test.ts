import { describe, expect, it } from "vitest";
import { buildCutBuckets, countByBucket } from "../../../engine/compile/cut-buckets.js";
import { nextDouble } from "../../../engine/compile/next-double.js";
import { Random } from "../../differential/random.js";

const ascending = (numbers: Iterable<number>) => Float64Array.from(new Set(numbers)).sort();
const near = (value: number) => [value, nextDouble(value), -nextDouble(-value), value - 1, value + 1, -value];

describe("countByBucket()", () => {
  const random = new Random(5);
  const drawn = (count: number, draw: () => number) => ascending(Array.from({ length: count }, draw));
  const sets: readonly (readonly [string, Float64Array])[] = [
    ["no cut", ascending([])],
    ["zero", ascending([0])],
    ["zero and its neighbour below", ascending([-5e-324, 0])],
    ["one cut below zero", ascending([-3.5])],
    ["both sides of zero", ascending([-1e6, -2, -1, -0.5, 0, 0.5, 1, 2, 1e6])],
    ["the ends of what a double holds", ascending([-Infinity, -Number.MAX_VALUE, -5e-324, 0, 5e-324, Infinity])],
    ["round numbers", ascending([100, 200, 500, 1e3, 2e3, 5e3, 1e4, 128_000, 200_000, 1e6])],
    ["neighbours", ascending([7, nextDouble(7), nextDouble(nextDouble(7))])],
    ["many on a logarithmic scale", drawn(3_000, () => Math.round(10 ** (1 + random.integer(0, 5_000) / 1_000)))],
    ["many on a linear scale", drawn(2_000, () => random.integer(0, 1_000_000) / 8)],
    ["some that crowd", ascending(Array.from({ length: 300 }, (_, at) => (at < 16 ? 1 + at / 1e4 : 2 ** (at / 30))))],
    ["more close together than a bucket may hold", drawn(300, () => 1e9 + random.integer(0, 2_000) / 1_000)],
  ];
  for (const [name, cuts] of sets) {
    it(`agrees with counting: ${name}`, () => {
      const buckets = structuredClone(buildCutBuckets(cuts));
      for (const value of [...cuts, 0, 1e-9, 1e300].flatMap(near).concat(-0, Infinity, -Infinity)) {
        if (Number.isNaN(value)) continue;
        expect(countByBucket(cuts, buckets, value)).toBe(cuts.filter((cut) => cut <= value).length);
      }
    });
  }

  it("compares no more than sixteen cuts, and has at most two buckets a cut and one beside", () => {
    for (const [, cuts] of sets) {
      const { starts, width } = buildCutBuckets(cuts);
      expect(starts.reduce((most, start) => Math.max(most, start), 0) + width).toBeLessThanOrEqual(cuts.length);
      if (starts.length > 0) expect(width).toBeLessThanOrEqual(16);
      expect(starts.length).toBeLessThanOrEqual((cuts.length > 1_024 ? 1 : 2) * cuts.length + 1);
    }
    const known = new Map(sets.map(([name, cuts]) => [name, buildCutBuckets(cuts)]));
    expect(known.get("many on a logarithmic scale")?.starts.length).toBeGreaterThan(500);
    const crowded = known.get("some that crowd");
    expect(crowded?.width).toBe(16);
    expect(crowded?.starts.length).toBeGreaterThan(200);
    expect(known.get("more close together than a bucket may hold")?.starts.length).toBe(0);
  });
});
