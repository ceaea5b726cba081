import { describe, expect, it } from "vitest";
import { Draw } from "../../../engine/rank/draw.js";
import { HashedText, unitsOf } from "../../../engine/rank/stable-hash.js";

/** Chi-square of observed counts against equal expectation. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

const stableHash = (text: string) => new HashedText().valueWith(text);

describe("stableHash", () => {
  it("gives the values it always gave, since recorded draws depend on them", () => {
    expect(["", "a", "0\u0000openai/gpt-4.1@openai", "Zürich 🚆"].map(stableHash)).toMatchInlineSnapshot(`
      [
        3338908027751811,
        7929297801672961,
        5042348162473141,
        8130843140298595,
      ]
    `);
  });

  it("is the same of a text in parts", () => {
    for (const [head, tail] of [
      ["", "a"],
      ["session-1\u0000", "openai/gpt-4.1@openai"],
      ["Zürich ", "🚆"],
    ] as const) {
      expect(new HashedText().add(head).valueWith(tail)).toBe(stableHash(head + tail));
      expect(new HashedText().add(head).valueWithUnits(unitsOf(tail))).toBe(stableHash(head + tail));
    }
  });

  it("is the same of the bytes of ASCII, of which it says whether they are that", () => {
    const bytes = new TextEncoder().encode('{"seed":"dec_01~\u0000"}');
    const hashed = new HashedText().add("before ");
    expect(hashed.addAscii(bytes, 9, 17)).toBe(true);
    expect(hashed.valueWith(" behind")).toBe(stableHash("before dec_01~\u0000 behind"));
    expect(new HashedText().addAscii(bytes, 3, 3)).toBe(true);
    expect(new HashedText().addAscii(new TextEncoder().encode("aé"), 0, 3)).toBe(false);
    expect(new HashedText().addAscii(new TextEncoder().encode("aé"), 0, 1)).toBe(true);
    expect(new HashedText().addAscii(Uint8Array.of(128, 65), 0, 2)).toBe(false);
  });

  it("stays within 53 bits", () => {
    for (let index = 0; index < 10_000; index++) {
      const hash = stableHash(`text ${index}`);
      expect(Number.isSafeInteger(hash) && hash >= 0).toBe(true);
    }
  });

  // 255 degrees of freedom: chi-square stays below 330.5 with probability 0.999.
  it.each([
    ["highest", (hash: number) => Math.floor(hash / 2 ** 45)],
    ["lowest", (hash: number) => hash % 256],
  ])("spreads its %s 8 bits evenly over counted names", (_bits, bucketOf) => {
    for (const form of [
      (index: number) => String(index),
      (index: number) => `session-${index}\u0000openai/gpt-4.1@openai`,
    ]) {
      const counts = new Array<number>(256).fill(0);
      for (let index = 0; index < 256 * 200; index++) counts[bucketOf(stableHash(form(index)))]!++;
      expect(chiSquare(counts)).toBeLessThan(330.5);
    }
  });

  it("has no collision among 100,000 neighbouring texts", () => {
    const hashes = new Set<number>();
    for (let index = 0; index < 100_000; index++) hashes.add(stableHash(`key-${index}`));
    expect(hashes.size).toBe(100_000);
  });
});

describe("Draw", () => {
  it("is exponential: its mean over many seeds is 1 / weight", () => {
    for (const weight of [0.5, 1, 90]) {
      let sum = 0;
      for (let seed = 0; seed < 20_000; seed++) sum += new Draw(seed).keyOf("a/b@c", weight);
      // The standard error is 1 / (weight × √20,000), 0.7 % of the mean.
      expect((sum / 20_000) * weight).toBeGreaterThan(0.975);
      expect((sum / 20_000) * weight).toBeLessThan(1.025);
    }
  });

  it("gives the keys it always gave: recorded draws depend on their last digit", () => {
    const keys = ["a", "b", "c", "d"].map((seed) => new Draw(seed).keyOf("openai/gpt-4.1@openai", 1));
    expect(keys).toEqual([0.286860882614739, 1.8818100517590612, 0.46558325686279406, 0.9529487678149102]);
  });

  it("takes a number and its digits for the same seed", () => {
    expect(new Draw(7).keyOf("a/b@c", 1)).toBe(new Draw("7").keyOf("a/b@c", 1));
  });
});
