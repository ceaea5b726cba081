import { describe, expect, it } from "vitest";
import type { Facts } from "../../../../engine/evaluate/facts.js";
import type { DecisionRecord } from "../../../../engine/explain/decision-record.js";
import { renderExplanation } from "../../../../engine/explain/render/render-explanation.js";
import type { StrategyName } from "../../../../engine/policy/policy-set.js";
import { examplePolicy } from "../example-policy.js";
import { atLeast, explain, type RuleText } from "../harness.js";

const policy = examplePolicy();
const quick = {
  tags: ["code"],
  max_latency_ms: 1_000,
  context_tokens: 10_000,
  uses_vision: false,
  model: "auto",
} as const;
const sources = {
  tags: "header x-route-tags",
  max_latency_ms: "header x-route-max-latency-ms",
  context_tokens: "estimate",
  uses_vision: "body messages",
  model: "body model",
};
const world = { latency_ms: { "openai/small@openai": 1_200, "google/flash@google": 900 } };

describe("renderExplanation", () => {
  it("shows a routed request: facts, decision, rules above, candidates", () => {
    expect(renderExplanation(explain(policy, quick, { sources, world }))).toMatchInlineSnapshot(`
      "production@3f2a9c1d7e4b · 2026-11-23T09:14:00.000Z

      facts
        tags             {code}  header x-route-tags
        model            auto    body model
        context_tokens   10,000  estimate
        max_latency_ms   1,000   header x-route-max-latency-ms
        uses_vision      false   body messages
        attributes.risk  0       default
        tenant           absent  wanted by search-team

      decision  google/flash@google by rule quick-code (policy.yaml:15), strategy cheapest
                because: developers wait for these
      plan      google/flash@google → openai/large@openai → google/pro@google

      considered in order
        ?  search-team   policy.yaml:13  tenant = search · absent
        ✗  long-context  policy.yaml:14  context_tokens ≥ 200,000 · 10,000, short by 190,000
        ✓  quick-code    policy.yaml:15  matches: tags has any of code, sql and max_latency_ms < 1,500 and not (uses_vision =
                                         true)

      candidates
                                      cost   latency
        1  google/flash@google    $0.00556    900 ms
        2  openai/large@openai   $0.028192         –
        3  google/pro@google             –         –  from fallback · the catalog has no price
        ✗  openai/small@openai  $0.0056384  1,200 ms  too_slow: first token after 1,200 ms; max_latency_ms is 1,000, short by
                                                      200
        cost of an answer of 1,024 tokens, or of the model's limit if that is lower"
    `);
  });

  it("shows a denied request and why the rule acts", () => {
    expect(renderExplanation(explain(policy, { model: "openai/large", tags: [] }))).toMatchInlineSnapshot(`
      "production@3f2a9c1d7e4b · 2026-11-23T09:14:00.000Z

      facts
        tags             {}            test
        model            openai/large  test
        attributes.risk  0             default
        attributes.plan  absent        wanted by no-large-for-free
        tenant           absent        wanted by search-team
        context_tokens   absent        wanted by long-context

      decision  denied by rule no-large-for-free (policy.yaml:10)
                The free plan does not include openai/large (tags: (none); tokens: (unknown); {nonsense}).
                when attributes.plan = free and model = openai/large
                because: price list of 2026
                acts because attributes.plan is absent: guards fail closed

      considered in order, for the route it would have taken
        ?  search-team   policy.yaml:13  tenant = search · absent
        ?  long-context  policy.yaml:14  context_tokens ≥ 200,000 · absent
        ✗  quick-code    policy.yaml:15  tags has any of code, sql · {}
        ✓  default       policy.yaml:16  no rule matched"
    `);
  });

  it("shows requirements, and that no candidate is left", () => {
    const record = explain(
      policy,
      { tags: ["pii"], model: "auto", tenant: "search", context_tokens: 5 },
      { warnings: ["x-route-budget: no such hint; did you mean x-route-budget-usd?"] },
    );
    expect(renderExplanation(record)).toMatchInlineSnapshot(`
      "production@3f2a9c1d7e4b · 2026-11-23T09:14:00.000Z

      facts
        tags             {pii}   test
        model            auto    test
        context_tokens   5       test
        tenant           search  test
        attributes.risk  0       default

      decision  no candidate is left of rule search-team (policy.yaml:13), strategy order

      requirements
        pii-stays-in-eu  policy.yaml:11  region eu, data_retention none · when tags has any of pii, medical
                                         because: GDPR art. 44

      considered in order
        ✓  search-team  policy.yaml:13  matches: tenant = search

      candidates
                                      cost
        ✗  openai/small@openai  $0.0016404  requirement: rule \`pii-stays-in-eu\` requires region eu; this one is us
        cost of an answer of 1,024 tokens, or of the model's limit if that is lower

      warnings
        !  x-route-budget: no such hint; did you mean x-route-budget-usd?"
    `);
  });

  it("shows what was sent and what came of it", () => {
    const record = explain(policy, quick, {
      simulated: true,
      attempts: [
        {
          endpoint: "google/flash@google",
          status: 503,
          error_class: "overloaded",
          error: "the model is overloaded",
          total_ms: 210.4,
        },
        {
          endpoint: "openai/large@openai",
          status: 200,
          first_token_ms: 311.7,
          total_ms: 1_240,
          usage: { input_tokens: 9_871, output_tokens: 120 },
          cost_usd: 0.020702,
        },
      ],
      result: { status: 200, outcome: "answered", total_ms: 1_461 },
    });
    expect(
      renderExplanation(record)
        .split("\n\n")
        .filter((part) => !/^(facts|considered|candidates)/.test(part))
        .join("\n\n"),
    ).toMatchInlineSnapshot(`
      "production@3f2a9c1d7e4b · decision d-1 · 2026-11-23T09:14:00.000Z · answered by the built-in simulator

      decision  google/flash@google by rule quick-code (policy.yaml:15), strategy cheapest
                because: developers wait for these
      plan      google/flash@google → openai/small@openai → openai/large@openai → google/pro@google

      attempts
        1  google/flash@google  503  overloaded  total 210 ms · the model is overloaded
        2  openai/large@openai  200  ok          first token 312 ms · total 1,240 ms · 9,871 tokens in · 120 out · $0.020702

      result  200 answered in 1,461 ms"
    `);
  });

  it("shows a failure with its code", () => {
    const record = explain(policy, quick, {
      attempts: [{ endpoint: "google/flash@google", error_class: "timeout", total_ms: 30_000 }],
      result: { status: 504, outcome: "failed", code: "upstream_timeout", total_ms: 30_001 },
    });
    const text = renderExplanation(record);
    expect(text).toContain("  1  google/flash@google  no answer  timeout  total 30,000 ms\n");
    expect(text).toContain("result  504 failed (upstream_timeout) in 30,001 ms");
  });

  it("says of a chosen fallback that it is from there, and of a guard without a condition nothing more", () => {
    const guarded = examplePolicy({
      "keep-nothing": { require: { maxRetentionDays: 0 } },
      fallen: { route: { to: ["openai/small"], fallback: ["google/flash"] } },
    });
    const text = renderExplanation(explain(guarded, { tags: [], model: "auto" }));
    expect(text).toMatch(/1 {2}google\/flash@google .*from fallback( ·.*)?$/m);
    expect(text).toMatch(/keep-nothing +policy.yaml:16 +data_retention none$/m);
  });

  it("names the rule of each candidate when they come from several", () => {
    const chained = examplePolicy({
      chained: { route: { to: ["google/pro"], onExhausted: "next_rule" } },
    });
    const text = renderExplanation(explain(chained, { tags: [], model: "auto" }, { world: { down: ["google"] } }));
    expect(text).toContain("chained was exhausted; the candidate is default's (on_exhausted: next_rule)");
    expect(text).toContain("of default");
  });

  it("folds more than 20 rules above, unless all are asked for", () => {
    const many: Record<string, RuleText> = {};
    for (let number = 1; number <= 22; number++)
      many[`rule-${number}`] = { when: atLeast("context_tokens", number * 1_000), route: { to: ["google/pro"] } };
    const record = explain(examplePolicy(many), { tags: [], model: "auto", context_tokens: 1 });
    const folded = renderExplanation(record);
    expect(folded).toContain("  …  5 more rules that did not match (--all shows them)\n  ✓  default");
    expect(folded).not.toContain("rule-18");
    const whole = renderExplanation(record, { all: true });
    expect(whole).toContain("rule-22");
    expect(whole).not.toContain("more rules");
  });

  it("shows scores where they say more than cost and latency do", () => {
    const candidates = (strategy: StrategyName, facts: Facts = { context_tokens: 5_000 }) => {
      const set = examplePolicy({
        best: {
          route: { to: ["openai/small", "openai/large"], strategy, weights: { "openai/small": 1, "openai/large": 1 } },
        },
      });
      const text = renderExplanation(explain(set, { tags: [], model: "auto", ...facts }));
      return text.split("\n\n").at(-1);
    };
    expect(candidates("best")).toMatchInlineSnapshot(`
      "candidates
                                      cost  score
        1  openai/large@openai   $0.018192    0.2
        2  openai/small@openai  $0.0036384    0.5
        cost of an answer of 1,024 tokens, or of the model's limit if that is lower"
    `);
    expect(candidates("cheapest")).not.toContain("score");
    expect(candidates("cheapest", {})).toMatchInlineSnapshot(`
      "candidates
                                cost of 1,000 prompt tokens
        1  openai/small@openai                   $0.0020384  cost unknown: context_tokens is absent
        2  openai/large@openai                    $0.010192  cost unknown: context_tokens is absent
        cost of an answer of 1,024 tokens, or of the model's limit if that is lower"
    `);
  });

  it("lists what differs from a previous decision", () => {
    const before = explain(policy, quick);
    const after = explain(policy, quick, { world: { down: ["google"] } });
    expect(renderExplanation(after, { previous: before }).split("\n\n")[1]).toMatchInlineSnapshot(`
      "differs from before
        decision   google/flash@google                                          →  openai/small@openai
        fallbacks  openai/small@openai, openai/large@openai, google/pro@google  →  openai/large@openai"
    `);
    expect(renderExplanation(before, { previous: before }).split("\n\n")[1]).toBe("decides as before");
  });

  it("colours only when asked, without changing what is written", () => {
    const record = explain(policy, quick, { sources, world });
    const plain = renderExplanation(record);
    const colored = renderExplanation(record, { color: true });
    expect(plain).not.toContain("\u001b");
    expect(colored).toContain("\u001b[32mgoogle/flash@google");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes are what is taken away
    const withoutColor = colored.replace(/\u001b\[\d*m/g, "");
    expect(
      withoutColor
        .split("\n")
        .map((line) => line.trimEnd())
        .join("\n"),
    ).toBe(plain);
  });

  it("keeps lines within 120 columns by breaking the last column", () => {
    const record = explain(
      policy,
      { tags: ["pii"], model: "auto", tenant: "search" },
      { warnings: [`hint ${"word ".repeat(60)}end`] },
    );
    const lines = renderExplanation(record).split("\n");
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(120);
  });

  it("never writes a client's escape sequences to the terminal", () => {
    const record = explain(
      policy,
      { tags: [], session: "\u001b[2Jgone\u009b31m\u202e", tenant: "a\nb" },
      { warnings: ["x\u001b]0;title\u0007"] },
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
    expect(renderExplanation(record)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  it("renders a record that went through JSON the same", () => {
    const record = explain(policy, quick, { sources, world });
    expect(renderExplanation(JSON.parse(JSON.stringify(record)) as DecisionRecord)).toBe(renderExplanation(record));
  });
});
