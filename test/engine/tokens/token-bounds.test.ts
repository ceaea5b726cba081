import fc from "fast-check";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, it } from "vitest";
import { estimateTokens } from "../../../engine/tokens/estimate-tokens.js";
import * as facts from "../../../engine/tokens/o200k-vocabulary-facts.js";
import { measureText, tokenBounds } from "../../../engine/tokens/token-bounds.js";
import { factsOfVocabulary } from "./facts-of-vocabulary.js";
import { anyText, proseSamples, technicalSamples } from "./sample-texts.js";

const SEED = Number(process.env["TOKENS_SEED"] ?? 20261102);
const RUNS = Number(process.env["TOKENS_RUNS"] ?? 4_000);

describe("tokenBounds()", () => {
  it("rests on facts that are those of the vocabulary", () => {
    expect({ ...facts }).toEqual(factsOfVocabulary());
  });

  it.each([
    ["", { lower: 0, upper: 0 }],
    ["the", { lower: 1, upper: 2 }],
    [" the", { lower: 1, upper: 1 }],
    ["1234567", { lower: 3, upper: 3 }],
    [" ".repeat(79), { lower: 1, upper: 1 }],
    ["a".repeat(27), { lower: 2, upper: 18 }],
    ["\ud800", { lower: 1, upper: 2 }],
  ])("gives %j", (text, bounds) => {
    expect(tokenBounds(text)).toEqual(bounds);
  });

  it("adds up texts that are counted apart", () => {
    expect(tokenBounds(["one two", "three"])).toEqual({
      lower: tokenBounds("one two").lower + tokenBounds("three").lower,
      upper: tokenBounds("one two").upper + tokenBounds("three").upper,
    });
  });

  it("holds for samples of every language, and is as tight as printed", () => {
    const rows: string[] = ["sample          tokens  upper/exact  exact/lower  estimate/exact"];
    for (const [name, text] of [...Object.entries(proseSamples), ...Object.entries(technicalSamples)]) {
      const exact = exactTokens(text);
      const { lower, upper, estimate } = measureText(text);
      expect(lower, name).toBeLessThanOrEqual(exact);
      expect(upper, name).toBeGreaterThanOrEqual(exact);
      rows.push(
        name.padEnd(14) +
          String(exact).padStart(8) +
          (upper / exact).toFixed(2).padStart(13) +
          (exact / lower).toFixed(2).padStart(13) +
          (estimate / exact).toFixed(2).padStart(16),
      );
    }
    console.log(rows.join("\n"));
  });

  it("holds for any text, and the estimate lies between", () => {
    let texts = 0;
    let characters = 0;
    let tokens = 0;
    fc.assert(
      fc.property(anyText(), (text) => {
        const exact = exactTokens(text);
        const { lower, upper } = tokenBounds(text);
        texts++;
        characters += text.length;
        tokens += exact;
        expect(lower).toBeLessThanOrEqual(exact);
        expect(upper).toBeGreaterThanOrEqual(exact);
        const estimate = estimateTokens(text);
        expect(estimate).toBeGreaterThanOrEqual(lower);
        expect(estimate).toBeLessThanOrEqual(upper);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    console.log(`tokenBounds: ${texts} texts, ${characters} characters, ${tokens} tokens, seed ${SEED}`);
    expect(tokens).toBeGreaterThan(20 * RUNS);
  });

  it("measures 256 KB of one letter in a moment", () => {
    const started = performance.now();
    const { lower, upper } = tokenBounds("a".repeat(256 * 1024));
    expect(lower).toBeGreaterThan(10_000);
    expect(upper).toBeLessThan(180_000);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

function exactTokens(text: string): number {
  return countTokens(text, { disallowedSpecial: new Set() });
}
