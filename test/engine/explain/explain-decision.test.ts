import { describe, expect, it } from "vitest";
import type { Condition } from "../../../engine/conditions/condition.js";
import type { Facts, FactValue } from "../../../engine/evaluate/facts.js";
import { factsOfRecord } from "../../../engine/explain/record-facts.js";
import type { CompiledPolicy } from "../../../engine/policy/compiled-policy.js";
import type { PolicySet } from "../../../engine/policy/policy-set.js";
import { examplePolicy } from "./example-policy.js";
import { all, atLeast, below, explain, isTrue } from "./harness.js";

const policy = examplePolicy();
const quick = {
  tags: ["code"],
  max_latency_ms: 1_000,
  context_tokens: 10_000,
  uses_vision: false,
  model: "auto",
} as const;

describe("explainDecision", () => {
  it("records who decided, when and under which policy", () => {
    const record = explain(policy, {}, { id: "d-7", time: 0, git: "abc", simulated: true, warnings: ["w"] });
    expect(record).toMatchObject({
      id: "d-7",
      time: "1970-01-01T00:00:00.000Z",
      policy: { name: "production", revision: policy.revision, git: "abc" },
      simulated: true,
      warnings: ["w"],
      attempts: [],
    });
    expect(record).not.toHaveProperty("result");
  });

  it("records facts in the order of the documentation, each with its source, defaults included", () => {
    const record = explain(
      policy,
      { tenant: "ads", "attributes.plan": "pro", tags: ["x"], stream: false },
      { sources: { tags: "header x-route-tags", tenant: "key" } },
    );
    expect(Object.entries(record.facts)).toEqual([
      ["tags", { value: ["x"], source: "header x-route-tags" }],
      ["tenant", { value: "ads", source: "key" }],
      ["stream", { value: false, source: "given" }],
      ["attributes.plan", { value: "pro", source: "given" }],
      ["attributes.risk", { value: 0, source: "default" }],
    ]);
  });

  it("records the first failing condition of each route rule above the one that matched", () => {
    const { outcome } = explain(policy, quick);
    expect(outcome.route).toEqual({
      rule: "quick-code",
      file: "policy.yaml",
      line: 15,
      strategy: "cheapest",
      because: "developers wait for these",
      condition: "tags has any of code, sql and max_latency_ms < 1,500 and not (uses_vision = true)",
    });
    expect(outcome.rules_above).toEqual([
      {
        rule: "search-team",
        file: "policy.yaml",
        line: 13,
        verdict: "unknown",
        failed: {
          fact: "tenant",
          wanted: "tenant = search",
          got: "absent",
          absent: ["tenant"],
          file: "policy.yaml",
          line: 13,
          column: 20,
        },
      },
      {
        rule: "long-context",
        file: "policy.yaml",
        line: 14,
        verdict: "false",
        failed: {
          fact: "context_tokens",
          wanted: "context_tokens ≥ 200,000",
          got: "10,000",
          missed_by: "short by 190,000",
          file: "policy.yaml",
          line: 14,
          column: 20,
        },
      },
    ]);
  });

  it("names every route rule above the default, and the default's place", () => {
    const { outcome } = explain(policy, { tags: [] });
    expect(outcome.route).toEqual({ rule: "default", file: "policy.yaml", line: 16, strategy: "order" });
    expect(outcome.rules_above.map(({ rule }) => rule)).toEqual(["search-team", "long-context", "quick-code"]);
  });

  it("records requirements as policies write them, and the absent facts on which a guard acts", () => {
    expect(explain(policy, {}).outcome.requirements).toEqual([
      {
        rule: "pii-stays-in-eu",
        file: "policy.yaml",
        line: 11,
        because: "GDPR art. 44",
        condition: "tags has any of pii, medical",
        absent: ["tags"],
        require: { region: ["eu"], data_retention: "none" },
      },
    ]);
    const [acting] = explain(policy, { tags: ["pii"], "attributes.risk": 1 }).outcome.requirements;
    expect(acting).not.toHaveProperty("absent");
    expect(
      explain(policy, { tags: [], "attributes.risk": 7 }).outcome.requirements.map(({ require }) => require),
    ).toEqual([{ capabilities: ["json_schema"] }]);
  });

  it("records a denial with its message filled in, and no candidates", () => {
    const record = explain(policy, { "attributes.plan": "free", model: "openai/large", tags: ["a", "b"] });
    expect(record.outcome.denied).toEqual({
      rule: "no-large-for-free",
      file: "policy.yaml",
      line: 10,
      because: "price list of 2026",
      condition: "attributes.plan = free and model = openai/large",
      message: "The free plan does not include openai/large (tags: a, b; tokens: (unknown); {nonsense}).",
    });
    expect([record.candidates, record.fallbacks]).toEqual([[], []]);
    expect(record).not.toHaveProperty("chosen");
  });

  it("says which absent fact makes a deny rule act", () => {
    expect(explain(policy, { model: "openai/large", tags: [] }).outcome.denied?.absent).toEqual(["attributes.plan"]);
  });

  it("records every candidate: verdict, rank, cost, latency, score, and the reason of those left out", () => {
    const record = explain(policy, quick, {
      world: { latency_ms: { "openai/small@openai": 1_200, "google/flash@google": 900 } },
    });
    expect(record.candidates).toEqual([
      {
        endpoint: "google/flash@google",
        verdict: "chosen",
        from: "to",
        rule: "quick-code",
        cost_usd: 0.00556,
        latency_ms: 900,
        score: 5_560_000,
        rank: 1,
      },
      {
        endpoint: "openai/large@openai",
        verdict: "fallback",
        from: "to",
        rule: "quick-code",
        cost_usd: 0.028192,
        score: 28_192_000,
        rank: 2,
      },
      {
        endpoint: "google/pro@google",
        verdict: "fallback",
        from: "fallback",
        rule: "quick-code",
        detail: "the catalog has no price",
        rank: 3,
      },
      {
        endpoint: "openai/small@openai",
        verdict: "excluded",
        from: "to",
        rule: "quick-code",
        reason: "too_slow",
        detail: "first token after 1,200 ms; max_latency_ms is 1,000, short by 200",
        cost_usd: 0.0056384,
        latency_ms: 1_200,
      },
    ]);
    expect(record.chosen).toBe("google/flash@google");
    expect(record.fallbacks).toEqual(["openai/large@openai", "google/pro@google"]);
    expect(record.assumed_output_tokens).toBe(1_024);
  });

  it("is made again, equal, from its own facts and world", () => {
    const first = explain(policy, quick, { world: { seed: "s", down: ["openai"] } });
    const stored = JSON.parse(JSON.stringify(first)) as typeof first;
    const again = explain(policy, factsOfRecord(stored), {
      world: stored.world,
      sources: Object.fromEntries(Object.entries(stored.facts).map(([name, { source }]) => [name, source])),
    });
    expect(again).toEqual(first);
    expect(again.seed).toBe("s");
  });

  it("leaves defaults of attributes to the policy that decides again", () => {
    const record = explain(policy, { model: "auto" }, { sources: { model: "default" } });
    expect(factsOfRecord(record)).toEqual({ model: "auto" });
  });

  it("keeps what was, whatever becomes of the facts before its words are read", () => {
    const tags = ["code"];
    const facts: Record<string, FactValue> = { ...quick, tags, "attributes.plan": "pro" };
    const record = explain(policy, facts as Facts);
    const expected = JSON.stringify(explain(policy, { ...quick, "attributes.plan": "pro" }));
    tags.pop();
    facts["context_tokens"] = 1;
    delete facts["max_latency_ms"];
    expect(JSON.stringify(record)).toBe(expected);
  });

  it("keeps what was while other requests are explained", () => {
    const record = explain(policy, quick);
    const other = explain(policy, { ...quick, tenant: "ads", context_tokens: 200_000 });
    const verdicts = ({ outcome }: typeof record) => outcome.rules_above.map(({ verdict }) => verdict);
    expect([verdicts(record), verdicts(other)]).toEqual([
      ["unknown", "false"],
      ["false", "unknown"],
    ]);
  });

  it("gives copies, spreads and clones all rules above", () => {
    const above = explain(policy, quick).outcome.rules_above;
    expect(above).toHaveLength(2);
    expect({ ...explain(policy, quick).outcome }.rules_above).toEqual(above);
    expect(structuredClone(explain(policy, quick)).outcome.rules_above).toEqual(above);
    const { outcome } = explain(policy, quick);
    expect(outcome.rules_above).toBe(outcome.rules_above);
  });

  it("explains facts that are not of their type as the rules read in order take them", () => {
    const odd = { ...quick, context_tokens: "many", tags: "code" } as unknown as Facts;
    const { route, rules_above } = explain(policy, odd).outcome;
    expect([route.rule, rules_above.map(({ failed }) => failed.got)]).toEqual(["quick-code", ["absent", "many"]]);
    const nan = explain(policy, { ...quick, context_tokens: Number.NaN }).outcome;
    expect(nan.rules_above.map(({ verdict }) => verdict)).toEqual(["unknown", "false"]);
  });

  describe("refuses to explain", () => {
    const withRules = (rules: PolicySet["rules"]): CompiledPolicy => ({ ...policy, set: { ...policy.set, rules } });

    it("when the compiled tree decides otherwise, and shows both outcomes", () => {
      const rules = policy.set.rules.map((rule) => (rule.id === "quick-code" ? { ...rule, condition: all() } : rule));
      expect(() => explain(withRules(rules), { tags: [], model: "auto" })).toThrow(
        `invariant: the compiled tree of production@${policy.revision} decides otherwise than its rules read in order; ` +
          "in order: denied by nobody, requirements [], route quick-code (5); " +
          "compiled tree: denied by nobody, requirements [], route default (6)",
      );
    });

    // The set changes once its rules are in numbers: nothing else can part the two.
    const changed = (id: string, condition: Condition) => {
      const rules = [...policy.set.rules];
      const target = withRules(rules);
      const record = explain(target, quick);
      const at = rules.findIndex((rule) => rule.id === id);
      rules[at] = { ...rules[at]!, condition };
      return () => record.outcome.rules_above;
    };

    it("when the interpreter decides otherwise once the words are asked for", () => {
      expect(changed("long-context", isTrue("stream"))).toThrow(
        `rule long-context of production@${policy.revision} fails otherwise in numbers`,
      );
      expect(changed("search-team", all())).toThrow(
        `invariant: the reading in numbers of production@${policy.revision} decides otherwise than its rules read in order; ` +
          "in order: denied by nobody, requirements [], route search-team (3); " +
          "reading in numbers: denied by nobody, requirements [], route quick-code (5)",
      );
      expect(changed("pii-stays-in-eu", all())).toThrow("requirements [pii-stays-in-eu]");
    });

    it("when another part of a rule fails", () => {
      const failing = all(below("context_tokens", 100_000), atLeast("context_tokens", 200_000));
      expect(changed("long-context", failing)).toThrow(
        "in order: part 2; in numbers: part 0 (doubled, odd when unknown)",
      );
      expect(changed("long-context", all(isTrue("uses_tools")))).toThrow("in order: part 1; in numbers: part 0");
    });
  });
});
