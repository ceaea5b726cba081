import { describe, expect, it } from "vitest";
import { plantInSet } from "../../differential/plant-in-set.js";
import { checkReach, misreadings, scale, seed, usualSeed } from "./soundness.js";

describe("whether a rule ever decides", () => {
  it("is answered as the interpreter decides", { timeout: 300_000 * Math.max(1, scale) }, () => {
    const { counts, faults } = checkReach({ policies: 200 * scale, mostRules: 40, seed });
    console.log(`reach: ${JSON.stringify(counts)}`);
    expect(faults).toEqual([]);
    // Varied enough to prove something, and nearly always answered.
    expect(counts.decides / counts.rules).toBeGreaterThan(0.5);
    expect(counts.never / counts.rules).toBeGreaterThan(0.1);
    expect(counts.undecided / counts.rules).toBeLessThan(0.03);
  });

  it.each(misreadings)("would be seen to be wrong with %s", (_fault, plant) => {
    const { faults } = checkReach({ policies: 15, mostRules: 40, seed: usualSeed }, (set) => plantInSet(set, plant));
    expect(faults.length).toBeGreaterThan(0);
  });
});
