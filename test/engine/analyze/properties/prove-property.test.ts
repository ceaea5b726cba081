import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { firstAttempt } from "../../../../engine/analyze/properties/prove-property.js";
import { evaluateCondition } from "../../../../engine/evaluate/evaluate-condition.js";
import type { Facts } from "../../../../engine/evaluate/facts.js";
import { withDefaults } from "../../../../engine/evaluate/with-defaults.js";
import { compilePolicy } from "../../../../engine/policy/compile-policy.js";
import type { CompiledPolicy } from "../../../../engine/policy/compiled-policy.js";
import type { PolicyTest } from "../../../../engine/policy/policy-test.js";
import { runPolicyTest } from "../../../../engine/policy-tests/run-policy-test.js";
import { Random } from "../../../differential/random.js";
import { catalog, compiled, policyOf } from "../harness.js";
import { scale, seed } from "../soundness.js";

const rules = `
- { id: secret, match: { tags: { present: true, any: [secret] } }, deny: "no" }
- { id: cheap, match: { attributes.plan: free }, require: { max_cost_usd: 0.01 } }
- { id: stay, match: { tags: { present: true, any: [pii] } }, require: { region: [eu] } }
- { id: code, match: { tags: [code] }, route: { to: [acme/large], fallback: [acme/small] } }
- { id: long, match: { context_tokens: { gte: 20k } }, route: { to: [acme/large, acme/small], strategy: cheapest } }`;

function withProperty(property: string, base = policyOf(rules)): CompiledPolicy {
  return compiled([
    ...base.files,
    {
      name: "tests/a.yaml",
      text: `kind: test\ntests:\n  - name: property\n    ${property.trim().replaceAll("\n", "\n    ")}\n`,
    },
  ]);
}
/** A catalog whose dear model costs more above 20k tokens. */
const tieredCatalog = catalog.replace(
  "output: 20 }",
  "output: 20, above: [{ context_tokens: 20k, input: 20, output: 30 }] }",
);
/** The same rules over another catalog. */
function over(text: string): CompiledPolicy {
  const [policy] = policyOf(rules).files;
  return compiled([policy!, { name: "catalog.yaml", text }]);
}
/** So that the number of answers and their length do not matter. */
function withFreeAnswers(text: string): string {
  return text.replaceAll(/output: \d+/g, "output: 0");
}
/** Nothing when it is proved. */
function failuresOf(property: string, to?: CompiledPolicy): string {
  const policy = withProperty(property, to);
  return policy.tests.flatMap((test) => runPolicyTest(policy, test).failures).join("\n\n");
}

