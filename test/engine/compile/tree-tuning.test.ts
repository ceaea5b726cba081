import { describe, expect, it } from "vitest";
import { usualTuning } from "../../../engine/compile/tree-tuning.js";

describe("the usual costs", () => {
  const { leafCost, longestList } = usualTuning;
  it("grow with the rules of a list, and hardly with those of a bitmap", () => {
    expect(leafCost(0)).toBe(0);
    expect(leafCost(1)).toBeGreaterThan(leafCost(0));
    const ofList = leafCost(longestList) - leafCost(longestList - 1);
    const ofBitmap = leafCost(longestList + 2) - leafCost(longestList + 1);
    expect(ofBitmap).toBeGreaterThan(0);
    expect(ofList).toBeGreaterThan(10 * ofBitmap);
    expect(leafCost(longestList + 1)).toBeGreaterThan(leafCost(longestList));
  });
});
