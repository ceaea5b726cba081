import fc from "fast-check";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, it } from "vitest";
import { loadTokenizer } from "../../../server/tokens/load-tokenizer.js";
import { anyText, proseSamples, technicalSamples } from "../../engine/tokens/sample-texts.js";

const SEED = 20261104;
const RUNS = 1_500;
const never = () => {};
const theirs = (text: string) => countTokens(text, { disallowedSpecial: new Set() });

describe("the exact count", () => {
  it("is gpt-tokenizer's for every sample, alone and all together", async () => {
    const tokenizer = await loadTokenizer();
    const samples = { ...proseSamples, ...technicalSamples };
    for (const [name, text] of Object.entries({ ...samples, together: Object.values(samples).join("\n") })) {
      expect([name, tokenizer.countTokens(text, never)]).toEqual([name, theirs(text)]);
    }
  });

  it("is gpt-tokenizer's for any text without U+FEFF, which gpt-tokenizer loses", async () => {
    const tokenizer = await loadTokenizer();
    let tokens = 0;
    fc.assert(
      fc.property(anyText(), (any) => {
        const text = any.replaceAll("\ufeff", "");
        const found = tokenizer.countTokens(text, never);
        tokens += found;
        expect(found).toBe(theirs(text));
      }),
      { seed: SEED, numRuns: RUNS },
    );
    console.log(`exact count: ${RUNS} texts, ${tokens} tokens, seed ${SEED}`);
    expect(tokens).toBeGreaterThan(20 * RUNS);
  });

  it("reads special tokens as plain text", async () => {
    const tokenizer = await loadTokenizer();
    expect(tokenizer.countTokens("<|endoftext|>", never)).toBe(theirs("<|endoftext|>"));
    expect(tokenizer.countTokens("<|endoftext|>", never)).toBeGreaterThan(1);
  });

  it("joins long runs as gpt-tokenizer does", async () => {
    const tokenizer = await loadTokenizer();
    for (const text of [
      "a".repeat(1_500),
      "xyzzy".repeat(300),
      "的".repeat(500),
      " ".repeat(1_000),
      "-=".repeat(500),
    ]) {
      expect(tokenizer.countTokens(text, never)).toBe(theirs(text));
    }
  });

  it("counts 256 KB of one letter, where other counters take minutes, and may be stopped in between", async () => {
    const tokenizer = await loadTokenizer();
    const text = "a".repeat(256 * 1024);
    const started = performance.now();
    expect(tokenizer.countTokens(text, never)).toBe(32_768);
    console.log(`256 KB of one letter: ${Math.round(performance.now() - started)} ms`);
    expect(() =>
      tokenizer.countTokens(text, () => {
        throw new Error("enough");
      }),
    ).toThrow("enough");
  });
});
