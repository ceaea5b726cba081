import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

interface Price {
  readonly input: number;
  readonly output: number;
  readonly cached_input?: number;
  readonly cache_write?: number;
}
interface Model {
  readonly context_window: string | number;
  readonly price: Price;
  readonly quality: number;
  readonly source: { readonly url: string; readonly date: string };
  readonly endpoints: readonly { readonly provider: string; readonly price?: Price }[];
}

const catalog = parse(await readFile("policies/catalog.yaml", "utf8")) as {
  readonly providers: Readonly<Record<string, { readonly api_key_env: string; readonly base_url: string }>>;
  readonly models: Readonly<Record<string, Model>>;
};
const models = Object.entries(catalog.models);

describe("the shipped catalog", () => {
  it("has about 25 models at six providers or more, and those the docs use", () => {
    expect(models.length).toBeGreaterThanOrEqual(25);
    expect(new Set(models.flatMap(([, { endpoints }]) => endpoints.map((endpoint) => endpoint.provider)))).toEqual(
      new Set(Object.keys(catalog.providers)),
    );
    expect(Object.keys(catalog.providers).length).toBeGreaterThanOrEqual(6);
    expect(Object.keys(catalog.models)).toEqual(
      expect.arrayContaining([
        "openai/gpt-4.1",
        "openai/gpt-4.1-mini",
        "anthropic/claude-sonnet-4.5",
        "google/gemini-2.5-pro",
        "google/gemini-2.5-flash",
      ]),
    );
  });

  it.each(models)("%s says where its figures are from, and when", (_id, { source }) => {
    expect(source.url).toMatch(/^https:\/\//);
    expect(source.date).toMatch(/^2026-\d\d-\d\d$/);
    expect(Date.parse(source.date)).toBeLessThanOrEqual(Date.parse("2026-11-24"));
  });

  it.each(models)("%s has prices of a plausible size and relation", (_id, { price, endpoints, quality }) => {
    for (const { input, output, cached_input, cache_write } of [
      price,
      ...endpoints.flatMap((each) => each.price ?? []),
    ]) {
      expect(input).toBeGreaterThanOrEqual(0.02);
      expect(input).toBeLessThanOrEqual(15);
      expect(output).toBeGreaterThanOrEqual(input);
      expect(output).toBeLessThanOrEqual(Math.min(75, input * 12));
      if (cached_input !== undefined) expect(cached_input).toBeLessThan(input);
      if (cache_write !== undefined) expect(cache_write).toBeGreaterThanOrEqual(input);
    }
    expect(quality).toBeGreaterThan(0);
    expect(quality).toBeLessThanOrEqual(1);
  });

  it("gives each provider its own key and an https address", () => {
    const providers = Object.values(catalog.providers);
    expect(new Set(providers.map(({ api_key_env }) => api_key_env)).size).toBe(providers.length);
    for (const { base_url } of providers) expect(base_url).toMatch(/^https:\/\/.*[^/]$/);
  });

  it("has open models at two providers with prices of their own", () => {
    const open = ["meta/llama-3.3-70b", "openai/gpt-oss-120b", "qwen/qwen3.8-27b", "deepseek/deepseek-v4-pro"];
    for (const id of open) {
      const endpoints = catalog.models[id]?.endpoints ?? [];
      expect(endpoints).toHaveLength(2);
      expect(endpoints[1]?.price).toBeDefined();
    }
  });
});
