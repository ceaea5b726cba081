import { describe, expect, it } from "vitest";
import { indexCatalog, indexPools } from "../../../engine/rank/catalog-index.js";
import { expandCandidates } from "../../../engine/rank/expand-candidates.js";
import { policyOf } from "./harness.js";

const setOf = () =>
  policyOf({
    models: {
      "openai/large": { on: ["openai", { provider: "azure", region: "eu" }, { provider: "azure", region: "us" }] },
      "mistral/large": {},
      "mistral/small": {},
    },
    providers: { azure: { region: "ch" } },
    pools: { big: ["openai/large", "mistral/large"] },
    default: { to: ["big"], fallback: ["mistral/small"] },
  }).set;

describe("indexCatalog()", () => {
  it("finds endpoints by their model, each with its model and provider, in catalog order", () => {
    const { catalog } = setOf();
    const { byModel, entries } = indexCatalog(catalog);
    expect(byModel.get("openai/large")?.map(({ endpoint }) => endpoint.id)).toEqual([
      "openai/large@openai",
      "openai/large@azure",
      "openai/large@azure",
    ]);
    expect(entries.map(({ model, provider }) => [model.id, provider?.name])).toEqual([
      ["openai/large", "openai"],
      ["openai/large", "azure"],
      ["openai/large", "azure"],
      ["mistral/large", "mistral"],
      ["mistral/small", "mistral"],
    ]);
  });

  it("finds the first of two endpoints of one model at one provider", () => {
    expect(indexCatalog(setOf().catalog).byEndpoint.get("openai/large@azure")?.endpoint.region).toBe("eu");
  });

  it("knows every model that has a bare name", () => {
    const { byBareName } = indexCatalog(setOf().catalog);
    expect(byBareName.get("large")).toEqual(["openai/large", "mistral/large"]);
    expect(byBareName.get("small")).toEqual(["mistral/small"]);
  });

  it("is made once for a catalog, as pools are for a set", () => {
    const set = setOf();
    expect(indexCatalog(set.catalog)).toBe(indexCatalog(set.catalog));
    expect(indexPools(set)).toBe(indexPools(set));
    expect(indexPools(set).get("big")?.items).toHaveLength(2);
  });
});

describe("expandCandidates()", () => {
  it("expands a route once, however many routes of a set there are", () => {
    const set = setOf();
    const other = { ...set.defaultRoute, fallback: [] };
    const [first, second] = [expandCandidates(set, set.defaultRoute, "auto"), expandCandidates(set, other, "auto")];
    expect(expandCandidates(set, set.defaultRoute, undefined)).toBe(first);
    expect(expandCandidates(set, other, undefined)).toBe(second);
    expect([first.to.length, first.fallback.length, second.fallback.length]).toEqual([3, 1, 0]);
  });
});
