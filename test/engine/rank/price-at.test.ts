import { describe, expect, it } from "vitest";
import { priceInTier } from "../../../engine/serving.js";

type Price = Parameters<typeof priceInTier>[0];

describe("priceInTier()", () => {
  const plain = { input: 1_100_000, output: 3, cachedInput: 100_000, cacheWrite: 7, cacheWrite1h: 9 };
  const longer = { contextTokens: 200, input: 2_000_000, output: 5, cacheWrite: 1 };
  const price = { ...plain, above: [longer], serviceTiers: { fast: 1.1, flex: 0.5 } } as unknown as Price;

  it("multiplies each price, those of long prompts too, and rounds to whole pico-dollars", () => {
    expect(priceInTier(price, "fast")).toEqual({
      ...{ input: 1_210_000, output: 3, cachedInput: 110_000, cacheWrite: 8, cacheWrite1h: 10 },
      above: [{ contextTokens: 200, input: 2_200_000, output: 6, cacheWrite: 1 }],
    });
    expect(priceInTier({ ...price, above: [] }, "flex")).toEqual({
      ...{ input: 550_000, output: 2, cachedInput: 50_000, cacheWrite: 4, cacheWrite1h: 5 },
      above: [],
    });
  });

  it("has no price that the catalog does not have", () => {
    const few = { input: 2, output: 3, serviceTiers: { fast: 2 } } as unknown as Price;
    expect(priceInTier(few, "fast")).toStrictEqual({ input: 4, output: 6 });
  });

  it("is the ordinary price where the catalog does not know the tier", () => {
    for (const tier of [undefined, "default", "", "toString", "__proto__"])
      expect(priceInTier(price, tier)).toBe(price);
    expect(priceInTier(plain as unknown as Price, "fast")).toBe(plain);
  });
});
