import { describe, expect, it } from "vitest";
import { weeklyMinutes } from "../../../engine/compile/weekly-minutes.js";
import { span } from "../explain/harness.js";

const window = (days: readonly number[], fromMinute: number, toMinute: number) =>
  weeklyMinutes({ kind: "time", fact: "time", days, fromMinute, toMinute, tz: "UTC", span });

describe("weeklyMinutes()", () => {
  it("is one stretch for the whole week", () => {
    expect(window([0, 1, 2, 3, 4, 5, 6], 0, 1440)).toEqual([{ from: 0, to: 10_080 }]);
  });

  it("joins whole days that follow one another", () => {
    expect(window([3, 1, 2], 0, 1440)).toEqual([{ from: 1440, to: 5760 }]);
  });

  it("wraps midnight into the next day, and Saturday into Sunday", () => {
    expect(window([6], 1320, 360)).toEqual([
      { from: 0, to: 360 },
      { from: 9_960, to: 10_080 },
    ]);
  });

  it("is a day and a night when it ends when it begins", () => {
    expect(window([1], 600, 600)).toEqual([{ from: 2_040, to: 3_480 }]);
  });
});