describe("a property of a policy test", () => {
  it.each([
    "forall: { attributes.plan: free }\nexpect: { max_cost_usd: 0.01 }",
    "forall: { budget_usd: { lte: 0.02 } }\nexpect: { max_cost_usd: 0.02 }",
    "forall: { tags: [secret] }\nexpect: { denied: secret }",
    "forall: { tags: [secret] }\nexpect: { denied: true }",
    "forall: { tags: { none: [secret] } }\nexpect: { denied: false }",
    "forall: { tags: [pii] }\nexpect: { not_model: acme/large }",
    "forall: { tags: { all: [pii], none: [secret, code] }, attributes.plan: pro, context_tokens: { lt: 2k } }\nexpect: { rule: default, requirements: [stay] }",
    "forall: { tags: { present: false }, context_tokens: { lt: 10k }, attributes.plan: pro, max_output_tokens: { lte: 1k }, uses_vision: false, uses_json_schema: false, budget_usd: { present: false } }\nexpect: { model: acme/small, rule: default }",
    "forall: { context_tokens: { gt: 32k }, max_output_tokens: { gt: 4k } }\nexpect: { not_model: acme/small }",
  ])("is proved: %s", (property) => {
    expect(failuresOf(property)).toBe("");
  });

  it("is refuted with a request", () => {
    expect(
      failuresOf("forall: { attributes.plan: pro, context_tokens: { lt: 10k } }\nexpect: { max_cost_usd: 0.01 }"),
    ).toMatch(/^expected a cost of at most \$0\.01\nactual {3}\$0\.\d+ at acme\/\w+@\w+\nexample {2}.*context_tokens/);
    expect(failuresOf("forall: { tags: [pii] }\nexpect: { not_model: acme/small }")).toContain(
      "expected not model acme/small",
    );
    expect(failuresOf("forall: { tags: [code] }\nexpect: { rule: code }")).toBe(
      "expected rule code\nactual   denied by rule secret (policy.yaml:9)\nexample  tags {secret, code}, context_tokens 1,000",
    );
    expect(failuresOf("forall: { uses_tools: true }\nexpect: { requirements: [] }")).toBe(
      "expected requirements none\nactual   cheap\nbecause  cheap (policy.yaml:10) acts too\nexample  context_tokens 1,000, uses_tools true, attributes.plan free",
    );
  });

  it("is refuted by a request that costs only just more", () => {
    expect(failuresOf("forall: { budget_usd: { lte: 0.020001 } }\nexpect: { max_cost_usd: 0.02 }")).toContain(
      "actual   $0.020001 at acme/",
    );
  });

  it("is refuted by a request that asks for several answers, or holds several prompts", () => {
    expect(
      failuresOf(
        "forall: { context_tokens: { lte: 1k }, max_output_tokens: { lte: 100 } }\nexpect: { max_cost_usd: 0.012 }",
      ),
    ).toBe(
      "expected a cost of at most $0.012\nactual   $0.0122 at acme/small@near\nexample  tags {code}, context_tokens 1,000, max_output_tokens 100, 56 answers (`n`) when every other endpoint is down",
    );
    expect(failuresOf("forall: { context_tokens: { gt: 32k } }\nexpect: { not_model: acme/small }")).toContain(
      "example  tags {code}, context_tokens 32,001, in prompts of at most 32,000 tokens when every other endpoint is down",
    );
    const freeAnswers = over(withFreeAnswers(catalog));
    expect(failuresOf("forall: { stream: true }\nexpect: { max_cost_usd: 2 }", freeAnswers)).toMatch(
      /actual {3}\$2\.0000[01]\d* at acme.*\n.*in prompts of at most/,
    );
  });

  it("is proved and refuted by the price of the prompt's size", () => {
    const tiered = over(withFreeAnswers(tieredCatalog));
    const failures = (limit: number, most = "30k") => {
      const property = `forall: { context_tokens: { lte: ${most} }, model: acme/large }\nexpect: { max_cost_usd: ${limit} }`;
      return failuresOf(property, tiered);
    };
    expect(failures(0.01, "1k")).toBe("");
    expect(failures(0.6)).toBe(""); // 30k × $20
    expect(failures(0.59)).toMatch(/actual {3}\$0\.(59|6)\d* at acme\/large/);
    // Just above the threshold all of it costs twice as much: 20,001 × $20 and nothing less is more than $0.35.
    expect(failures(0.35)).toMatch(/actual {3}\$0\.(3[5-9]|4)\d* at acme\/large/);
  });

  it("is proved below rules that leave thousands of pieces of what they take some of", () => {
    const above = Array.from({ length: 13 }, (_, at) => {
      return `- { id: above-${at}, match: { tags: { all: [a${at}, b${at}] } }, route: { to: [acme/small] } }`;
    });
    const policy = policyOf(`
- { id: no-pictures, match: { uses_vision: true }, deny: "no" }
${above.join("\n")}
- { id: blind, match: { uses_vision: false }, route: { to: [acme/small] } }
- { id: rest, match: { stream: true }, route: { to: [acme/large] } }`);
    const [test] = withProperty("forall: { stream: true }\nexpect: { not_model: acme/large }", policy).tests;
    expect(runPolicyTest(policy, test!).failures).toEqual([]);
  });

  it("that is about no request fails", () => {
    expect(failuresOf("forall: { all: [{ stream: true }, { stream: false }] }\nexpect: { denied: false }")).toBe(
      "expected denied false for all\nactual   not decided\nbecause  no request meets `forall`: stream = true and stream = false",
    );
  });

  it("that is not decided fails and says what is open", () => {
    const policy = withProperty(
      "forall: { stream: true }\nexpect: { rule: first }",
      policyOf(
        `- { id: first, match: { stream: true }, route: { to: [acme/small, acme/large], on_exhausted: next_rule } }`,
      ),
    );
    expect(policy.tests.flatMap((test) => runPolicyTest(policy, test).failures)).toEqual([
      "expected rule first for all\nactual   not decided\nbecause  rule first has `on_exhausted: next_rule`, so another may serve",
    ]);
  });

  it("takes no request, world, fallback or excluded beside it", () => {
    const text = `kind: test
tests:
  - name: mixed
    forall: { stream: true }
    request: { stream: true }
    world: { down: [near] }
    expect: { fallback: [acme/large], denied: false }
  - name: unknown
    forall: { streem: true }
    expect: { denied: false }
`;
    const { diagnostics } = compilePolicy([...policyOf(rules).files, { name: "tests/a.yaml", text }]);
    expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
      "RW1103 `request` cannot stand beside `forall`",
      "RW1103 `world` cannot stand beside `forall`",
      "RW1103 `fallback` cannot be expected of all requests",
      expect.stringMatching(/^RW1201 .*streem/),
    ]);
  });
});

