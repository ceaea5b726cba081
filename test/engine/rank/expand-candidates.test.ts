import { describe, expect, it } from "vitest";
import type { Selection } from "../../../engine/policy/policy-set.js";
import { canonicalModelId } from "../../../engine/rank/canonical-model.js";
import { order, planOf, policyOf, price, span } from "./harness.js";

const models = {
  "openai/large": {
    on: ["openai", "azure"],
    window: 1_000_000,
    can: ["tools", "vision"],
    quality: 0.8,
    price: ["2", "8"],
  },
  "openai/small": { can: ["tools"], quality: 0.5, price: ["0.4", "1.6"] },
  "mistral/large": { on: ["mistral", "azure"], quality: 0.7 },
  "google/flash": { quality: 0.6, price: ["0.3", "2.5"], window: 1_000_000 },
} as const;

describe("candidates", () => {
  it("expand a model to all its endpoints, in catalog order", () => {
    expect(order(planOf(policyOf({ models, default: { to: ["openai/large"] } })))).toEqual([
      "openai/large@openai",
      "openai/large@azure",
    ]);
  });

  it("hold each endpoint once, at its first place, `to` before `fallback`", () => {
    const policy = policyOf({
      models,
      pools: { cheap: ["google/flash", "openai/small"] },
      default: {
        to: ["openai/large@azure", "cheap", "openai/small", "openai/large"],
        fallback: ["cheap", "mistral/large@azure"],
      },
    });
    const plan = planOf(policy);
    expect(plan.attempts.map(({ endpoint, from }) => `${from} ${endpoint.id}`)).toEqual([
      "to openai/large@azure",
      "to google/flash@google",
      "to openai/small@openai",
      "to openai/large@openai",
      "fallback mistral/large@azure",
    ]);
  });

  it("hold a pool within a pool once, even when pools hold each other", () => {
    const pools = { outer: ["inner", "openai/small"], inner: ["google/flash", "outer"] };
    expect(order(planOf(policyOf({ models, pools, default: { to: ["outer"] } })))).toEqual([
      "google/flash@google",
      "openai/small@openai",
    ]);
  });

  it("are none of a pool, a model or an endpoint that is not there", () => {
    expect(order(planOf(policyOf({ models, default: { to: ["nobody", "no/model", "no/model@azure"] } })))).toEqual([]);
  });

  it.each([
    ["openai/large", ["openai/large@openai", "openai/large@azure", "google/flash@google"]],
    ["small", ["openai/small@openai", "google/flash@google"]],
    ["auto", ["google/flash@google"]],
    ["nobody/knows-it", ["google/flash@google"]],
    [undefined, ["google/flash@google"]],
  ])("take `requested` from the fact model = %s", (model, expected) => {
    const policy = policyOf({ models, default: { to: ["requested", "google/flash"] } });
    expect(order(planOf(policy, { model }))).toEqual(expected);
    expect(planOf(policy, { model }).excluded).toEqual([]);
  });

  it("answer each request by its own model, however often the route was asked before", () => {
    const policy = policyOf({ models, default: { to: ["requested"] } });
    expect(order(planOf(policy, { model: "openai/small" }))).toEqual(["openai/small@openai"]);
    expect(order(planOf(policy, { model: "google/flash" }))).toEqual(["google/flash@google"]);
  });

  const cases: readonly [string, Selection, readonly string[]][] = [
    ["capabilities", { capabilities: ["tools"] }, ["openai/large@openai", "openai/large@azure", "openai/small@openai"]],
    [
      "every one of the capabilities",
      { capabilities: ["tools", "vision"] },
      ["openai/large@openai", "openai/large@azure"],
    ],
    [
      "author",
      { author: ["mistral", "google"] },
      ["mistral/large@mistral", "mistral/large@azure", "google/flash@google"],
    ],
    ["provider", { provider: ["azure"] }, ["openai/large@azure", "mistral/large@azure"]],
    ["region", { region: ["eu"] }, ["mistral/large@mistral"]],
    [
      "a window above a bound",
      { contextWindow: { min: { value: 128_000, inclusive: false } } },
      ["openai/large@openai", "openai/large@azure", "google/flash@google"],
    ],
    [
      "quality up to a bound",
      { quality: { max: { value: 0.6, inclusive: true } } },
      ["openai/small@openai", "google/flash@google"],
    ],
    [
      "quality from a bound",
      { quality: { min: { value: 0.7, inclusive: true } } },
      ["openai/large@openai", "openai/large@azure", "mistral/large@mistral", "mistral/large@azure"],
    ],
    [
      "quality above a bound",
      { quality: { min: { value: 0.7, inclusive: false } } },
      ["openai/large@openai", "openai/large@azure"],
    ],
    ["quality below a bound", { quality: { max: { value: 0.6, inclusive: false } } }, ["openai/small@openai"]],
    [
      "a price, which an unpriced model does not fit",
      { priceOutput: { max: { value: price(["0", "2.5"]).output, inclusive: true } } },
      ["openai/small@openai", "google/flash@google"],
    ],
    [
      "all that is said",
      { capabilities: ["tools"], provider: ["openai"], priceInput: { max: { value: 1_000_000, inclusive: false } } },
      ["openai/small@openai"],
    ],
  ];
  it.each(cases)("select by %s", (_name, select, expected) => {
    const providers = { mistral: { region: "eu" }, openai: { region: "us" } };
    const policy = policyOf({ models, providers, default: { to: [{ kind: "select", select, span }] } });
    expect(order(planOf(policy))).toEqual(expected);
  });
});

describe("canonicalModelId", () => {
  const { catalog } = policyOf({ models: { ...models, "openrouter/auto": {} }, default: { to: [] } }).set;
  it.each([
    ["openai/small", "openai/small"],
    ["small", "openai/small"],
    ["large", undefined],
    ["openai/large@azure", undefined],
    ["OpenAI/small", undefined],
    ["auto", undefined],
    ["openrouter/auto", "openrouter/auto"],
    ["__proto__", undefined],
    ["", undefined],
  ])("reads %s as %s", (name, expected) => {
    expect(canonicalModelId(catalog, name)).toBe(expected);
  });
});
