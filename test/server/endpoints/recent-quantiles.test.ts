import { describe, expect, it } from "vitest";
import { RecentQuantiles } from "../../../server/endpoints/recent-quantiles.js";

describe("RecentQuantiles", () => {
  const minute = 60_000;
  const filled = (count: number, value: number, at: number, seen = new RecentQuantiles(at)) => {
    for (let index = 0; index < count; index++) seen.accept(value, at);
    return seen;
  };

  it("are within 2 %", () => {
    const seen = new RecentQuantiles(0);
    expect(seen.quantiles(0)).toBeUndefined();
    for (let ms = 1; ms <= 100; ms++) seen.accept(ms, 0);
    const { p50 = 0, p95 = 0 } = seen.quantiles(minute) ?? {};
    expect(Math.abs(p50 - 50) / 50).toBeLessThan(0.03);
    expect(Math.abs(p95 - 95) / 95).toBeLessThan(0.03);
  });

  it("are those of the last 50 to 100 values", () => {
    const seen = filled(100, 100, 0);
    filled(50, 5_000, 1, seen);
    expect(seen.quantiles(1)?.p50).toBeLessThan(110); // as many of each
    filled(1, 5_000, 1, seen);
    expect(seen.quantiles(1)?.p50).toBeGreaterThan(4_800);
  });

  it("are those of the last five to ten minutes", () => {
    const seen = filled(10, 100, 0);
    filled(2, 5_000, 6 * minute, seen);
    expect(seen.quantiles(6 * minute)?.p50).toBeLessThan(110);
    expect(seen.quantiles(10 * minute)?.p50).toBeGreaterThan(4_800);
    expect(seen.unchangedUntil).toBe(15 * minute);
    expect(seen.quantiles(15 * minute)).toBeUndefined();
    expect(filled(10, 100, 0).quantiles(60 * minute)).toBeUndefined();
  });

  it("are forgotten after ten minutes also when the clock was set back", () => {
    const seen = filled(10, 100, 60 * minute);
    expect(seen.quantiles(0)?.p50).toBeLessThan(110);
    expect(seen.quantiles(10 * minute)).toBeUndefined();
  });
});
