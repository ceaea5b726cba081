import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Facts } from "../../../engine/evaluate/facts.js";
import type { Requirement, RequireRule, StrategyBlend, StrategyName } from "../../../engine/policy/policy-set.js";
import { rankAttempts } from "../../../engine/rank/rank.js";
import { exclusionReasons } from "../../../engine/rank/route-plan.js";
import type { World } from "../../../engine/rank/world.js";
import { parseUsd } from "../../../engine/units/money.js";
import { type ModelText, outcomeOf, planOf, policyOf, type RouteText, requireRule } from "./harness.js";

const providers = ["p", "q", "r"];
const ids = ["a/one", "b/two", "c/three", "d/four"];
const names = [
  ...providers,
  ...ids,
  ...ids.flatMap((id) => providers.map((provider) => `${id}@${provider}`)),
  "nobody",
];
const endpoints = names.filter((name) => name.includes("@"));

const amount = fc.integer({ min: 0, max: 50_000 }).map((value) => String(value / 1_000));
const model: fc.Arbitrary<ModelText> = fc.record(
  {
    on: fc.uniqueArray(fc.constantFrom(...providers), { minLength: 1 }),
    window: fc.constantFrom(1_000, 128_000, 1_000_000),
    maxOutput: fc.constantFrom(100, 8_192),
    can: fc.subarray(["tools", "vision", "json_schema"]),
    quality: fc.double({ min: 0, max: 1, noNaN: true }),
    price: fc.tuple(amount, amount),
  },
  { requiredKeys: ["on"] },
);
const strategy: fc.Arbitrary<StrategyName | StrategyBlend> = fc.oneof(
  fc.constantFrom<StrategyName>("order", "cheapest", "fastest", "best", "weighted", "balanced", "least_busy"),
  fc.record({ cost: fc.nat(3), latency: fc.nat(3), quality: fc.nat(3) }, { requiredKeys: [] }),
);
const reference = fc.constantFrom(...ids, ...endpoints, "pool", "requested");
const route: fc.Arbitrary<RouteText> = fc.record(
  {
    to: fc.array(reference, { maxLength: 5 }),
    fallback: fc.array(reference, { maxLength: 3 }),
    strategy,
    weights: fc.dictionary(fc.constantFrom(...ids, ...endpoints), fc.integer({ min: 1, max: 100 })),
    sticky: fc.constantFrom("session", "user", "tenant", "prefix"),
    maxCostUsd: fc.constantFrom("0.001", "1"),
    onExhausted: fc.constantFrom("fail", "next_rule"),
  },
  { requiredKeys: ["to"] },
);
const odd = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, 0.5, 1e300);
const facts: fc.Arbitrary<Facts> = fc.record(
  {
    model: fc.constantFrom(...ids, "one", "auto", "nobody"),
    context_tokens: fc.oneof(fc.nat(300_000), odd),
    max_output_tokens: fc.oneof(fc.nat(20_000), odd),
    budget_usd: fc.oneof(fc.double({ min: 0, max: 2, noNaN: true }), odd),
    max_latency_ms: fc.oneof(fc.nat(5_000), odd),
    session: fc.string(),
    uses_tools: fc.boolean(),
    uses_vision: fc.boolean(),
    uses_json_schema: fc.boolean(),
  },
  { requiredKeys: [] },
);
const someNames = fc.subarray(names, { maxLength: 4 });
const figures = fc.dictionary(fc.constantFrom(...endpoints, "no/such@one"), fc.oneof(fc.nat(9_000), odd));
const world: fc.Arbitrary<World> = fc.record(
  {
    down: someNames,
    rate_limited: someNames,
    no_credentials: someNames,
    unsupported: someNames,
    hint_excluded: someNames,
    latency_ms: figures,
    in_flight: figures,
    error_rate: figures,
    seed: fc.oneof(fc.string(), fc.integer()),
    prefix: fc.string(),
  },
  { requiredKeys: [] },
);
const require: fc.Arbitrary<Requirement> = fc.record(
  {
    region: fc.constant(["eu"]),
    provider: fc.subarray(providers, { minLength: 1 }),
    maxRetentionDays: fc.constantFrom(0, 30),
    capabilities: fc.constant(["tools"]),
    maxCost: fc.constant(parseUsd("0.01")!),
  },
  { requiredKeys: [] },
);
const policy = fc
  .record({
    models: fc
      .tuple(model, model, model, model)
      .map((list) => Object.fromEntries(list.map((text, i) => [ids[i]!, text]))),
    rules: fc.dictionary(fc.constantFrom("first", "second"), route),
    default: route,
    pools: fc.record({ pool: fc.array(fc.constantFrom(...ids), { maxLength: 3 }) }),
  })
  .map((text) =>
    policyOf({
      ...text,
      providers: { p: { region: "eu", retentionDays: 0 }, q: { region: "us", retentionDays: 30 }, r: {} },
    }),
  );
const requirements: fc.Arbitrary<readonly RequireRule[]> = fc
  .array(require, { maxLength: 2 })
  .map((list) => list.map((requirement, index) => requireRule(`guard-${index}`, requirement)));

describe("rank, for any policy, request and world", () => {
  it("gives a sound plan, and the same one again", () => {
    fc.assert(
      fc.property(policy, facts, world, requirements, (compiled, request, seen, guards) => {
        const plan = planOf(compiled, request, seen, guards);
        expect(planOf(structuredClone(compiled), structuredClone(request), structuredClone(seen), guards)).toEqual(
          plan,
        );

        const { rule, attempts } = plan;
        expect(rankAttempts(compiled, outcomeOf(compiled, guards), request, seen)).toEqual({ rule, attempts });

        const all = [...plan.attempts, ...plan.excluded];
        expect(new Set(all.map(({ endpoint }) => endpoint.id)).size).toBe(all.length);
        for (const { reason, detail } of plan.excluded) {
          expect(exclusionReasons).toContain(reason);
          expect(detail).not.toMatch(/undefined|NaN|\[object/);
        }
        const gone = [...(seen.down ?? []), ...(seen.no_credentials ?? []), ...(seen.hint_excluded ?? [])];
        for (const { endpoint, cost, score, route: own, from } of plan.attempts) {
          expect([endpoint.id, endpoint.model, endpoint.provider].filter((name) => gone.includes(name))).toEqual([]);
          expect(
            cost === undefined || (Number.isSafeInteger(cost) && cost >= 0) || request.context_tokens === 1e300,
          ).toBe(true);
          expect(score === undefined || Number.isFinite(score)).toBe(true);
          expect(from === "fallback" && score !== undefined).toBe(false);
          const limit = own.maxCost;
          if (limit !== undefined) expect(endpoint.price === undefined || (cost ?? 0) > limit).toBe(false);
          for (const { require: wanted } of guards) {
            if (wanted.region !== undefined) expect(wanted.region).toContain(endpoint.region);
            if (wanted.provider !== undefined) expect(wanted.provider).toContain(endpoint.provider);
            if (wanted.maxRetentionDays !== undefined) {
              expect(endpoint.retentionDays).toBeLessThanOrEqual(wanted.maxRetentionDays);
            }
            if (wanted.maxCost !== undefined) expect(cost ?? 0).toBeLessThanOrEqual(wanted.maxCost);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
