import { describe, expect, it } from "vitest";
import { buildDecisionTree } from "../../../engine/compile/build-decision-tree.js";
import type { Facts } from "../../../engine/evaluate/facts.js";
import { explain } from "../../../engine/explain/explain.js";
import type { CompiledPolicy } from "../../../engine/policy/compiled-policy.js";
import type { Route } from "../../../engine/policy/policy-set.js";
import { strategies } from "../../../engine/rank/strategies.js";
import type { World } from "../../../engine/rank/world.js";
import { CaseMeanings } from "../../../engine/replay/case-meanings.js";
import { PolicyDecider } from "../../../engine/replay/policy-decider.js";
import { RecordReader } from "../../../engine/replay/records/record-reader.js";
import { destinationOf } from "../../../engine/replay/replay-decision.js";
import { parseUsd } from "../../../engine/units/money.js";
import { Random } from "../../differential/random.js";
import { type ModelText, policyOf, type RouteText, requireRule } from "../rank/harness.js";

const seed = 20261126;
const names = Array.from({ length: 8 }, (_, number) => `a/m${number}`);
const endpoints = names.flatMap((name) => [`${name}@p`, `${name}@q`]);
const prices: readonly (readonly [string, string])[] = [
  ["0", "0"],
  ["1", "2"],
  ["1", "2"],
  ["3", "15"],
];
const all: readonly Route["strategy"][] = [
  ...(Object.keys(strategies) as (keyof typeof strategies)[]),
  { cost: 1, latency: 2, quality: 1 },
  { cost: 1 },
  { quality: 2, latency: 1 },
];

/** Routes of one strategy, the first of which may hand on to the second. */
function policyOfStrategy(strategy: Route["strategy"], random: Random): CompiledPolicy {
  const model = (): ModelText => ({
    on: random.pick([["p"], ["p", "q"]]),
    window: random.pick([8_000, 128_000]),
    ...(random.chance(0.3) ? { maxOutput: random.pick([1_000, 4_000]) } : {}),
    ...(random.chance(0.8) ? { price: random.pick(prices) } : {}),
    ...(random.chance(0.7) ? { quality: random.pick([0.5, 0.5, 0.9]) } : {}),
  });
  const route = (): RouteText => ({
    strategy,
    to: random.some(names, 7),
    fallback: random.some(names, 2),
    weights: Object.fromEntries([...names, ...endpoints].filter(() => random.chance(0.4)).map((name) => [name, 3])),
    ...(random.chance(0.5) ? { sticky: random.pick(["session", "prefix"] as const) } : {}),
    ...(random.chance(0.3) ? { maxCostUsd: "0.01" } : {}),
  });
  const models = Object.fromEntries(names.map((name) => [name, model()]));
  const first: RouteText = { ...route(), onExhausted: random.pick(["fail", "next_rule"] as const) };
  const policy = policyOf({ models, rules: { first }, default: route() });
  const guards = random.chance(0.3) ? [requireRule("guard", { maxCost: parseUsd("0.005")! })] : [];
  const set = { ...policy.set, rules: [...guards, ...policy.set.rules] };
  return { ...policy, set, tree: buildDecisionTree(set) };
}

function requestOf(random: Random): { readonly facts: Facts; readonly world: World } {
  const figures = (make: () => number) =>
    Object.fromEntries(endpoints.filter(() => random.chance(0.6)).map((endpoint) => [endpoint, make()]));
  const maybe = <Value extends object>(value: Value): Partial<Value> => (random.chance(0.5) ? value : {});
  return {
    facts: {
      ...maybe({ context_tokens: random.pick([10, 7_000, 9_000, 90_000.5, 200_000]) }),
      ...maybe({ max_output_tokens: random.pick([0, 1_000, 2_000, 5_000]) }),
      ...maybe({ budget_usd: random.pick([0, 0.0005, 0.02, 1e300]) }),
      ...maybe({ max_latency_ms: random.pick([100, 300]) }),
      ...maybe({ session: random.pick(["s", "t", "sé"]) }),
    },
    world: {
      ...maybe({ latency_ms: figures(() => random.pick([100, 100, 250.5, 500])) }),
      ...maybe({ in_flight: figures(() => random.integer(0, 2)) }),
      ...maybe({ error_rate: figures(() => random.pick([0, 0.5, 1])) }),
      ...maybe({ seed: `seed-${random.integer(0, 200)}` }),
      ...maybe({ prefix: `${random.integer(0, 3)}` }),
      ...(random.chance(0.1) ? { answers: 3 } : {}),
      ...(random.chance(0.1) ? { no_fallback: true } : {}),
      ...(random.chance(0.1) ? { largest_prompt: random.pick([10, 9_000]) } : {}),
    },
  };
}

describe("ranking by figures", () => {
  it.each(all.map((strategy) => [JSON.stringify(strategy), strategy] as const))(
    `is as ranking: %s (seed ${seed})`,
    (_, strategy) => {
      const random = new Random(seed);
      let handedOn = 0;
      let exhausted = 0;
      for (let round = 0; round < 20; round++) {
        const policy = policyOfStrategy(strategy, random);
        const reader = new RecordReader((bytes, start, end) => Buffer.from(bytes).toString("utf8", start, end));
        const decider = new PolicyDecider(policy, reader, new CaseMeanings());
        for (let number = 0; number < 100; number++) {
          const { facts, world } = requestOf(random);
          const { outcome, candidates, ...stored } = explain(policy, facts, world, { id: `dec_${number}` });
          reader.open(new TextEncoder().encode(`${JSON.stringify(stored)}\n`));
          expect(reader.read(0)).toBeGreaterThan(0);
          const expected = destinationOf(policy, facts, world);
          expect(decider.destination()).toEqual(expected);
          if (expected.endpoint === undefined) exhausted++;
          if (expected.rule === "default") handedOn++;
        }
      }
      expect(Math.min(handedOn, exhausted)).toBeGreaterThan(20);
    },
  );
});
