import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextPieceEnd } from "../../../engine/tokens/next-piece-end.js";
import { singleTokenWords } from "../../../engine/tokens/o200k-vocabulary-facts.js";
import { readSpacedWord, spacedWord } from "../../../engine/tokens/spaced-words.js";
import { anyText } from "./sample-texts.js";

const words: ReadonlySet<string> = new Set(singleTokenWords.split(" "));

describe("readSpacedWord()", () => {
  it("knows every word that is a token, alone and before what may follow", () => {
    for (const word of words) {
      for (const next of ["", " ", ".", "\n", "1", "A"]) {
        if (next === "A" && word.toUpperCase() === word) continue; // a capital goes on with it
        expect(readSpacedWord(` ${word}${next}`, 0)).toBe(true);
        expect({ word, ...spacedWord }).toEqual({ word, end: word.length + 1, isToken: true });
      }
    }
  });

  it("finds the piece that nextPieceEnd() finds, and takes it for a token only when it is a word", () => {
    const seen = { words: 0, tokens: 0, others: 0 };
    const near = fc.string({ unit: fc.constantFrom(..." abtheTHE'sé1.\u0301\n", " the", " and"), maxLength: 40 });
    fc.assert(
      fc.property(fc.oneof(near, anyText(2)), (text) => {
        for (let start = 0; start < text.length; start = nextPieceEnd(text, start)) {
          if (text[start] !== " ") continue;
          if (!readSpacedWord(text, start)) {
            seen.others++;
            continue;
          }
          const { end, isToken } = spacedWord;
          expect(end).toBe(nextPieceEnd(text, start));
          expect(isToken).toBe(words.has(text.slice(start + 1, end)));
          seen.words++;
          if (isToken) seen.tokens++;
        }
      }),
      { seed: 20261125, numRuns: 8_000 },
    );
    console.log("readSpacedWord, seed 20261125:", seen);
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(1_000);
  });
});
