import { describe, expect, it } from "vitest";
import { countCutsNotAbove, countNotAbove } from "../../../engine/compile/count-not-above.js";

describe("countNotAbove()", () => {
  it("agrees with counting, for every length up to 40 and every place", () => {
    for (let length = 0; length <= 40; length++) {
      const cuts = Float64Array.from({ length }, (_, at) => at * 2);
      for (let value = -1; value <= length * 2; value += 0.5) {
        const expected = cuts.filter((cut) => cut <= value).length;
        expect(countCutsNotAbove(cuts, value)).toBe(expected);
        expect(countNotAbove(Int32Array.from(cuts), 0, length, value)).toBe(expected);
      }
    }
  });

  it("looks at a part of the words only", () => {
    expect(countNotAbove(Int32Array.of(9, 1, 3, 5, 0), 1, 3, 3)).toBe(2);
  });
});
