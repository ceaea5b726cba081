import { describe, expect, it } from "vitest";
import type { Condition } from "../../../engine/conditions/condition.js";
import { compilePolicy } from "../../../engine/policy/compile-policy.js";
import type { PolicySet, RouteRule } from "../../../engine/policy/policy-set.js";
import type { SourceFile } from "../../../engine/source/source-file.js";
import { completed } from "../diagnostics/read-broken-sets.js";

function compiled(own: readonly SourceFile[]) {
  const { value, diagnostics } = compilePolicy(completed(own));
  expect(diagnostics).toEqual([]);
  return value!;
}

const set = (own: readonly SourceFile[]): PolicySet => compiled(own).set;

/** The same without places, for comparing. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (key === "span" ? [] : [[key, bare(item)]])),
  );
}

function conditionOf(match: string): unknown {
  const text = `kind: policy\nrules:\n  - id: a\n    match: ${match}\n    deny: "no"\n`;
  return bare(set([{ name: "rules.yaml", text }]).rules[0]!.condition satisfies Condition);
}

function routeOf(route: string): Record<string, unknown> {
  const text = `kind: policy\nrules:\n  - id: a\n    route: ${route}\n`;
  return bare((set([{ name: "rules.yaml", text }]).rules[0] as RouteRule).route) as Record<string, unknown>;
}

const at = (value: number, inclusive = true) => ({ value, inclusive });

describe("compilePolicy() reads a condition", () => {
  it.each<readonly [string, object]>([
    ["{ tenant: acme }", { kind: "one-of", fact: "tenant", values: ["acme"] }],
    ["{ tenant: [b, a, b] }", { kind: "one-of", fact: "tenant", values: ["b", "a"] }],
    ["{ tenant: { not: a } }", { kind: "not", condition: { kind: "one-of", fact: "tenant", values: ["a"] } }],
    ["{ model: gpt-4.1 }", { kind: "one-of", fact: "model", values: ["openai/gpt-4.1"] }],
    ['{ app: { prefix: "cron-" } }', { kind: "prefix", fact: "app", prefix: "cron-" }],
    ['{ app: { glob: "a*b" } }', { kind: "glob", fact: "app", pattern: "a*b" }],
    ["{ context_tokens: 1.5k }", { kind: "range", fact: "context_tokens", min: at(1_500), max: at(1_500) }],
    [
      "{ context_tokens: { gte: 128Ki, lt: 1M } }",
      { kind: "range", fact: "context_tokens", min: at(131_072), max: at(1_000_000, false) },
    ],
    ["{ context_tokens: { lt: 5, lte: 7 } }", { kind: "range", fact: "context_tokens", max: at(5, false) }],
    ["{ budget_usd: { gt: 0.1 } }", { kind: "range", fact: "budget_usd", min: at(100_000_000, false) }],
    ["{ max_latency_ms: { lte: 1500 } }", { kind: "range", fact: "max_latency_ms", max: at(1_500) }],
    ["{ spend_ratio: { gte: 0.8 } }", { kind: "range", fact: "spend_ratio", min: at(0.8) }],
    ["{ stream: false }", { kind: "boolean", fact: "stream", expected: false }],
    ["{ tags: [ PII , pii, É ] }", { kind: "set", fact: "tags", quantifier: "any", tags: ["pii", "é"] }],
    ["{ tags: { all: [a, b] } }", { kind: "set", fact: "tags", quantifier: "all", tags: ["a", "b"] }],
    ["{ key_tags: { none: a } }", { kind: "set", fact: "key_tags", quantifier: "none", tags: ["a"] }],
    ["{ user: { present: false } }", { kind: "present", fact: "user", expected: false }],
    ["{ attributes.plan: free }", { kind: "one-of", fact: "attributes.plan", values: ["free"] }],
    ["{ attributes.risk: { lt: 0.5 } }", { kind: "range", fact: "attributes.risk", max: at(0.5, false) }],
    ["{ attributes.beta: true }", { kind: "boolean", fact: "attributes.beta", expected: true }],
    ["{ attributes.flags: x }", { kind: "set", fact: "attributes.flags", quantifier: "any", tags: ["x"] }],
    [
      '{ time: { days: [fri, mon], from: "22:00", to: "06:00", tz: Europe/Berlin } }',
      { kind: "time", fact: "time", days: [1, 5], fromMinute: 1_320, toMinute: 360, tz: "Europe/Berlin" },
    ],
    [
      "{ time: { days: sun, tz: UTC } }",
      { kind: "time", fact: "time", days: [0], fromMinute: 0, toMinute: 1_440, tz: "UTC" },
    ],
    [
      '{ logic: { ">": [{ var: attributes.risk }, { var: [spend_ratio, 0] }] } }',
      {
        kind: "logic",
        rule: { ">": [{ var: "attributes.risk" }, { var: ["spend_ratio", 0] }] },
        reads: ["attributes.risk", "spend_ratio"],
        required: ["attributes.risk"],
      },
    ],
  ])("%s", (match, expected) => {
    expect(conditionOf(match)).toEqual(expected);
  });

  it("ANDs the entries of a map and the words of a fact, in the order written", () => {
    expect(
      conditionOf("{ tags: { present: true, any: [a] }, any: [{ stream: true }, { not: { tenant: x } }] }"),
    ).toEqual({
      kind: "all",
      conditions: [
        { kind: "present", fact: "tags", expected: true },
        { kind: "set", fact: "tags", quantifier: "any", tags: ["a"] },
        {
          kind: "any",
          conditions: [
            { kind: "boolean", fact: "stream", expected: true },
            { kind: "not", condition: { kind: "one-of", fact: "tenant", values: ["x"] } },
          ],
        },
      ],
    });
  });
});

describe("compilePolicy() reads a route", () => {
  it("with every option", () => {
    const route =
      routeOf(`{ to: [openai/gpt-4.1, openai/gpt-4.1-mini@openai], strategy: weighted, sticky: user, retries: 2,
      weights: { openai/gpt-4.1: 90, openai/gpt-4.1-mini@openai: 0.5 }, fallback: [strong, requested],
      timeouts: { connect: 2s, first_token: 800, idle: 1.5s, total: 2m }, fallback_on: [timeout, auth],
      max_cost_usd: 0.50, on_exhausted: next_rule }`);
    expect(route).toEqual({
      to: [
        { kind: "model", model: "openai/gpt-4.1" },
        { kind: "endpoint", model: "openai/gpt-4.1-mini", provider: "openai" },
      ],
      strategy: "weighted",
      weights: [
        { candidate: "openai/gpt-4.1", weight: 90 },
        { candidate: "openai/gpt-4.1-mini@openai", weight: 0.5 },
      ],
      sticky: "user",
      fallback: [{ kind: "pool", pool: "strong" }, { kind: "requested" }],
      timeouts: { connectMs: 2_000, firstTokenMs: 800, idleMs: 1_500, totalMs: 120_000 },
      retries: 2,
      fallbackOn: ["timeout", "auth"],
      maxCost: 500_000_000,
      onExhausted: "next_rule",
    });
  });

  it("with the documented defaults", () => {
    expect(routeOf("{ to: [economy] }")).toEqual({
      to: [{ kind: "pool", pool: "economy" }],
      fallback: [],
      strategy: "order",
      timeouts: {},
      retries: 0,
      fallbackOn: ["rate_limited", "overloaded", "server_error", "timeout", "connection", "auth", "malformed_response"],
      onExhausted: "fail",
    });
  });

  it("with a selection and a blend", () => {
    const select =
      "capabilities: tools, author: openai, provider: [openai], region: [eu, us], context_window: { gte: 200k }";
    const route = routeOf(`{ to: [{ select: { ${select}, quality: { gt: 0.5 }, price_output: { lte: 2.5 } } }],
      strategy: { cost: 0.7, quality: 0.3 } }`);
    expect(route["strategy"]).toEqual({ cost: 0.7, quality: 0.3 });
    expect(route["to"]).toEqual([
      {
        kind: "select",
        select: {
          capabilities: ["tools"],
          author: ["openai"],
          provider: ["openai"],
          region: ["eu", "us"],
          contextWindow: { min: at(200_000) },
          quality: { min: at(0.5, false) },
          priceOutput: { max: at(2_500_000) },
        },
      },
    ]);
  });

  it.each([
    ["every model named", "[openai/gpt-4.1]", "{ openai/gpt-4.1: 1 }"],
    ["each endpoint of a model", "[openai/gpt-4.1]", "{ openai/gpt-4.1@openai: 1, openai/gpt-4.1@openai-eu: 2 }"],
    ["a model for one of its endpoints", "[openai/gpt-4.1@openai]", "{ openai/gpt-4.1: 1 }"],
    ["what a pool holds", "[strong]", "{ openai/gpt-4.1: 1, anthropic/claude-sonnet-4.5: 1 }"],
    ["what the client may name", "[requested]", "{ openai/gpt-4.1: 1 }"],
  ])("with weights for %s", (_what, to, weights) => {
    expect(routeOf(`{ to: ${to}, strategy: weighted, weights: ${weights} }`)["strategy"]).toBe("weighted");
  });
});

describe("compilePolicy() reads a set", () => {
  it("rules from top to bottom, includes in their place, scopes ANDed from outside in", () => {
    const rule = (id: string) => `  - { id: ${id}, match: { stream: true }, deny: "no" }\n`;
    const { rules } = set([
      {
        name: "rules.yaml",
        text: `kind: policy\nrules:\n${rule("a")}  - include: teams/b.yaml\n    scope: { tenant: b }\n${rule("d")}`,
      },
      { name: "teams/b.yaml", text: `kind: policy\nrules:\n  - include: c.yaml\n    scope: { app: c }\n${rule("b")}` },
      { name: "teams/c.yaml", text: `kind: policy\nrules:\n${rule("c")}` },
    ]);
    expect(rules.map(({ id }) => id)).toEqual(["a", "c", "b", "d"]);
    expect(bare(rules[1]!.condition)).toEqual({
      kind: "all",
      conditions: [
        { kind: "one-of", fact: "tenant", values: ["b"] },
        { kind: "one-of", fact: "app", values: ["c"] },
        { kind: "boolean", fact: "stream", expected: true },
      ],
    });
  });

  it("effects, reasons, and a rule without a match, which is always true", () => {
    const text = `kind: policy
rules:
  - { id: a, deny: "Not {model}.", because: of that }
  - id: b
    require: { region: [eu], provider: openai, data_retention: 30d, capabilities: [tools, audio], max_cost_usd: 0.01 }
  - { id: c, require: { data_retention: none } }
`;
    const { rules } = set([{ name: "rules.yaml", text }]);
    const always = { kind: "all", conditions: [] };
    expect(bare(rules)).toEqual([
      { id: "a", effect: "deny", message: "Not {model}.", because: "of that", condition: always },
      {
        id: "b",
        rule: "b",
        effect: "require",
        require: {
          region: ["eu"],
          provider: ["openai"],
          maxRetentionDays: 30,
          capabilities: ["tools", "audio"],
          maxCost: 10_000_000,
        },
        condition: always,
      },
      { id: "c", rule: "c", effect: "require", require: { maxRetentionDays: 0 }, condition: always },
    ]);
  });

  it("attributes", () => {
    expect(bare(set([]).attributes)).toEqual([
      {
        name: "attributes.plan",
        type: "string",
        description: "",
        from: { key: true },
        values: ["free", "pro"],
        default: "pro",
      },
      { name: "attributes.risk", type: "number", description: "", from: { header: "x-risk" } },
      { name: "attributes.flags", type: "set", description: "", from: { metadata: "flags" } },
      { name: "attributes.beta", type: "boolean", description: "", from: { key: true } },
    ]);
  });

  it("the catalog, with what endpoints inherit filled in", () => {
    const text = `kind: catalog
providers:
  openai: { format: openai, base_url: https://api.openai.com/v1/, api_key_env: KEY, region: us, data_retention: 30d, headers: { X-Org: acme } }
  pretend: { format: simulated, simulate: { latency_ms: 80, failure_rate: 0.5, failure_status: 429, reply: hi } }
models:
  openai/gpt-4.1:
    context_window: 1M
    max_output_tokens: 32k
    capabilities: [tools]
    quality: 0.5
    price: { input: 2.00, output: 8, cached_input: 0.5, cache_write: 2.5, cache_write_1h: 4, service_tiers: { flex: 0.5, priority: 2 } }
    endpoints:
      - { provider: openai, model: gpt-4.1 }
      - { provider: pretend, model: p, context_window: 8k, region: eu, data_retention: none, price: { input: 0, output: 0 } }
  openai/gpt-4.1-mini: { context_window: 1k, endpoints: [{ provider: openai, model: m }] }
  anthropic/claude-sonnet-4.5: { context_window: 1k, endpoints: [{ provider: openai, model: c }] }
`;
    const { providers, models } = set([{ name: "catalog.yaml", text }]).catalog;
    expect(bare(providers)).toEqual([
      {
        name: "openai",
        format: "openai",
        baseUrl: "https://api.openai.com/v1",
        apiKeyEnv: "KEY",
        region: "us",
        retentionDays: 30,
        headers: [{ name: "x-org", value: "acme" }],
      },
      {
        name: "pretend",
        format: "simulated",
        headers: [],
        simulate: { latencyMs: 80, failureRate: 0.5, failureStatus: 429, reply: "hi" },
      },
    ]);
    const price = {
      ...{ input: 2_000_000, output: 8_000_000, cachedInput: 500_000, cacheWrite: 2_500_000 },
      cacheWrite1h: 4_000_000,
      serviceTiers: { flex: 0.5, priority: 2 },
    };
    const endpoint = { model: "openai/gpt-4.1", maxOutputTokens: 32_000 };
    expect(bare(models[0])).toEqual({
      id: "openai/gpt-4.1",
      contextWindow: 1_000_000,
      maxOutputTokens: 32_000,
      capabilities: ["tools"],
      quality: 0.5,
      price,
      endpoints: [
        {
          ...endpoint,
          id: "openai/gpt-4.1@openai",
          provider: "openai",
          upstreamModel: "gpt-4.1",
          contextWindow: 1_000_000,
          price,
          region: "us",
          retentionDays: 30,
        },
        {
          ...endpoint,
          id: "openai/gpt-4.1@pretend",
          provider: "pretend",
          upstreamModel: "p",
          contextWindow: 8_000,
          price: { input: 0, output: 0 },
          region: "eu",
          retentionDays: 0,
        },
      ],
    });
  });

  it("tests", () => {
    const text = `kind: test
tests:
  - name: all of it
    request: { tags: A, model: gpt-4.1, context_tokens: 5k, budget_usd: 0.5, stream: true, attributes.risk: 0.5, attributes.flags: [X] }
    world: { down: [openai], latency_ms: { openai/gpt-4.1@openai: 5 }, spend_ratio: 0.5, time: "2026-11-24T12:00:00+01:00", seed: 7 }
    expect:
      { rule: code, model: openai/gpt-4.1, not_model: openai/gpt-4.1-mini, denied: false, requirements: [in-the-eu],
        fallback: [openai/gpt-4.1@openai], excluded: { openai/gpt-4.1: no_price }, max_cost_usd: 0.25 }
`;
    expect(bare(compiled([{ name: "tests/a.yaml", text }]).tests)).toEqual([
      {
        name: "all of it",
        request: {
          tags: ["a"],
          model: "openai/gpt-4.1",
          context_tokens: 5_000,
          budget_usd: 0.5,
          stream: true,
          "attributes.risk": 0.5,
          "attributes.flags": ["x"],
          spend_ratio: 0.5,
          time: Date.UTC(2026, 10, 24, 11),
        },
        world: { down: ["openai"], latency_ms: { "openai/gpt-4.1@openai": 5 }, seed: 7 },
        expect: {
          rule: "code",
          model: "openai/gpt-4.1",
          notModel: "openai/gpt-4.1-mini",
          denied: false,
          requirements: ["in-the-eu"],
          fallback: ["openai/gpt-4.1@openai"],
          excluded: [{ candidate: "openai/gpt-4.1", reason: "no_price" }],
          maxCostUsd: 0.25,
        },
      },
    ]);
  });

  it("so that it can be handed to another thread", () => {
    const policy = compiled([]);
    expect(structuredClone(policy)).toEqual(policy);
  });
});
