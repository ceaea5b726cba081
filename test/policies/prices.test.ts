import { calcPrice } from "@pydantic/genai-prices";
import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../engine/policy/compile-policy.js";
import { costOfBuckets, noTokens } from "../../server/ledger/usage-buckets.js";
import { readPolicyDirectory } from "../../server/policy-files/read-policy-directory.js";

/** What the price list calls a provider, where it is not what the catalog does. */
const providerNames: Readonly<Record<string, string>> = { "openai-eu": "openai", xai: "x-ai" };
/** Models that genai-prices 0.1.8 does not have at that provider: their `source` in the catalog is the provider's own page. */
const notListed = ["deepseek/deepseek-v4-pro@together", "qwen/qwen3.8-27b@groq", "qwen/qwen3.8-27b@cerebras"];
/** Prices move; these are as of then. Noon: DeepSeek charges by the hour. */
const AT = new Date("2026-10-01T12:00:00Z");

const catalog = compilePolicy(await readPolicyDirectory("policies")).value!.set.catalog;
const endpoints = catalog.models.flatMap((model) => model.endpoints);

describe("the shipped prices, against a public price list", () => {
  // Some providers charge more for long prompts.
  const prompts = [100_000, 200_000, 200_001, 272_001, 400_000];
  it.each(endpoints.map((endpoint) => [endpoint.id, endpoint] as const))(
    "%s",
    (id, { upstreamModel, provider, price, contextWindow }) => {
      for (const prompt of prompts.filter((one) => one === 100_000 || one + 10_000 <= contextWindow)) {
        const theirs = calcPrice(
          { input_tokens: prompt, cache_read_tokens: 40_000, output_tokens: 10_000 },
          upstreamModel,
          { providerId: providerNames[provider] ?? provider, timestamp: AT },
        );
        const buckets = { ...noTokens, input: prompt - 40_000, cachedInput: 40_000, output: 10_000 };
        const ours = costOfBuckets(buckets, price!) / 1e9;
        if (notListed.includes(id)) expect(theirs).toBeNull();
        else expect(ours, `of a prompt of ${prompt} tokens`).toBeCloseTo(theirs!.total_price, 8);
      }
    },
  );

  it("covers all but the few that the list does not have", () => {
    expect(endpoints.length - notListed.length).toBeGreaterThanOrEqual(25);
  });
});
