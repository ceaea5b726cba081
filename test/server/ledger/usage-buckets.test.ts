import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Price } from "../../../engine/index.js";
import { readUsage } from "../../../server/dispatch/answers/usage.js";
import { costOfAttempt, upperBound } from "../../../server/ledger/attempt-cost.js";
import { costOfBuckets, inputTotal, noTokens, outputTotal, readBuckets } from "../../../server/ledger/usage-buckets.js";

/** 1 and 2 USD per million tokens, 0.5 cached. */
const PRICE = { input: 1_000_000, output: 2_000_000, cachedInput: 500_000 } as Price;

describe("readBuckets()", () => {
  it("counts each token once", () => {
    const usage = {
      prompt_tokens: 1_000,
      completion_tokens: 500,
      prompt_tokens_details: {
        cached_tokens: 600,
        audio_tokens: 100,
        cache_write_tokens: 50,
        cache_write_1h_tokens: 20,
      },
      completion_tokens_details: { reasoning_tokens: 300, audio_tokens: 20 },
    };
    expect(readBuckets(usage)).toEqual({
      ...{ input: 250, cachedInput: 600, cacheWrite: 50, cacheWrite1h: 20, audioInput: 100, imageInput: 0 },
      ...{ output: 180, reasoning: 300, audioOutput: 20 },
    });
  });

  // https://github.com/vercel/ai, packages/moonshotai/src/convert-moonshotai-chat-usage.ts, and https://api-docs.deepseek.com/guides/kv_cache, read 2026-11-27
  it.each([{ cached_tokens: 90 }, { prompt_cache_hit_tokens: 90, prompt_cache_miss_tokens: 10 }])(
    "counts cached tokens that stand beside the totals, as Kimi and DeepSeek write them: %o",
    (cached) => {
      const usage = { prompt_tokens: 100, completion_tokens: 5, total_tokens: 105, ...cached };
      expect(readBuckets(usage)).toMatchObject({ input: 10, cachedInput: 90, output: 5 });
      expect(readUsage(usage)).toEqual({ input_tokens: 100, output_tokens: 5, cached_input_tokens: 90 });
    },
  );

  // https://docs.x.ai/docs/key-information/consumption-and-rate-limits, read 2026-11-26
  it("counts reasoning that stands beside the completion's tokens, as xAI writes it", () => {
    const usage = {
      prompt_tokens: 12,
      completion_tokens: 1,
      total_tokens: 399,
      completion_tokens_details: { reasoning_tokens: 386 },
    };
    expect(readBuckets(usage)).toMatchObject({ input: 12, output: 1, reasoning: 386 });
    const { completion_tokens_details: _, ...plain } = usage;
    expect(readBuckets(plain)).toMatchObject({ input: 12, output: 387, reasoning: 0 });
    expect(readBuckets({ ...plain, total_tokens: 5 })).toMatchObject({ input: 12, output: 1 });
    expect(readUsage(usage)).toEqual({ input_tokens: 12, output_tokens: 387, reasoning_output_tokens: 386 });
  });

  it("adds up to the totals, whatever a provider says", () => {
    const detail = fc.oneof(fc.nat(), fc.integer(), fc.double(), fc.constantFrom(null, "7", undefined));
    const details = fc.record({
      cached_tokens: detail,
      audio_tokens: detail,
      image_tokens: detail,
      reasoning_tokens: detail,
    });
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e6), details, details, (input, output, first, second) => {
        const usage = {
          prompt_tokens: input,
          completion_tokens: output,
          prompt_tokens_details: first,
          completion_tokens_details: second,
        };
        const buckets = readBuckets(usage)!;
        expect(inputTotal(buckets)).toBe(input);
        expect(outputTotal(buckets)).toBe(output);
        for (const count of Object.values(buckets)) expect(Number.isInteger(count) && count >= 0).toBe(true);
        const most = costOfBuckets({ ...noTokens, input, output }, PRICE);
        expect(costOfBuckets(buckets, PRICE)).toBeLessThanOrEqual(most + 1);
      }),
    );
  });

  it.each([
    [undefined],
    [null],
    [{}],
    [{ prompt_tokens: 1 }],
    [{ prompt_tokens: -1, completion_tokens: 1 }],
    [{ prompt_tokens: 1.5, completion_tokens: 1 }],
  ])("is undefined for %j", (usage) => {
    expect(readBuckets(usage)).toBeUndefined();
  });
});

