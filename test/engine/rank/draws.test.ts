import { describe, expect, it } from "vitest";
import type { CompiledPolicy } from "../../../engine/policy/compiled-policy.js";
import type { World } from "../../../engine/rank/world.js";
import { order, planOf, policyOf } from "./harness.js";

const SEEDS = 4_000;

/** How often each endpoint stands at `place` over many seeds. */
function sample(policy: CompiledPolicy, world: World = {}, place = 0): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let seed = 0; seed < SEEDS; seed++) {
    const id = order(planOf(policy, {}, { ...world, seed }))[place] ?? "nothing";
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
}

/** Chi-square of the counts against the expected shares; throws when an unexpected name was drawn. */
function chiSquare(counts: Record<string, number>, shares: Record<string, number>): number {
  expect(Object.keys(counts).sort()).toEqual(Object.keys(shares).sort());
  const total = Object.values(shares).reduce((sum, share) => sum + share, 0);
  return Object.entries(shares).reduce((sum, [name, share]) => {
    const expected = (SEEDS * share) / total;
    return sum + ((counts[name] ?? 0) - expected) ** 2 / expected;
  }, 0);
}

const models = { "a/a": {}, "b/b": { on: ["b", "z"] }, "c/c": {} };

describe("weighted", () => {
  const policy = policyOf({
    models,
    default: { to: ["a/a", "b/b", "c/c"], strategy: "weighted", weights: { "a/a": 90, "b/b": 9, "c/c": 1 } },
  });

  // 2 degrees of freedom: chi-square stays below 13.8 with probability 0.999.
  it("puts each model first in proportion to its weight", () => {
    expect(chiSquare(sample(policy), { "a/a@a": 90, "b/b@b": 9, "c/c@c": 1 })).toBeLessThan(13.8);
  });

  it("draws the rest from what remains, without replacement", () => {
    // Second place when the first is left out is a draw between the other two: 9 to 1.
    expect(chiSquare(sample(policy, { down: ["a"] }), { "b/b@b": 9, "c/c@c": 1 })).toBeLessThan(10.8);
  });

  it("keeps the endpoints of one weighted model together, in catalog order", () => {
    for (let seed = 0; seed < 200; seed++) {
      const ids = order(planOf(policy, {}, { seed }));
      expect(ids).toHaveLength(4);
      expect(ids[ids.indexOf("b/b@b") + 1]).toBe("b/b@z");
    }
  });

  it("may weigh the endpoints of one model apart", () => {
    const split = policyOf({
      models,
      default: { to: ["b/b@b", "b/b@z"], strategy: "weighted", weights: { "b/b@b": 3, "b/b@z": 1 } },
    });
    expect(chiSquare(sample(split), { "b/b@b": 3, "b/b@z": 1 })).toBeLessThan(10.8);
  });

  it("never draws what has no weight before what has one", () => {
    const partly = policyOf({
      models,
      default: { to: ["c/c", "a/a", "b/b"], strategy: "weighted", weights: { "a/a": 1, "b/b": 1 } },
    });
    for (let seed = 0; seed < 200; seed++) expect(order(planOf(partly, {}, { seed })).at(-1)).toBe("c/c@c");
  });

  it("gives the same plan for the same seed, and takes 0 when there is none", () => {
    expect(planOf(policy, {}, { seed: "s" })).toEqual(planOf(policy, {}, { seed: "s" }));
    expect(planOf(policy, {}, {})).toEqual(planOf(policy, {}, { seed: 0 }));
  });
});

