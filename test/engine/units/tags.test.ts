import { describe, expect, it, vi } from "vitest";
import { MAX_TAG_LENGTH, normalizeTag } from "../../../engine/units/tags.js";

describe("normalizeTag()", () => {
  it("does not normalise what is too long in any form: marks in a row take the square of their number", () => {
    const normalize = vi.spyOn(String.prototype, "normalize");
    try {
      expect(normalizeTag(`a${"\u0301\u0316".repeat(2_000)}`)).toBeUndefined();
      expect(normalize).not.toHaveBeenCalled();
    } finally {
      normalize.mockRestore();
    }
  });

  it("takes the longest tag written in the longest way, with blanks around it", () => {
    const blanks = " \u3000".repeat(500);
    expect(normalizeTag(`${blanks}${"\u1f82".normalize("NFD").repeat(MAX_TAG_LENGTH)}${blanks}`)).toBe(
      "\u1f82".repeat(MAX_TAG_LENGTH),
    );
    expect(normalizeTag("\u1f82".normalize("NFD").repeat(MAX_TAG_LENGTH + 1))).toBeUndefined();
  });

  it("no character is written with more than four units for each that it has in a tag", () => {
    const longer: string[] = [];
    for (let code = 0; code <= 0x10ffff; code++) {
      if (code === 0xd800) code = 0xe000; // halves of surrogate pairs
      const written = String.fromCodePoint(code);
      const tag = written.normalize("NFC").toLowerCase().normalize("NFC");
      const most = Math.max(written.length, written.normalize("NFD").length, tag.normalize("NFD").length);
      if (most > 4 * tag.length) longer.push(code.toString(16));
    }
    expect(longer).toEqual([]);
  });
});
