import { describe, expect, it } from "vitest";
import type { Facts } from "../../../engine/evaluate/facts.js";
import type { StrategyBlend, StrategyName } from "../../../engine/policy/policy-set.js";
import { mixedPrice } from "../../../engine/rank/expected-cost.js";
import type { World } from "../../../engine/rank/world.js";
import { order, planOf, policyOf, price, type RouteText } from "./harness.js";

const models = {
  "a/dear": { quality: 0.9, price: ["10", "40"] },
  "b/unknown": {},
  "c/cheap": { quality: 0.4, price: ["0.1", "0.4"] },
  "d/middle": { quality: 0.7, price: ["1", "4"] },
} as const;
const all = Object.keys(models);

function first(
  strategy: StrategyName | StrategyBlend,
  facts: Facts = {},
  world: World = {},
  route: Partial<RouteText> = {},
) {
  return planOf(policyOf({ models, default: { to: all, strategy, ...route } }), facts, world);
}
function ranked(
  strategy: StrategyName | StrategyBlend,
  facts: Facts = {},
  world: World = {},
  route: Partial<RouteText> = {},
) {
  return order(first(strategy, facts, world, route)).map((id) => id.split("@")[0]);
}

describe("order", () => {
  it("keeps what is written and computes no score", () => {
    expect(ranked("order", { context_tokens: 10 })).toEqual(all);
    expect(first("order").attempts.map(({ score }) => score)).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe("cheapest", () => {
  it("goes by the expected cost of this request, no price last", () => {
    const plan = first("cheapest", { context_tokens: 10_000, max_output_tokens: 500 });
    expect(plan.attempts.map(({ endpoint, cost, score }) => [endpoint.model, cost, score])).toEqual([
      ["c/cheap", 1_200_000, 1_200_000],
      ["d/middle", 12_000_000, 12_000_000],
      ["a/dear", 120_000_000, 120_000_000],
      ["b/unknown", undefined, undefined],
    ]);
    expect(plan.assumedOutputTokens).toBe(500);
  });

  it("depends on the request: a long prompt turns the order of two models", () => {
    const policy = policyOf({
      models: { "a/cheap-output": { price: ["2", "2"] }, "b/cheap-input": { price: ["1", "10"] } },
      default: { to: ["a/cheap-output", "b/cheap-input"], strategy: "cheapest" },
    });
    expect(order(planOf(policy, { context_tokens: 1_000, max_output_tokens: 1_000 }))[0]).toBe("a/cheap-output@a");
    expect(order(planOf(policy, { context_tokens: 100_000, max_output_tokens: 1_000 }))[0]).toBe("b/cheap-input@b");
  });

  it("goes by the price of the prompt's size", () => {
    const { set, ...rest } = policyOf({
      models: {
        "a/flat": { price: ["3", "3"], window: 1_000_000 },
        "b/tiered": { price: ["2", "2"], window: 1_000_000 },
      },
      default: { to: ["a/flat", "b/tiered"], strategy: "cheapest" },
    });
    const above = [{ contextTokens: 200_000, ...price(["4", "4"]) }];
    const models = set.catalog.models.map((model) =>
      model.id === "b/tiered"
        ? { ...model, endpoints: model.endpoints.map((one) => ({ ...one, price: { ...one.price!, above } })) }
        : model,
    );
    const policy = { ...rest, set: { ...set, catalog: { ...set.catalog, models } } };
    expect(order(planOf(policy, { context_tokens: 200_000 }))[0]).toBe("b/tiered@b");
    expect(order(planOf(policy, { context_tokens: 200_001 }))[0]).toBe("a/flat@a");
  });

  it("assumes 1,024 output tokens, or the model's own limit when that is lower", () => {
    const policy = policyOf({
      models: {
        "a/short": { price: ["1", "1000"], maxOutput: 100 },
        "b/long": { price: ["1", "1000"], maxOutput: 9_999 },
      },
      default: { to: ["b/long", "a/short"], strategy: "cheapest" },
    });
    const plan = planOf(policy, { context_tokens: 0 });
    expect(plan.attempts.map(({ endpoint, cost }) => [endpoint.model, cost])).toEqual([
      ["a/short", 100_000_000],
      ["b/long", 1_024_000_000],
    ]);
    expect(plan.assumedOutputTokens).toBe(1_024);
  });

  it("compares by 1,000 prompt tokens when their number is unknown, and claims no cost", () => {
    const plan = first("cheapest");
    expect(plan.attempts.map(({ endpoint }) => endpoint.model)).toEqual(["c/cheap", "d/middle", "a/dear", "b/unknown"]);
    expect(plan.attempts.every(({ cost }) => cost === undefined)).toBe(true);
  });

  it("knows the cost of a free endpoint without knowing the prompt", () => {
    const policy = policyOf({ models: { "a/free": { price: ["0", "0"] } }, default: { to: ["a/free"] } });
    expect(planOf(policy).attempts[0]?.cost).toBe(0);
  });

  it("keeps the order written among equals", () => {
    const policy = policyOf({
      models: { "b/one": { price: ["1", "1"] }, "a/two": { price: ["1", "1"] } },
      default: { to: ["b/one", "a/two"], strategy: "cheapest" },
    });
    expect(order(planOf(policy, { context_tokens: 5 }))).toEqual(["b/one@b", "a/two@a"]);
  });
});

describe("fastest", () => {
  it("goes by observed latency; what was not measured follows in the order written", () => {
    const world = { latency_ms: { "c/cheap@c": 900, "d/middle@d": 200 } };
    expect(ranked("fastest", {}, world)).toEqual(["d/middle", "c/cheap", "a/dear", "b/unknown"]);
  });

  it("tries first what was not measured in one request of twenty, so that it is measured", () => {
    const latency_ms = { "c/cheap@c": 900, "d/middle@d": 200 };
    const orders = Array.from({ length: 4_000 }, (_, seed) => ranked("fastest", {}, { latency_ms, seed }).join(" "));
    const usual = "d/middle c/cheap a/dear b/unknown";
    const exploring = "a/dear b/unknown d/middle c/cheap";
    expect(new Set(orders)).toEqual(new Set([usual, exploring]));
    const share = orders.filter((order) => order === exploring).length / orders.length;
    expect(share).toBeGreaterThan(0.04);
    expect(share).toBeLessThan(0.06);
  });

  it("tries it for the same seeds in every version, since recorded decisions depend on it", () => {
    const latency_ms = { "d/middle@d": 200 };
    const exploring = Array.from({ length: 300 }, (_, seed) => seed).filter(
      (seed) => ranked("fastest", {}, { latency_ms, seed })[0] !== "d/middle",
    );
    expect(exploring).toEqual([22, 127, 130, 133, 159, 165, 178, 181, 183, 212, 220, 230, 241, 268]);
  });

  it("draws nothing when all are measured, or none is", () => {
    const all_ms = { "a/dear@a": 4, "b/unknown@b": 3, "c/cheap@c": 2, "d/middle@d": 1 };
    for (let seed = 0; seed < 200; seed++) {
      expect(ranked("fastest", {}, { latency_ms: all_ms, seed })).toEqual([
        "d/middle",
        "c/cheap",
        "b/unknown",
        "a/dear",
      ]);
      expect(ranked("fastest", {}, { seed })).toEqual(all);
    }
  });
});

describe("best", () => {
  it("goes by quality, unknown last", () => {
    expect(ranked("best")).toEqual(["a/dear", "d/middle", "c/cheap", "b/unknown"]);
  });
});

describe("least_busy", () => {
  it("goes by requests under way; not counted is none", () => {
    expect(ranked("least_busy", {}, { in_flight: { "a/dear@a": 3, "c/cheap@c": 1 } })).toEqual([
      "b/unknown",
      "d/middle",
      "c/cheap",
      "a/dear",
    ]);
  });

  it("takes what is no number for not counted", () => {
    const in_flight = { "a/dear@a": Number.NaN, "c/cheap@c": Number.POSITIVE_INFINITY, "d/middle@d": "9" as never };
    expect(first("least_busy", {}, { in_flight }).attempts.map(({ score }) => score)).toEqual([0, 0, 0, 0]);
  });
});

describe("fastest, of candidates none of which was measured", () => {
  it("computes no score, whatever the seed", () => {
    for (let seed = 0; seed < 60; seed++) {
      expect(first("fastest", {}, { seed }).attempts.map(({ score }) => score)).toEqual(all.map(() => undefined));
    }
  });
});

describe("a blend", () => {
  const facts = { context_tokens: 10_000, max_output_tokens: 500 };
  const latency_ms = { "a/dear@a": 500, "c/cheap@c": 1_000, "d/middle@d": 250 };

  it("weighs parts of the dearest and the slowest, and what quality lacks; unknown counts as the worst", () => {
    const plan = first({ cost: 0.5, latency: 0.3, quality: 0.2 }, facts, { latency_ms });
    const scores = plan.attempts.map(({ endpoint, score }) => [endpoint.model, Number(score?.toFixed(6))]);
    expect(scores).toEqual(
      [
        ["d/middle", 0.5 * 0.1 + 0.3 * 0.25 + 0.2 * 0.3],
        ["c/cheap", 0.5 * 0.01 + 0.3 * 1 + 0.2 * 0.6],
        ["a/dear", 0.5 * 1 + 0.3 * 0.5 + 0.2 * 0.1],
        ["b/unknown", 1],
      ].map(([model, score]) => [model, typeof score === "number" ? Number(score.toFixed(6)) : score]),
    );
  });

  it("does not care whether its shares add up to 1", () => {
    const world = { latency_ms };
    const one = first({ cost: 0.5, latency: 0.5 }, facts, world).attempts.map(({ score }) => score?.toFixed(9));
    const many = first({ cost: 7, latency: 7 }, facts, world).attempts.map(({ score }) => score?.toFixed(9));
    expect(many).toEqual(one);
  });

  it("of one share is that strategy alone", () => {
    expect(ranked({ cost: 1 }, facts)).toEqual(ranked("cheapest", facts));
    expect(ranked({ quality: 1 }, facts)).toEqual(ranked("best", facts));
    const measured = { latency_ms: { ...latency_ms, "b/unknown@b": 2_000 } };
    expect(ranked({ latency: 1 }, facts, measured)).toEqual(ranked("fastest", facts, measured));
  });

  it("that looks at latency tries what was not measured in one request of twenty, too", () => {
    const firsts = Array.from({ length: 1_000 }, (_, seed) => ranked({ latency: 1 }, facts, { latency_ms, seed })[0]);
    expect(new Set(firsts)).toEqual(new Set(["d/middle", "b/unknown"]));
    expect(firsts.filter((first) => first === "b/unknown").length).toBeLessThan(80);
  });

  it("goes by its other shares where all candidates are free", () => {
    const free = { price: ["0", "0"] } as const;
    const policy = policyOf({
      models: { "a/worse": { ...free, quality: 0.2 }, "b/better": { ...free, quality: 0.8 } },
      default: { to: ["a/worse", "b/better"], strategy: { cost: 0.5, quality: 0.5 } },
    });
    const { attempts } = planOf(policy, facts);
    expect(attempts.map(({ endpoint, score }) => [endpoint.model, score?.toFixed(6)])).toEqual([
      ["b/better", "0.100000"],
      ["a/worse", "0.400000"],
    ]);
  });

  it("of no shares keeps the order written and computes no score", () => {
    expect(ranked({})).toEqual(all);
    expect(first({}).attempts.map(({ score }) => score)).toEqual(all.map(() => undefined));
  });
});

describe("mixedPrice()", () => {
  it("is the price of a token when three of four are input", () => {
    // $2 and $10 for a million tokens, so $4: four million pico-dollars a token.
    expect(mixedPrice(price(["2", "10"]))).toBe(4_000_000);
  });
});

describe("fallback", () => {
  it("follows `to` in the order written, whatever the strategy", () => {
    const route = { to: ["a/dear", "d/middle"], fallback: ["b/unknown", "c/cheap"] };
    const { attempts } = first("cheapest", { context_tokens: 1 }, {}, route);
    expect(attempts.map(({ endpoint, from }) => `${from} ${endpoint.model}`)).toEqual([
      "to d/middle",
      "to a/dear",
      "fallback b/unknown",
      "fallback c/cheap",
    ]);
  });
});