describe("costOfAttempt()", () => {
  const usage = { ...noTokens, input: 400, cachedInput: 600, output: 500 };
  const base = {
    usage,
    reportedUsd: undefined,
    price: PRICE,
    prompt: { ...noTokens, input: 900 },
    producedTokens: 100,
  };

  it.each([
    ["an answer: usage × price", { end: "answered" }, 1_700_000, 1_700_000, "usage"],
    [
      "what the provider says it cost comes first",
      { end: "answered", reportedUsd: 0.0015 },
      1_500_000,
      1_500_000,
      "provider",
    ],
    [
      "without usage: estimated tokens × price",
      { end: "answered", usage: undefined },
      1_100_000,
      1_100_000,
      "estimate",
    ],
    [
      "a client that hung up pays for what had come",
      { end: "cancelled", usage: undefined },
      1_100_000,
      1_100_000,
      "estimate",
    ],
    [
      "of whom is known what the prompt took",
      { end: "cancelled", usage: undefined, prompt: { ...noTokens, input: 100, cachedInput: 800 } },
      700_000,
      700_000,
      "estimate",
    ],
    ["a cut stream is incurred, not charged", { end: "cut", usage: undefined }, 1_100_000, 0, "estimate"],
    ["a refused call costs nothing", { end: "refused" }, 0, 0, "none"],
    ["a wasted one cannot be known", { end: "wasted", usage: undefined }, undefined, 0, "unknown"],
    ["a wasted one with usage is incurred, not charged", { end: "wasted" }, 1_700_000, 0, "usage"],
    [
      "a report that searches may explain is believed",
      { end: "answered", reportedUsd: 1 },
      1_000_000_000,
      1_000_000_000,
      "provider",
    ],
    ["one that nothing explains is not", { end: "answered", reportedUsd: 1_500 }, 1_700_000, 1_700_000, "usage"],
    [
      "with a free model any is",
      { end: "answered", reportedUsd: 5, price: { input: 0, output: 0 } as unknown as Price },
      5_000_000_000,
      5_000_000_000,
      "provider",
    ],
    ["without a price it is unknown, not free", { end: "answered", price: undefined }, undefined, 0, "unknown"],
  ] as const)("%s", (_name, call, incurred, charged, source) => {
    expect(costOfAttempt({ ...base, ...call })).toMatchObject({ incurred, charged, source });
  });
});

describe("a price with tiers", () => {
  const price = {
    ...{ input: 1_000_000, output: 2_000_000, cachedInput: 100_000 },
    above: [{ contextTokens: 200, input: 2_000_000, output: 3_000_000 }],
  } as unknown as Price;

  it("is that of the prompt's size for all tokens of the call; cached ones count into the size", () => {
    const buckets = { ...noTokens, input: 100, cachedInput: 100, output: 10 };
    expect(costOfBuckets(buckets, price)).toBe(100_000 + 10_000 + 20_000);
    // One more: every token costs more, and the tier has no price of its own for cached ones.
    expect(costOfBuckets({ ...buckets, cachedInput: 101 }, price)).toBe(200_000 + 202_000 + 30_000);
  });

  it("is held as if the prompt reached each tier that it can reach", () => {
    const call = { price, maxOutputTokens: 10, choices: 1, endpoint: { contextWindow: 1_000 } };
    expect(upperBound({ ...call, promptUpper: 200 })).toBe(200_000 + 20_000 + 3);
    expect(upperBound({ ...call, promptUpper: 201 })).toBe(402_000 + 30_000 + 3);
  });
});

describe("upperBound()", () => {
  const endpoint = { maxOutputTokens: 8_000, contextWindow: 100_000 };
  const call = { price: PRICE, promptUpper: 1_000, maxOutputTokens: 100, choices: 1, endpoint };

  it("is the prompt and the longest answer", () => {
    expect(upperBound(call)).toBe(1_000_000 + 200_000 + 3);
    expect(upperBound({ ...call, choices: 3 })).toBe(1_000_000 + 600_000 + 3);
    expect(upperBound({ ...call, price: { input: 0, output: 0 } as Price })).toBe(0);
    expect(upperBound({ ...call, maxOutputTokens: undefined })).toBe(1_000_000 + 16_000_000 + 3);
    expect(upperBound({ ...call, maxOutputTokens: 50_000 })).toBe(1_000_000 + 16_000_000 + 3);
    expect(upperBound({ ...call, maxOutputTokens: undefined, endpoint: { contextWindow: 100_000 } })).toBe(201_000_003);
  });

  it("is no less than what any call within it costs", () => {
    const flat = {
      input: fc.nat(1e8),
      output: fc.nat(1e8),
      cachedInput: fc.nat(1e8),
      cacheWrite: fc.nat(1e8),
      cacheWrite1h: fc.nat(1e8),
    };
    const tiers = fc.uniqueArray(fc.record({ contextTokens: fc.nat(1e6), ...flat }), {
      selector: ({ contextTokens }) => contextTokens,
      maxLength: 3,
    });
    const price = fc.record({
      ...flat,
      above: tiers.map((some) => some.sort((a, b) => a.contextTokens - b.contextTokens)),
    });
    fc.assert(
      fc.property(
        price,
        fc.nat(1e6),
        fc.nat(8_000),
        fc.nat(1e6),
        fc.nat(1e6),
        fc.nat(1e6),
        (prices, input, output, cached, write, hour) => {
          const given = prices as unknown as Price;
          const buckets = readBuckets({
            prompt_tokens: input,
            completion_tokens: output,
            prompt_tokens_details: {
              cached_tokens: cached,
              cache_write_tokens: write,
              cache_write_1h_tokens: hour,
            },
          })!;
          const bound = upperBound({ price: given, promptUpper: input, maxOutputTokens: output, choices: 1, endpoint });
          expect(costOfBuckets(buckets, given)).toBeLessThanOrEqual(bound);
        },
      ),
    );
  });
});
