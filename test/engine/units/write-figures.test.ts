import { expect, it } from "vitest";
import { writeShare } from "../../../engine/units/write-figures.js";

it.each([
  [0, 0, "0 %"],
  [0, 3, "0.00 %"],
  [1, 100_000, "<0.01 %"],
  [1, 3, "33.33 %"],
  [99_999, 100_000, ">99.99 %"],
  [3, 3, "100.00 %"],
])("writes %d of %d as a share of %s", (part, whole, text) => expect(writeShare(part, whole)).toBe(text));
