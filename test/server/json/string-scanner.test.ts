import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StringScanner } from "../../../server/json/string-scanner.js";

/** What `JSON.parse` says of the string that begins with `text`: the text up to the first quote that ends a valid string. */
function parsedStart(text: string): { readonly json: string; readonly value: string } | undefined {
  for (let quote = text.indexOf('"', 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    const json = text.slice(0, quote + 1);
    try {
      return { json, value: JSON.parse(json) as string };
    } catch {
      // this quote is escaped, or the string is not valid however it ends
    }
  }
  return undefined;
}

/** What matters to a scanner, and what looks like it: control characters, their neighbours, all kinds of escapes, bytes beyond ASCII. */
const unit = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.constantFrom(..."abcdefgh ijklm!#[]nu09AF~\u007f", "é", "你", "\u{1f600}", "\u2028", "\u0222"),
  },
  {
    weight: 10,
    arbitrary: fc.constantFrom("\\n", '\\"', "\\\\", "\\/", "\\u0041", "\\u00e4", "\\u4F60", "\\uD83D\\uDE00"),
  },
  { weight: 5, arbitrary: fc.constantFrom('"', "\\ud83d", "\\ude00") },
  { weight: 1, arbitrary: fc.constantFrom("\0", "\n", "\t", "\u001f", "\\", "\\u", "\\u00", "\\x", "\\'", "\\u00zz") },
);

describe("StringScanner", () => {
  it("ends strings where JSON.parse does, refuses those that it refuses, and knows how long they are in UTF-8", () => {
    const seen = { valid: 0, refused: 0, withEscapes: 0 };
    fc.assert(
      fc.property(fc.nat(9), fc.string({ unit, maxLength: 60 }), (spaces, text) => {
        const lead = " ".repeat(spaces); // any place within a word of four bytes
        const bytes = Buffer.from(`${lead}"${text}`);
        const scanner = new StringScanner(bytes);
        const quote = scanner.closingQuote(spaces);
        const expected = parsedStart(`"${text}`);
        if (expected === undefined) {
          seen.refused++;
          expect(quote).toBe(-1);
          return;
        }
        seen.valid++;
        if (scanner.hasEscapes) seen.withEscapes++;
        expect(bytes.toString("utf8", spaces, quote + 1)).toBe(expected.json);
        expect(quote - spaces - 1 - scanner.saved).toBe(Buffer.byteLength(expected.value));
        expect(scanner.hasEscapes).toBe(expected.json.includes("\\"));
      }),
      { seed: 20261125, numRuns: 40_000 },
    );
    console.log("StringScanner, seed 20261125:", seen);
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(2_000);
  });

  it("sees every byte that matters at every place, and no other", () => {
    for (let code = 0; code < 0x100; code++) {
      for (let place = 0; place < 17; place++) {
        const bytes = Buffer.from(`"${"x".repeat(16)}"`);
        bytes[1 + place] = code;
        if (place === 16 && code !== 0x22) continue;
        const quote = new StringScanner(bytes).closingQuote(0);
        const isBackslash = code === 0x5c; // `\x`, and at the end `\"`, which leaves no end
        expect([code, place, quote]).toEqual([
          code,
          place,
          code === 0x22 ? 1 + place : code < 0x20 || isBackslash ? -1 : 17,
        ]);
      }
    }
  });

  it("reads bytes that do not begin at a multiple of four", () => {
    const whole = Buffer.alloc(64, "x");
    for (let from = 0; from < 8; from++) {
      const text = whole.subarray(from);
      text[0] = 0x22;
      text[40] = 0x22;
      expect(new StringScanner(text).closingQuote(0)).toBe(40);
      whole.fill("x");
    }
  });
});