describe("balanced", () => {
  it("spreads by 1 / price²", () => {
    const policy = policyOf({
      models: { "a/a": { price: ["1", "1"] }, "b/b": { price: ["2", "2"] }, "c/c": { price: ["1", "9"] } },
      default: { to: ["a/a", "b/b", "c/c"], strategy: "balanced" },
    });
    // Prices mixed three to one: 1, 2 and 3.
    expect(chiSquare(sample(policy), { "a/a@a": 1, "b/b@b": 1 / 4, "c/c@c": 1 / 9 })).toBeLessThan(13.8);
  });

  it("spreads by 1 − error rate, and never takes an endpoint for entirely broken", () => {
    const policy = policyOf({
      models: { "a/a": { price: ["1", "1"] }, "b/b": { price: ["1", "1"] }, "c/c": { price: ["1", "1"] } },
      default: { to: ["a/a", "b/b", "c/c"], strategy: "balanced" },
    });
    const error_rate = { "b/b@b": 0.5, "c/c@c": 1 };
    expect(chiSquare(sample(policy, { error_rate }), { "a/a@a": 1, "b/b@b": 0.5, "c/c@c": 0.01 })).toBeLessThan(13.8);
  });

  it("lets an endpoint without a price weigh as the dearest of the others", () => {
    const policy = policyOf({
      models: { "a/a": { price: ["1", "1"] }, "b/b": { price: ["3", "3"] }, "c/c": {} },
      default: { to: ["a/a", "b/b", "c/c"], strategy: "balanced" },
    });
    expect(chiSquare(sample(policy), { "a/a@a": 9, "b/b@b": 1, "c/c@c": 1 })).toBeLessThan(13.8);
  });

  it("spreads evenly when no price is known, and puts a free endpoint first nearly always", () => {
    const unpriced = policyOf({
      models: { "a/a": {}, "c/c": {} },
      default: { to: ["a/a", "c/c"], strategy: "balanced" },
    });
    expect(chiSquare(sample(unpriced), { "a/a@a": 1, "c/c@c": 1 })).toBeLessThan(10.8);
    const free = policyOf({
      models: { "a/a": { price: ["1", "1"] }, "c/c": { price: ["0", "0"] } },
      default: { to: ["a/a", "c/c"], strategy: "balanced" },
    });
    expect(sample(free)["c/c@c"]).toBeGreaterThan(SEEDS * 0.999);
  });
});

describe("sticky", () => {
  const weights = { "a/a": 1, "b/b": 1, "c/c": 1 };
  const to = Object.keys(weights);
  const policy = policyOf({ models, default: { to, strategy: "weighted", weights, sticky: "session" } });
  const chosen = (session: string, world: World = {}) => order(planOf(policy, { session }, world))[0];

  it("keeps a session on one candidate whatever the seed, and spreads sessions", () => {
    const found = new Set<string | undefined>();
    for (let session = 0; session < 50; session++) {
      const own = new Set(Array.from({ length: 20 }, (_, seed) => chosen(`s${session}`, { seed })));
      expect(own.size).toBe(1);
      found.add([...own][0]);
    }
    expect(found.size).toBe(3);
  });

  it("moves only the sessions of a candidate that is down, and back when it is up", () => {
    for (let session = 0; session < 200; session++) {
      const before = chosen(`s${session}`);
      const during = chosen(`s${session}`, { down: ["a"] });
      if (before !== "a/a@a") expect(during).toBe(before);
      else expect(during).not.toBe(before);
    }
  });

  it("draws by the seed when the request has no such value", () => {
    const found = new Set(Array.from({ length: 50 }, (_, seed) => order(planOf(policy, {}, { seed }))[0]));
    expect(found.size).toBe(3);
  });

  it("takes the prefix from the world, user and tenant from the facts", () => {
    const first = (sticky: "prefix" | "user" | "tenant", value: string, seed: number) => {
      const own = policyOf({ models, default: { to, strategy: "weighted", weights, sticky } });
      const facts = sticky === "prefix" ? {} : { [sticky]: value };
      return order(planOf(own, facts, { seed, ...(sticky === "prefix" ? { prefix: value } : {}) }))[0];
    };
    for (const sticky of ["prefix", "user", "tenant"] as const) {
      for (let value = 0; value < 20; value++)
        expect(first(sticky, `v${value}`, 1)).toBe(first(sticky, `v${value}`, 2));
    }
  });

  it("leaves `order` as written, which has no equals", () => {
    const written = policyOf({ models, default: { to: ["b/b@b", "a/a", "c/c"], sticky: "session" } });
    for (let session = 0; session < 20; session++)
      expect(order(planOf(written, { session: `s${session}` }))).toEqual(["b/b@b", "a/a@a", "c/c@c"]);
  });

  it("draws between candidates that another strategy finds equal, and only those", () => {
    const tied = policyOf({
      models: { "a/a": { price: ["1", "1"] }, "b/b": { price: ["1", "1"] }, "c/c": { price: ["9", "9"] } },
      default: { to: ["c/c", "a/a", "b/b"], strategy: "cheapest", sticky: "session" },
    });
    const plans = Array.from({ length: 50 }, (_, session) =>
      order(planOf(tied, { session: `s${session}`, context_tokens: 9 })),
    );
    expect(new Set(plans.map((ids) => ids[0]))).toEqual(new Set(["a/a@a", "b/b@b"]));
    expect(new Set(plans.map((ids) => ids[2]))).toEqual(new Set(["c/c@c"]));
  });
});
