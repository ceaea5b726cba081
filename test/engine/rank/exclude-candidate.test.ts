import { describe, expect, it } from "vitest";
import { exclusionReasons } from "../../../engine/rank/route-plan.js";
import type { World } from "../../../engine/rank/world.js";
import { parseUsd } from "../../../engine/units/money.js";
import { leftOut, order, planOf, policyOf, requireRule } from "./harness.js";

const policy = policyOf({
  models: {
    "a/one": { on: ["p"], window: 100_000, maxOutput: 4_096, can: ["tools"], price: ["2", "8"] },
    "b/two": { on: ["q"], window: 1_000_000, can: ["tools", "vision", "json_schema"], price: ["4", "16"] },
    "c/free-of-price": { on: ["r"], window: 1_000_000, can: ["tools", "vision", "json_schema"] },
  },
  providers: {
    p: { region: "us", retentionDays: 30, apiKeyEnv: "P_KEY" },
    q: { region: "eu", retentionDays: 0, format: "anthropic" },
    r: {},
  },
  default: { to: ["a/one", "b/two", "c/free-of-price"] },
});

describe("candidates are left out", () => {
  it("never, when nothing is asked", () => {
    expect(leftOut(planOf(policy))).toEqual([]);
    expect(order(planOf(policy))).toEqual(["a/one@p", "b/two@q", "c/free-of-price@r"]);
  });

  it("for the key: what it may not use", () => {
    expect(leftOut(planOf(policy, {}, { allowed: ["a/one", "b/two@q"] }))).toEqual([
      "c/free-of-price@r: not_allowed_for_key: not among the models that this API key may use",
    ]);
    expect(order(planOf(policy, {}, { allowed: [] }))).toEqual([]);
  });

  it("over a budget that one answer would keep, when several are asked for", () => {
    const facts = { context_tokens: 1_000, max_output_tokens: 1_000, budget_usd: 0.02 };
    expect(order(planOf(policy, facts))).toContain("a/one@p"); // $0.002 + $0.008
    expect(order(planOf(policy, facts, { answers: 2 }))).toContain("a/one@p");
    expect(leftOut(planOf(policy, facts, { answers: 3 }))[0]).toMatch(/^a\/one@p: over_budget: .*\$0\.026/);
  });

  it("for the request's own hint", () => {
    expect(leftOut(planOf(policy, {}, { hint_excluded: ["q", "c/free-of-price"] }))).toEqual([
      "b/two@q: hint_excluded: the request's own hint leaves out q",
      "c/free-of-price@r: hint_excluded: the request's own hint leaves out c/free-of-price",
    ]);
    const hints = {
      "provider.only: p": ["b/two@q", "c/free-of-price@r"],
      "max_price: 1": ["b/two@q"],
      "models: x": [],
    };
    expect(leftOut(planOf(policy, {}, { hint_excluded_by: hints }))).toEqual([
      "b/two@q: hint_excluded: the request says provider.only: p; max_price: 1",
      "c/free-of-price@r: hint_excluded: the request says provider.only: p",
    ]);
    expect(leftOut(planOf(policy, {}, { hint_excluded_by: {} }))).toEqual([]);
  });

  it.each([
    [
      { region: ["eu", "ch"] },
      [
        "a/one@p: requirement: rule `guard` requires region eu or ch; this one is us",
        "c/free-of-price@r: requirement: rule `guard` requires region eu or ch; the catalog gives none",
      ],
    ],
    [{ provider: ["p", "r"] }, ["b/two@q: requirement: rule `guard` requires provider p or r; this one is q"]],
    [
      { maxRetentionDays: 0 },
      [
        "a/one@p: requirement: rule `guard` requires data retention none; this one keeps data 30d",
        "c/free-of-price@r: requirement: rule `guard` requires data retention none; the catalog does not say",
      ],
    ],
    [
      { maxRetentionDays: 30 },
      ["c/free-of-price@r: requirement: rule `guard` requires data retention at most 30d; the catalog does not say"],
    ],
    [
      { capabilities: ["tools", "vision"] },
      ["a/one@p: requirement: rule `guard` requires tools and vision; the model lacks vision"],
    ],
    [
      { maxCost: parseUsd("0.02")! },
      [
        "b/two@q: requirement: rule `guard` requires a cost of at most $0.02; expected $0.036384, over by $0.016384",
        "c/free-of-price@r: no_price: has no price, so it cannot be held to the $0.02 of rule `guard`",
      ],
    ],
  ])("for a require rule: %j", (require, expected) => {
    expect(leftOut(planOf(policy, { context_tokens: 5_000 }, {}, [requireRule("guard", require)]))).toEqual(expected);
  });

  it("for a limit on the cost, by the name of what sets it", () => {
    const models = { "a/one": { price: ["2", "8"] } } as const;
    const route = { to: ["a/one"], maxCostUsd: "0.001" };
    const facts = { context_tokens: 1_000, max_output_tokens: 0 };
    const over = "a/one@a: over_budget: expected to cost $0.002; max_cost_usd of";
    expect(leftOut(planOf(policyOf({ models, default: route }), facts))).toEqual([
      `${over} the default route allows $0.001, short by $0.001`,
    ]);
    expect(leftOut(planOf(policyOf({ models, rules: { thrift: route }, default: { to: [] } }), facts))).toEqual([
      `${over} rule \`thrift\` allows $0.001, short by $0.001`,
    ]);
  });

  it("for every capability that a rule requires and the model lacks", () => {
    const require = { capabilities: ["vision", "tools", "json_schema"] };
    expect(leftOut(planOf(policy, {}, {}, [requireRule("guard", require)]))[0]).toBe(
      "a/one@p: requirement: rule `guard` requires vision and tools and json_schema; the model lacks vision, json_schema",
    );
  });

  it("for every require rule, among the fallbacks too", () => {
    const guarded = policyOf({
      models: { "a/one": { on: ["us", "eu", "ch"] } },
      providers: { us: { region: "us" }, eu: { region: "eu" }, ch: { region: "ch" } },
      default: { to: ["a/one@us"], fallback: ["a/one@eu", "a/one@ch"] },
    });
    const rules = [requireRule("not-us", { region: ["eu", "ch"] }), requireRule("not-eu", { region: ["us", "ch"] })];
    const plan = planOf(guarded, {}, {}, rules);
    expect(order(plan)).toEqual(["a/one@ch"]);
    expect(leftOut(plan)).toEqual([
      "a/one@us: requirement: rule `not-us` requires region eu or ch; this one is us",
      "a/one@eu: requirement: rule `not-eu` requires region us or ch; this one is eu",
    ]);
    expect(plan.excluded.map(({ from }) => from)).toEqual(["to", "fallback"]);
  });

  it.each([
    [{ uses_vision: true }, "a/one@p: missing_capability: the request holds an image; the model has no vision"],
    [
      { uses_json_schema: true },
      "a/one@p: missing_capability: the request asks for a JSON schema; the model does not support it",
    ],
  ])("for a capability the request needs: %j", (facts, expected) => {
    expect(leftOut(planOf(policy, facts))).toEqual([expected]);
  });

  it("for tools, unless the model has them or the request does not say", () => {
    const noTools = policyOf({ models: { "a/b": {} }, default: { to: ["a/b"] } });
    expect(leftOut(planOf(noTools, { uses_tools: true }))).toEqual([
      "a/b@a: missing_capability: the request uses tools; the model does not",
    ]);
    expect(leftOut(planOf(noTools, { uses_tools: false }))).toEqual([]);
    expect(leftOut(planOf(noTools, {}))).toEqual([]);
    expect(leftOut(planOf(policy, { uses_tools: true }))).toEqual([]);
  });

  it("for a wire format the server does not speak", () => {
    expect(leftOut(planOf(policy, {}, { unsupported: ["q"] }))).toEqual([
      "b/two@q: missing_capability: this server does not speak the wire format anthropic of q",
    ]);
  });

  it("for what an endpoint's wire format cannot do of the request", () => {
    expect(leftOut(planOf(policy, {}, { incapable: { "b/two@q": "asks for logprobs" } }))).toEqual([
      "b/two@q: missing_capability: the request asks for logprobs",
    ]);
  });

  it("without naming what the catalog does not say of a provider", () => {
    const { models, ...rest } = policy.set.catalog;
    const unknown = { ...policy, set: { ...policy.set, catalog: { ...rest, models, providers: [] } } };
    expect(leftOut(planOf(unknown, {}, { unsupported: ["p"], no_credentials: ["q"] }))).toEqual([
      "a/one@p: missing_capability: this server does not speak the wire format of p",
      "b/two@q: no_credentials: no API key for q",
    ]);
  });

  it.each([
    [{ context_tokens: 100_000 }, []],
    [{ context_tokens: 100_001 }, ["a/one@p: context_window: needs 100,001 tokens; the window is 100,000, short by 1"]],
    [
      { context_tokens: 98_000, max_output_tokens: 2_001 },
      ["a/one@p: context_window: needs 100,001 tokens (98,000 in, 2,001 out); the window is 100,000, short by 1"],
    ],
    [{ max_output_tokens: 4_096 }, []],
    [
      { max_output_tokens: 4_097 },
      ["a/one@p: context_window: asks for 4,097 output tokens; the model gives at most 4,096, short by 1"],
    ],
  ])("for the window: %j", (facts, expected) => {
    expect(leftOut(planOf(policy, facts))).toEqual(expected);
  });

  it("for the window by the largest of several prompts, for cost by all", () => {
    const facts = { context_tokens: 300_000, max_output_tokens: 1_000 };
    expect(leftOut(planOf(policy, facts, { largest_prompt: 99_000 }))).toEqual([]);
    expect(leftOut(planOf(policy, facts, { largest_prompt: 99_001 }))).toEqual([
      "a/one@p: context_window: needs 100,001 tokens for the largest of its prompts (99,001 in, 1,000 out); the window is 100,000, short by 1",
    ]);
    const costOf = (plan: ReturnType<typeof planOf>) => plan.attempts[0]?.cost;
    const roomy = { ...facts, context_tokens: 90_000 };
    expect(costOf(planOf(policy, roomy, { largest_prompt: 1 }))).toBe(costOf(planOf(policy, roomy)));
  });

  it("for credentials, naming the variable", () => {
    expect(leftOut(planOf(policy, {}, { no_credentials: ["p", "r"] }))).toEqual([
      "a/one@p: no_credentials: no API key for p: P_KEY is not set",
      "c/free-of-price@r: no_credentials: no API key for r",
    ]);
  });

  it("for an open circuit or a 429, of an endpoint, a model or a provider", () => {
    expect(leftOut(planOf(policy, {}, { down: ["a/one@p", "c/free-of-price"], rate_limited: ["q"] }))).toEqual([
      "a/one@p: circuit_open: the circuit of a/one@p is open",
      "b/two@q: upstream_rate_limited: q answered 429 and asked to wait",
      "c/free-of-price@r: circuit_open: the circuit of c/free-of-price is open",
    ]);
  });

  // a/one: 5,000 × $2/M + 1,024 × $8/M = $0.018192; b/two twice that.
  it("for the request's budget", () => {
    expect(leftOut(planOf(policy, { context_tokens: 5_000, budget_usd: 0.018192 }))).toEqual([
      "b/two@q: over_budget: expected to cost $0.036384; budget_usd allows $0.018192, short by $0.018192",
      "c/free-of-price@r: no_price: has no price, so it cannot be held to the $0.018192 of budget_usd",
    ]);
    expect(order(planOf(policy, { context_tokens: 5_000, budget_usd: 0.018191999 }))).toEqual([]);
  });

  it("not for a cost that is just what a rule allows, nor for a budget beyond numbers", () => {
    const exact = requireRule("guard", { maxCost: parseUsd("0.018192")! });
    expect(order(planOf(policy, { context_tokens: 5_000 }, {}, [exact]))).toEqual(["a/one@p"]);
    expect(order(planOf(policy, { context_tokens: 5_000, budget_usd: 1e300 }))).toHaveLength(3);
  });

  it("for the route's max_cost_usd, fallbacks too", () => {
    const limited = policyOf({
      models: { "a/one": { price: ["2", "8"] }, "b/two": { price: ["4", "16"] } },
      rules: { quick: { to: ["a/one"], fallback: ["b/two"], maxCostUsd: "0.02" } },
      default: { to: ["a/one"] },
    });
    expect(leftOut(planOf(limited, { context_tokens: 5_000 }))).toEqual([
      "b/two@b: over_budget: expected to cost $0.036384; max_cost_usd of rule `quick` allows $0.02, short by $0.016384",
    ]);
  });

  it("not for cost while the size of the prompt is unknown", () => {
    const plan = planOf(policy, { budget_usd: 0.000001 });
    expect(order(plan)).toEqual(["a/one@p", "b/two@q"]);
    expect(plan.attempts.map((attempt) => attempt.cost)).toEqual([undefined, undefined]);
  });

  it("for latency that was observed above max_latency_ms", () => {
    const world: World = { latency_ms: { "a/one@p": 800, "b/two@q": 1_800.4 } };
    expect(leftOut(planOf(policy, { max_latency_ms: 800 }, world))).toEqual([
      "b/two@q: too_slow: first token after 1,801 ms; max_latency_ms is 800, short by 1,001",
    ]);
  });

  it("for the first reason of the list when several apply", () => {
    // Every reason applies to this one endpoint; taking away the first leaves the second, and so on.
    const bad = policyOf({ models: { "a/b": { on: ["p"], window: 10 } }, default: { to: ["a/b"] } });
    const applied = (from: number) => {
      const has = (reason: string) => exclusionReasons.indexOf(reason as never) >= from;
      const plan = planOf(
        bad,
        {
          uses_tools: has("missing_capability"),
          context_tokens: has("context_window") ? 11 : 1,
          ...(has("no_price") ? { budget_usd: 1 } : {}),
          max_latency_ms: 5,
        },
        {
          ...(has("not_allowed_for_key") ? { allowed: [] } : {}),
          ...(has("hint_excluded") ? { hint_excluded: ["p"] } : {}),
          ...(has("no_credentials") ? { no_credentials: ["p"] } : {}),
          ...(has("circuit_open") ? { down: ["p"] } : {}),
          ...(has("upstream_rate_limited") ? { rate_limited: ["p"] } : {}),
          latency_ms: { "a/b@p": 6 },
        },
        has("requirement") ? [requireRule("guard", { region: ["eu"] })] : [],
      );
      return plan.excluded[0]?.reason;
    };
    const found = exclusionReasons.map((_reason, index) => applied(index));
    // An endpoint without a price has no cost, so `over_budget` cannot apply beside `no_price`.
    expect(found).toEqual(exclusionReasons.map((reason) => (reason === "over_budget" ? "too_slow" : reason)));
  });

  it("by nothing but the catalog's names: a world of odd names and figures changes nothing", () => {
    const odd: World = {
      down: ["nobody", ""],
      rate_limited: ["x/y@z"],
      no_credentials: ["__proto__"],
      latency_ms: { "no/such@endpoint": 1, "a/one@p": Number.NaN },
      in_flight: {},
      error_rate: { "b/two@q": Number.POSITIVE_INFINITY },
    };
    const facts = { context_tokens: Number.NaN, max_output_tokens: -5, max_latency_ms: Number.NaN, budget_usd: 1e300 };
    expect(() => planOf(policy, { ...facts, context_tokens: 1e300 }, odd)).not.toThrow();
    expect(leftOut(planOf(policy, { max_latency_ms: Number.NaN }, odd))).toEqual([]);
  });
});
