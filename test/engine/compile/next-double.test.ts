import { describe, expect, it } from "vitest";
import { nextDouble } from "../../../engine/compile/next-double.js";

describe("nextDouble()", () => {
  it("is the least double above a value", () => {
    for (const value of [0, -0, 1, -1, 0.1, 1e9, -1e-300, 2 ** 53, Number.MIN_VALUE, -Number.MIN_VALUE]) {
      const next = nextDouble(value);
      expect(next).toBeGreaterThan(value);
      const middle = value + (next - value) / 2;
      expect(middle === value || middle === next).toBe(true);
    }
  });
});
