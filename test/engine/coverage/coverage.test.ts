import { describe, expect, it } from "vitest";
import { Coverage, type Goal } from "../../../engine/coverage/coverage.js";
import { suggestTests } from "../../../engine/coverage/suggest-tests.js";
import { traceRequest } from "../../../engine/coverage/trace-request.js";
import { decideInOrder } from "../../../engine/evaluate/decide-in-order.js";
import { formatFile } from "../../../engine/format/format-file.js";
import { compilePolicy } from "../../../engine/policy/compile-policy.js";
import { runPolicyTest } from "../../../engine/policy-tests/run-policy-test.js";
import { readPolicyDirectory } from "../../../server/policy-files/read-policy-directory.js";
import { generatePolicy } from "../../differential/generate-policy.js";
import { generateRequest } from "../../differential/generate-request.js";
import { Random } from "../../differential/random.js";

const catalog = `kind: catalog
providers: { a: { format: openai, base_url: https://a.example } }
models: { x/y: { context_window: 1M, endpoints: [{ provider: a, model: y }] } }
`;

function compile(rules: string) {
  const text = `kind: policy\nname: t\nattributes:\n  plan: { type: string, from: key, default: pro }\nrules:\n${rules}default:\n  route: { to: [x/y] }\n`;
  const { value, diagnostics } = compilePolicy([
    { name: "policy.yaml", text },
    { name: "catalog.yaml", text: catalog },
  ]);
  if (value === undefined) throw new Error(JSON.stringify(diagnostics));
  return value;
}

describe("Coverage", () => {
  const policy = compile(`
  - { id: guard, match: { tags: { present: true, any: [pii] }, attributes.plan: free }, deny: no }
  - { id: first, match: { any: [{ stream: true }, { priority: batch }] }, route: { to: [x/y] } }
  - { id: second, match: { stream: false }, route: { to: [x/y] } }
`);

  it("counts what reading the rules in order evaluates, and nothing that it passes over", () => {
    const coverage = new Coverage(policy.set);
    coverage.add({ stream: true }); // `priority` and the rule `second` are not looked at
    coverage.add({ tags: ["chat"] });
    expect(
      coverage.rules().map(({ decided, predicates }) => [decided, predicates.map(({ counts }) => counts)]),
    ).toEqual([
      [
        0,
        [
          { true: 1, false: 1 }, // presence is never unknown
          { true: 0, false: 1 }, // evaluated only where tags are present
          { true: 0, false: 0 }, // the attribute has a default
        ],
      ],
      [
        1,
        [
          { true: 1, false: 0 }, // over HTTP `stream` is never absent
          { true: 0, false: 0, unknown: 1 },
        ],
      ],
      [0, [{ true: 0, false: 0 }]],
      [1, []],
    ]);
    expect(coverage.total()).toEqual({ met: 7, of: 17 });
  });

  it("asks for nothing that no request over HTTP can be", () => {
    const { set } = compile(`
  - id: long
    match: { context_tokens: { present: true, gte: 200k }, time: { from: "22:00", to: "06:00", tz: UTC } }
    route: { to: [x/y] }
  - { id: vast, match: { logic: { ">": [{ var: context_tokens }, 500000] } }, route: { to: [x/y] } }
  - { id: cheap, match: { budget_usd: { lt: 1 } }, route: { to: [x/y] } }
`);
    const asked = new Coverage(set)
      .rules()
      .map(({ predicates }) => predicates.map(({ counts }) => Object.keys(counts).join()));
    expect(asked).toEqual([["true", "true,false", "true,false"], ["true,false"], ["true,false,unknown"], []]);
  });

  it("decides as decideInOrder does, on random policies", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = new Random(seed);
      const set = generatePolicy(random, "mixed", 12);
      for (let round = 0; round < 10; round++) {
        const request = generateRequest(random);
        const decided: number[] = [];
        traceRequest(set, request, { predicate() {}, decided: (number) => decided.push(number) });
        const { denied, requirements, route } = decideInOrder(set, request);
        const acting = [...(denied === undefined ? [] : [denied.rule]), ...requirements].map((rule) =>
          set.rules.indexOf(rule),
        );
        expect(
          decided.toSorted((a, b) => a - b),
          `seed ${seed}`,
        ).toEqual([...acting, route.ruleNumber].toSorted((a, b) => a - b));
      }
    }
  });
});

describe("suggestTests", () => {
  it("writes the missing cases, in canonical form", () => {
    const { text, count, open } = suggestTests(
      compile("  - { id: long, match: { max_output_tokens: { gte: 200k } }, route: { to: [x/y] } }\n"),
    );
    expect(count).toBe(3);
    expect(open).toEqual([]);
    expect(text).toBe(`kind: test
tests:
  - name: long decides
    request: { max_output_tokens: 200001 }
    expect: { denied: false, rule: long, model: x/y@a, requirements: [] }

  - name: "long: max_output_tokens ≥ 200,000 is false"
    request: { max_output_tokens: 199999 }
    expect: { denied: false, rule: default, model: x/y@a, requirements: [] }

  - name: "long: max_output_tokens ≥ 200,000 is unknown"
    request: {}
    expect: { denied: false, rule: default, model: x/y@a, requirements: [] }
`);
  });

  it("covers the shipped policies without their tests, but for what cannot happen, with cases that pass", async () => {
    const files = (await readPolicyDirectory("policies")).filter(({ name }) => !name.startsWith("tests/"));
    const { text, open, impossible } = suggestTests(compilePolicy(files).value!);
    // The rule `vision` takes every request that uses vision.
    const goal: Goal = { kind: "outcome", ruleNumber: expect.any(Number), leafNumber: 3, outcome: "true" };
    expect({ open, impossible }).toEqual({ open: [], impossible: [goal] });
    expect(formatFile({ name: "tests/suggested.yaml", text })).toEqual({ text });
    const policy = compilePolicy([...files, { name: "tests/suggested.yaml", text }]).value!;
    expect(policy.tests.length).toBeGreaterThan(20);
    expect(policy.tests.flatMap((test) => runPolicyTest(policy, test).failures)).toEqual([]);
  });

  it("writes only values that a test file takes: amounts without exponents, nothing beyond the limits", () => {
    const rules = `
  - { id: free, match: { budget_usd: 0.00000001 }, route: { to: [x/y] } }
  - { id: most, match: { context_tokens: { lte: 100M }, max_latency_ms: { lte: 86400000 } }, route: { to: [x/y] } }
  - { id: half, match: { logic: { ">": [{ var: max_output_tokens }, 0.5] } }, route: { to: [x/y] } }
  - { id: tag, match: { logic: { in: ["Code", { var: tags }] } }, route: { to: [x/y] } }
`;
    const bare = compile(rules);
    const { text } = suggestTests(bare);
    expect(text).toContain("budget_usd: 0.000000009");
    const { value, diagnostics } = compilePolicy([...bare.files, { name: "tests/suggested.yaml", text }]);
    expect(diagnostics.map(({ message }) => message)).toEqual([]);
    expect(value!.tests.flatMap((test) => runPolicyTest(value!, test).failures)).toEqual([]);
  });

  it("has nothing to add to tests that reach everything", () => {
    const policy = compile("  - { id: a, route: { to: [x/y] } }\n");
    expect(
      suggestTests({
        ...policy,
        set: { ...policy.set, rules: [] },
        tests: [{ name: "a", request: {}, world: {}, expect: {}, span: policy.set.defaultRoute.span }],
      }),
    ).toEqual({ text: "", count: 0, impossible: [], open: [] });
  });
});
