import fc from "fast-check";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, it } from "vitest";
import { estimateTokens } from "../../../engine/index.js";
import { BufferList } from "../../../server/json/buffer-list.js";
import { LateText } from "../../../server/json/late-text.js";
import { byteBounds, coarseBounds, estimateBySample } from "../../../server/tokens/coarse-bounds.js";
import { anyText, proseSamples, technicalSamples } from "../../engine/tokens/sample-texts.js";

const count = (text: string) => countTokens(text, { disallowedSpecial: new Set() });

const asciiJson = (text: string) =>
  JSON.stringify(text).replaceAll(/[^\0-\x7f]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);

describe("coarseBounds() and byteBounds()", () => {
  it("hold the exact count of any texts", () => {
    fc.assert(
      fc.property(fc.array(anyText(2), { maxLength: 4 }), (given) => {
        const texts = given.map((text) => text.replaceAll("\ufeff", ""));
        const exact = texts.reduce((sum, text) => sum + count(text), 0);
        const coarse = coarseBounds(texts);
        const byte = byteBounds(texts);
        expect(
          coarse.lower <= byte.lower && byte.lower <= exact && exact <= byte.upper && byte.upper <= coarse.upper,
        ).toBe(true);
      }),
      { seed: 20261125, numRuns: 500 },
    );
  });

  it("hold for the longest tokens there are", () => {
    for (const text of [" ".repeat(10_000), "=".repeat(10_000), "\u{1f600}".repeat(100)]) {
      expect(byteBounds([text]).lower).toBeLessThanOrEqual(count(text));
      expect(byteBounds([text]).upper).toBeGreaterThanOrEqual(count(text));
    }
  });
});

describe("estimateBySample()", () => {
  it("is near the estimate that looks at every piece, as one text and as many", () => {
    for (const [language, sample] of Object.entries(proseSamples)) {
      const long = sample.repeat(Math.ceil(20_000 / sample.length));
      const parts = long.match(/.{1,700}/gsu) ?? [];
      for (const texts of [[long], parts]) {
        const ratio = estimateBySample(texts) / estimateTokens(texts);
        expect(`${language} ${Math.abs(ratio - 1) < 0.2 ? "near" : ratio}`).toBe(`${language} near`);
      }
    }
  });

  it("is about the same for a text that was not read", () => {
    for (const [language, sample] of Object.entries({ ...proseSamples, ...technicalSamples })) {
      const text = sample.repeat(Math.ceil(20_000 / sample.length));
      for (const json of [JSON.stringify(text), asciiJson(text)]) {
        const bytes = Buffer.from(json);
        const place = { start: 0, end: bytes.length, bytes: Buffer.byteLength(text), hasEscapes: json.includes("\\") };
        const late = new LateText(new BufferList([bytes]), place);
        const ratio = estimateBySample([late]) / estimateTokens(text);
        expect(`${language} ${Math.abs(ratio - 1) < 0.25 ? "near" : ratio}`).toBe(`${language} near`);
        expect(byteBounds([late])).toEqual(byteBounds([text]));
        expect(coarseBounds([late])).toEqual(byteBounds([text]));
      }
    }
  });

  it("looks at all of a short prompt, and at nothing of an empty one", () => {
    expect(estimateBySample(["Hello"])).toBe(1);
    expect(estimateBySample([])).toBe(0);
    expect(estimateBySample(["", ""])).toBe(0);
  });

  // Looking at all of it would take minutes; the test's own time limit would show it.
  it("looks at no more of 8 MiB than of 8 KiB", () => {
    const text = "the cat sat on the mat ".repeat(360_000);
    const first = estimateBySample([text]);
    for (let turn = 0; turn < 5_000; turn++) expect(estimateBySample([text])).toBe(first);
  });
});
