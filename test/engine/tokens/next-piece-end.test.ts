import fc from "fast-check";
import { O200K_TOKEN_SPLIT_REGEX } from "gpt-tokenizer/encodingParams/constants";
import { describe, expect, it } from "vitest";
import { nextPieceEnd } from "../../../engine/tokens/next-piece-end.js";
import { anyText, proseSamples, technicalSamples } from "./sample-texts.js";

const SEED = 20261101;
const RUNS = 3_000;

describe("nextPieceEnd()", () => {
  it.each([
    ["Hello world", ["Hello", " world"]],
    ["don't we'LL x'S", ["don't", " we'LL", " x'S"]],
    ["camelCase HTTPServer", ["camel", "Case", " HTTPServer"]],
    ["a   b\n\n  c ", ["a", "  ", " b", "\n\n", " ", " c", " "]],
    ["1234567", ["123", "456", "7"]],
    ["foo.bar((x));\n//y", ["foo", ".bar", "((", "x", "));\n//", "y"]],
    ["\u0301AB", ["\u0301", "AB"]],
  ])("cuts %j as the expression does", (text, pieces) => {
    expect(cut(text)).toEqual(pieces);
    expect(text.match(O200K_TOKEN_SPLIT_REGEX)).toEqual(pieces);
  });

  it("cuts every sample and every random text where the expression does", () => {
    for (const text of [...Object.values(proseSamples), ...Object.values(technicalSamples)]) {
      expect(cut(text)).toEqual(text.match(O200K_TOKEN_SPLIT_REGEX));
    }
    let pieces = 0;
    fc.assert(
      fc.property(anyText(), (text) => {
        const found = cut(text);
        pieces += found.length;
        expect(found).toEqual(text.match(O200K_TOKEN_SPLIT_REGEX) ?? []);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    console.log(`nextPieceEnd: ${RUNS} random texts, ${pieces} pieces, seed ${SEED}`);
    expect(pieces).toBeGreaterThan(10 * RUNS);
  });
});

function cut(text: string): readonly string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = nextPieceEnd(text, start);
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}
