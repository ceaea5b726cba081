import { describe, expect, it } from "vitest";
import { costOfTokensUsed, expectedCost, wholeTokens } from "../../../engine/rank/expected-cost.js";
import { costOfTokens, type PicoUsdPerToken, parsePricePerMillionTokens } from "../../../engine/units/money.js";
import { catalogOf, price } from "./harness.js";

const cheap = price(["1", "4"]); // $1 for a million tokens: 1,000 nano-dollars a token
const dear = { ...price(["2", "8"]), contextTokens: 100 };

describe("costOfTokens()", () => {
  it("is rounded up exactly, near whole nano-dollars of any size", () => {
    for (let nano = 1; nano <= 9_007_199_254_740; nano = Math.ceil(nano * 1.37)) {
      for (const pico of [-999, -1, 0, 1, 500, 999].map((more) => nano * 1_000 + more)) {
        const exact = Number((BigInt(pico) + 999n) / 1_000n);
        expect(costOfTokens(1, pico as PicoUsdPerToken), String(pico)).toBe(exact);
        expect(costOfTokens(pico, 1 as PicoUsdPerToken), String(pico)).toBe(exact);
      }
    }
  });
  it("stays exact where the product is more than numbers hold", () => {
    const [tokens, price] = [90_000_000_001, 1_000_003];
    const exact = (BigInt(tokens) * BigInt(price) + 999n) / 1_000n;
    expect(costOfTokens(tokens, price as PicoUsdPerToken)).toBe(Number(exact));
  });
});

describe("costOfTokensUsed()", () => {
  const cachedInput = parsePricePerMillionTokens("0.1")!;
  const cacheWrite = parsePricePerMillionTokens("1.25")!;
  const used = { input_tokens: 100, output_tokens: 10, cached_input_tokens: 60, cache_write_input_tokens: 30 };

  it("adds up input and output", () => {
    expect(costOfTokensUsed({ input_tokens: 100, output_tokens: 10 }, cheap)).toBe(100_000 + 40_000);
  });
  it("takes what was read from a cache and written to it out of the input, each at its own price", () => {
    expect(costOfTokensUsed(used, { ...cheap, cachedInput, cacheWrite })).toBe(10_000 + 6_000 + 37_500 + 40_000);
    expect(costOfTokensUsed(used, cheap)).toBe(100_000 + 40_000);
    // More than there was: the rest is none.
    expect(costOfTokensUsed({ ...used, input_tokens: 50 }, { ...cheap, cachedInput, cacheWrite })).toBe(83_500);
  });
  it("takes what is kept for an hour at a price of its own, else at that of other writes", () => {
    const hour = { ...used, cache_write_1h_input_tokens: 20 };
    const cacheWrite1h = parsePricePerMillionTokens("2")!;
    expect(costOfTokensUsed(hour, { ...cheap, cachedInput, cacheWrite, cacheWrite1h })).toBe(
      10_000 + 6_000 + 12_500 + 40_000 + 40_000,
    );
    expect(costOfTokensUsed(hour, { ...cheap, cachedInput, cacheWrite })).toBe(
      costOfTokensUsed(used, { ...cheap, cachedInput, cacheWrite }),
    );
    // More than was written: the rest is none.
    const tooMuch = { ...used, cache_write_1h_input_tokens: 50 };
    expect(costOfTokensUsed(tooMuch, { ...cheap, cacheWrite1h })).toBe(10_000 + 60_000 + 60_000 + 40_000);
  });
  it("takes the price of the whole prompt's size, cached tokens included", () => {
    const tiers = { ...cheap, above: [dear] };
    expect(costOfTokensUsed(used, tiers)).toBe(100_000 + 40_000);
    expect(costOfTokensUsed({ ...used, input_tokens: 101 }, tiers)).toBe(202_000 + 80_000);
  });
});

describe("expectedCost()", () => {
  const [model] = catalogOf({ "a/one": { price: ["1", "4"], maxOutput: 50 } }).models;
  const endpoint = model!.endpoints[0]!;
  it("takes an answer as long as the request allows, else as long as the model's can be", () => {
    expect(expectedCost(endpoint, 100, 10)).toBe(100_000 + 40_000);
    expect(expectedCost(endpoint, 100, undefined)).toBe(100_000 + 200_000);
    expect(expectedCost({ ...endpoint, maxOutputTokens: 9_000 }, 100, undefined)).toBe(100_000 + 1_024 * 4_000);
    expect(expectedCost(endpoint, 100, 10, 3)).toBe(100_000 + 120_000);
  });
  it("is unknown without a price, or without the prompt's size where it matters", () => {
    const { price: own, ...unpriced } = endpoint;
    expect(expectedCost(unpriced, 100, 10)).toBeUndefined();
    expect(expectedCost(endpoint, undefined, 10)).toBeUndefined();
    const freeInput = { ...own!, input: parsePricePerMillionTokens("0")! };
    expect(expectedCost({ ...endpoint, price: freeInput }, undefined, 10)).toBe(40_000);
    expect(expectedCost({ ...endpoint, price: { ...freeInput, above: [dear] } }, undefined, 10)).toBeUndefined();
  });
});

describe("wholeTokens()", () => {
  it("rounds up, and knows no impossible count", () => {
    expect([0, 1.2, -5].map(wholeTokens)).toEqual([0, 2, 0]);
    expect([undefined, Number.NaN, Number.POSITIVE_INFINITY].map(wholeTokens)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