describe("the schemas", () => {
  it("describe conditions in tests as in policies", async () => {
    const [policy, test] = await Promise.all(
      ["policy", "test"].map(async (name) => JSON.parse(await readFile(`schemas/${name}.schema.json`, "utf8")).$defs),
    );
    for (const name of Object.keys(test)) {
      if (name in policy) expect(test[name], name).toEqual(policy[name]);
    }
    expect(test.condition).toBeDefined();
  });
});

describe("proved properties", () => {
  it("are never refuted by sampling", { timeout: 300_000 * Math.max(1, scale) }, () => {
    const random = new Random(seed + 5);
    const tiered = over(tieredCatalog);
    const counts = { seed: seed + 5, properties: 0, proved: 0, refuted: 0, undecided: 0, tried: 0 };
    const faults: string[] = [];
    for (let number = 0; number < 160 * scale; number++) {
      const property = `forall: { ${randomCondition(random)} }\nexpect: { ${randomExpectation(random)} }`;
      const own = withProperty(property, number % 2 === 0 ? tiered : variedPolicy(random));
      const [test] = own.tests as readonly [PolicyTest];
      const { passed, failures, record } = runPolicyTest(own, test);
      counts.properties++;
      if (passed) counts.proved++;
      else if (record === undefined) counts.undecided++;
      else counts.refuted++;
      if (!passed && failures.length === 0) faults.push(`${property}: fails without a reason`);
      if (!passed) continue;
      for (let tried = 0; tried < 1_500; tried++) {
        const request = randomRequest(random);
        if (evaluateCondition(test.forall!, withDefaults(own.set, request)) !== true) continue;
        counts.tried++;
        const { model: _model, ...anyWorld } = test.expect;
        const world =
          test.expect.model === undefined && random.chance(0.4)
            ? {
                down: [random.pick(["near", "far", "acme/small"])],
                ...(random.chance(0.3) ? { answers: random.integer(2, 500) } : {}),
                ...(random.chance(0.3) ? { largest_prompt: 50 } : {}),
              }
            : {};
        const isVoid =
          firstAttempt(own, request, world) === undefined && ("maxCostUsd" in anyWorld || "notModel" in anyWorld);
        if (isVoid) continue;
        const { forall: _, ...plain } = test;
        const result = runPolicyTest(own, { ...plain, request, world });
        if (!result.passed) faults.push(`${property}: ${JSON.stringify(request)}: ${result.failures.join()}`);
      }
    }
    console.log(`properties: ${JSON.stringify(counts)}`);
    expect(faults.slice(0, 3)).toEqual([]);
    expect(counts.proved).toBeGreaterThan(5);
    expect(counts.refuted).toBeGreaterThan(5);
  });
});

