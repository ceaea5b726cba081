import fc from "fast-check";
import { expect, test } from "vitest";
import { isoTime } from "../../../server/http/iso-time.js";

const times = fc.integer({ min: 0, max: 253_402_300_799_999 });

test("times are written as toISOString writes them, in any order", () => {
  fc.assert(
    fc.property(times, fc.array(fc.integer({ min: 0, max: 2_500 })), (from, steps) => {
      for (const step of steps) expect(isoTime(from + step)).toBe(new Date(from + step).toISOString());
    }),
  );
});
