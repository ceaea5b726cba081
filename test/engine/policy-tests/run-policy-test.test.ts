import { describe, expect, it } from "vitest";
import type { Facts } from "../../../engine/evaluate/facts.js";
import type { TestExpectation } from "../../../engine/policy/policy-test.js";
import { runPolicyTest } from "../../../engine/policy-tests/run-policy-test.js";
import type { World } from "../../../engine/rank/world.js";
import { examplePolicy } from "../explain/example-policy.js";
import { span } from "../explain/harness.js";

const policy = examplePolicy();
const quick: Facts = {
  tags: ["code"],
  max_latency_ms: 1_000,
  context_tokens: 10_000,
  uses_vision: false,
  model: "auto",
};

function failures(request: Facts, expected: TestExpectation, world: World = {}): readonly string[] {
  const result = runPolicyTest(policy, { name: "t", request, world, expect: expected, span });
  expect(result.passed).toBe(result.failures.length === 0);
  return result.failures;
}

describe("runPolicyTest", () => {
  const passing: readonly [string, Facts, TestExpectation, World?][] = [
    ["the rule", quick, { rule: "quick-code" }],
    ["the default", { tags: [], model: "auto" }, { rule: "default" }],
    ["the model of the first attempt", quick, { model: "google/flash" }],
    ["its endpoint", quick, { model: "google/flash@google" }],
    ["what it is not", quick, { notModel: "openai/large" }],
    ["the attempts after it", quick, { fallback: ["openai/small@openai", "openai/large"] }],
    ["that nothing denies", quick, { denied: false }],
    ["that something denies", { tags: [] }, { denied: true }],
    ["which rule denies", { tags: [], model: "openai/large" }, { denied: "no-large-for-free" }],
    ["no requirement", quick, { requirements: [] }],
    [
      "exactly these requirements, in any order",
      { ...quick, tags: ["code", "pii"], "attributes.risk": 9 },
      { requirements: ["careful-when-risky", "pii-stays-in-eu"] },
    ],
    [
      "what is left out, and why",
      quick,
      { excluded: [{ candidate: "google/flash", reason: "circuit_open" }] },
      { down: ["google"] },
    ],
    ["what it may cost", quick, { maxCostUsd: 0.00556 }],
    ["nothing at all", quick, {}],
  ];
  it.each(passing)("passes on %s", (_name, request, expected, world) => {
    expect(failures(request, expected, world)).toEqual([]);
  });

  const failing: readonly [string, Facts, TestExpectation, World, string][] = [
    [
      "another rule above: the expected one's failing condition",
      { tags: [], tenant: "ads", model: "auto", context_tokens: 5 },
      { rule: "search-team" },
      {},
      `expected rule search-team
actual   rule default (policy.yaml:16)
because  search-team needs tenant = search (policy.yaml:13:20), but tenant is ads`,
    ],
    [
      "an absent fact",
      { ...quick, max_latency_ms: undefined },
      { rule: "quick-code" },
      {},
      `expected rule quick-code
actual   rule default (policy.yaml:16)
because  quick-code needs max_latency_ms < 1,500 (policy.yaml:15:20), but max_latency_ms is absent`,
    ],
    [
      "an absent fact that every request over HTTP has",
      { ...quick, uses_vision: undefined },
      { rule: "quick-code" },
      {},
      `expected rule quick-code
actual   rule default (policy.yaml:16)
because  quick-code needs not (uses_vision = true) (policy.yaml:15:20), but uses_vision is absent; over HTTP it never is, so write \`uses_vision: false\` where you mean that`,
    ],
    [
      "a rule that matches, below the one that decides",
      { ...quick, tenant: "search" },
      { rule: "quick-code" },
      {},
      `expected rule quick-code
actual   rule search-team (policy.yaml:13)
because  quick-code matches too, but search-team stands above it`,
    ],
    [
      "a rule that does not exist",
      quick,
      { rule: "quik-code" },
      {},
      `expected rule quik-code
actual   rule quick-code (policy.yaml:15)
because  the policy has no rule quik-code`,
    ],
    [
      "a rule that is no route",
      { ...quick, tags: ["code", "pii"] },
      { rule: "pii-stays-in-eu" },
      {},
      `expected rule pii-stays-in-eu
actual   rule quick-code (policy.yaml:15)
because  pii-stays-in-eu is a require rule`,
    ],
    [
      "the default, when a rule matches",
      quick,
      { rule: "default" },
      {},
      `expected rule default
actual   rule quick-code (policy.yaml:15)
because  the default route is for requests that no rule matches; quick-code matches this one`,
    ],
    [
      "a denial nobody expected",
      { tags: [], model: "openai/large" },
      { rule: "default", model: "openai/small" },
      {},
      `expected rule default, model openai/small
actual   denied by rule no-large-for-free (policy.yaml:10), because attributes.plan is absent`,
    ],
    [
      "a denial because of several absent facts",
      {},
      { rule: "default" },
      {},
      `expected rule default
actual   denied by rule no-large-for-free (policy.yaml:10), because attributes.plan and model are absent; over HTTP model never is, so write \`model: auto\` where you mean that`,
    ],
    [
      "a denial that does not come",
      quick,
      { denied: true },
      {},
      `expected denied
actual   not denied`,
    ],
    [
      "a denial by another rule",
      { tags: [], "attributes.plan": "free", model: "openai/large" },
      { denied: "other" },
      {},
      `expected denied by rule other
actual   denied by rule no-large-for-free (policy.yaml:10)`,
    ],
    [
      "a model that ranks lower",
      quick,
      { model: "openai/large" },
      {},
      `expected model openai/large
actual   google/flash@google (rule quick-code)
because  openai/large@openai is number 3 by strategy cheapest`,
    ],
    [
      "a model that is left out",
      quick,
      { model: "google/flash" },
      { down: ["google/flash"] },
      `expected model google/flash
actual   openai/small@openai (rule quick-code)
because  google/flash@google is left out: circuit_open: the circuit of google/flash is open`,
    ],
    [
      "a model the route does not name",
      { tags: [], model: "auto" },
      { model: "google/pro" },
      {},
      `expected model google/pro
actual   openai/small@openai (rule default)
because  google/pro is no candidate of default`,
    ],
    [
      "a model that must not be chosen",
      quick,
      { notModel: "google/flash" },
      {},
      `expected not model google/flash
actual   google/flash@google (rule quick-code)`,
    ],
    [
      "other fallbacks",
      quick,
      { fallback: ["openai/large", "google/pro"] },
      {},
      `expected fallback openai/large, google/pro
actual   fallback openai/small@openai, openai/large@openai, google/pro@google
because  openai/large@openai is number 3 by strategy cheapest`,
    ],
    [
      "a requirement that does not act, and one that does because of an absent fact",
      { ...quick, tags: undefined, "attributes.risk": 1 },
      { requirements: ["careful-when-risky"] },
      {},
      `expected requirements careful-when-risky
actual   pii-stays-in-eu
because  careful-when-risky needs attributes.risk ≥ 5 (policy.yaml:12:20), but attributes.risk is 1, short by 4
because  pii-stays-in-eu (policy.yaml:11) acts too, because tags is absent: guards fail closed`,
    ],
    [
      "a candidate that is not left out",
      quick,
      { excluded: [{ candidate: "openai/small", reason: "too_slow" }] },
      {},
      `expected openai/small excluded (too_slow)
actual   openai/small@openai is number 2`,
    ],
    [
      "a candidate left out for another reason",
      quick,
      { excluded: [{ candidate: "openai/small", reason: "too_slow" }] },
      { down: ["openai"] },
      `expected openai/small excluded (too_slow)
actual   openai/small@openai excluded (circuit_open): the circuit of openai is open`,
    ],
    [
      "a higher cost",
      quick,
      { maxCostUsd: 0.005 },
      {},
      `expected a cost of at most $0.005
actual   $0.00556 at google/flash@google`,
    ],
    [
      "an unknown cost",
      { ...quick, context_tokens: undefined },
      { maxCostUsd: 1 },
      {},
      `expected a cost of at most $1
actual   openai/small@openai: cost unknown: context_tokens is absent`,
    ],
    [
      "no candidate at all",
      quick,
      { model: "google/flash" },
      { down: ["openai", "google"] },
      `expected model google/flash
actual   no candidate left of rule quick-code
because  google/flash@google is left out: circuit_open: the circuit of google is open`,
    ],
  ];
  it.each(failing)("fails on %s", (_name, request, expected, world, message) => {
    expect(failures(request, expected, world)).toEqual([message]);
  });

  it("fails when the world names what the catalog does not have", () => {
    const world: World = {
      down: ["opnai", "openai", "google/flash", "google/flash@google"],
      no_credentials: ["openai/small"],
      latency_ms: { "openai/small": 5, "openai/small@openai": 5 },
    };
    expect(failures(quick, {}, world)).toEqual([
      "world: `down` names `opnai`, which is no endpoint, model or provider of the catalog",
      "world: `no_credentials` names `openai/small`, which is no provider of the catalog; it is a model, name its endpoint: `openai/small@openai`",
      "world: `latency_ms` names `openai/small`, which is no endpoint of the catalog; it is a model, name its endpoint: `openai/small@openai`",
    ]);
  });

  it("gives the record, for coverage and for reading on", () => {
    const { record } = runPolicyTest(policy, {
      name: "t",
      request: { time: 5, model: "auto" },
      world: {},
      expect: {},
      span,
    });
    expect([record?.time, record?.facts["time"]]).toEqual(["1970-01-01T00:00:00.005Z", { value: 5, source: "test" }]);
  });
});