/** The same guards above other routes: chains that go on, strategies, named models, limits, what a client asks for. */
function variedPolicy(random: Random): CompiledPolicy {
  const names = () => random.some(["acme/small", "acme/large", "acme/open", "requested"], 3).join(", ");
  const route = () => {
    const strategy = random.pick(["", "", ", strategy: cheapest", ", strategy: balanced"]);
    const limit = random.chance(0.3) ? ", max_cost_usd: 0.02" : "";
    const fallback = random.chance(0.4) ? `, fallback: [${names()}]` : "";
    return `to: [${names()}]${fallback}${strategy}${limit}`;
  };
  const goesOn = () => (random.chance(0.3) ? ", on_exhausted: next_rule" : "");
  const routes = [
    `- { id: code, match: { ${randomCondition(random)} }, route: { ${route()}${goesOn()} } }`,
    `- { id: other, match: { any: [{ ${randomCondition(random)} }, { not: { ${randomCondition(random)} } }] }, route: { ${route()}${goesOn()} } }`,
  ];
  const guards = rules.split("\n").filter((line) => /deny:|require:/.test(line));
  return policyOf([...guards, ...routes].join("\n"), "", route());
}

function randomCondition(random: Random): string {
  const parts = new Map([
    [
      "tags",
      () =>
        random.pick([
          "[pii]",
          "{ any: [code, pii], none: [secret] }",
          "{ present: false }",
          "{ none: [secret, code] }",
          "[secret]",
        ]),
    ],
    ["context_tokens", () => random.pick(["{ lt: 1k }", "{ lt: 20k }", "{ gte: 20k }", "{ gte: 100, lt: 30k }"])],
    ["max_output_tokens", () => random.pick(["{ lte: 100 }", "{ present: false }", "{ lte: 4k }"])],
    ["attributes.plan", () => random.pick(["free", "pro"])],
    ["budget_usd", () => random.pick(["{ lte: 0.01 }", "{ present: false }", "{ lt: 0.5 }"])],
    ["uses_vision", () => random.pick(["true", "false"])],
    ["model", () => random.pick(["auto", "acme/large", "{ not: acme/large }"])],
  ]);
  const chosen = random.some([...parts.keys()], 4);
  return chosen.map((name) => `${name}: ${parts.get(name)?.()}`).join(", ");
}

function randomExpectation(random: Random): string {
  return random.pick([
    "max_cost_usd: 0.01",
    "max_cost_usd: 0.05",
    "max_cost_usd: 2",
    "not_model: acme/large",
    "not_model: acme/small",
    "denied: false",
    "denied: secret",
    "rule: code",
    "rule: default",
    "requirements: [cheap]",
    "requirements: []",
    "model: acme/small",
    "model: acme/large",
  ]);
}

function randomRequest(random: Random): Facts {
  return {
    model: random.pick(["auto", "acme/large", "acme/small", "other"]),
    context_tokens: random.pick([0, 99, 100, 999, 5_000, 19_999, 20_000, 31_000, 150_000]),
    stream: false,
    uses_tools: random.chance(0.3),
    uses_vision: random.chance(0.3),
    uses_json_schema: random.chance(0.1),
    time: 0,
    ...(random.chance(0.7) ? { tags: random.some(["pii", "code", "secret", "other"], 2) } : {}),
    ...(random.chance(0.5) ? { max_output_tokens: random.pick([1, 100, 4_000, 8_000]) } : {}),
    ...(random.chance(0.4) ? { budget_usd: random.pick([0.001, 0.01, 0.02, 0.4]) } : {}),
    ...(random.chance(0.5) ? { "attributes.plan": random.pick(["free", "pro"]) } : {}),
  };
}
