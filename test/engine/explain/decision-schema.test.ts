import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import type { DecisionRecord } from "../../../engine/explain/decision-record.js";
import { errorClasses } from "../../../engine/policy/policy-set.js";
import { exclusionReasons } from "../../../engine/rank/route-plan.js";
import { examplePolicy } from "./example-policy.js";
import { explain } from "./harness.js";

const text = readFileSync(new URL("../../../schemas/decision.schema.json", import.meta.url), "utf8");
const schema = JSON.parse(text) as {
  $defs: {
    candidate: { properties: { reason: { enum: string[] } } };
    attempt: { properties: { error_class: { enum: string[] } } };
  };
};
const validate = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true, allErrors: true }).compile(
  schema,
);

/** What the schema says against a record as it is after JSON. */
function problems(record: unknown): readonly string[] {
  validate(JSON.parse(JSON.stringify(record)));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const policy = examplePolicy({
  last: { route: { to: ["google/pro"], strategy: { cost: 0.5, quality: 0.5 }, onExhausted: "next_rule" } },
});
const quick = {
  tags: ["code"],
  max_latency_ms: 1_000,
  context_tokens: 10_000,
  uses_vision: false,
  model: "auto",
} as const;
const full = explain(policy, quick, {
  git: "abc",
  simulated: true,
  warnings: ["w"],
  world: {
    seed: 4,
    down: ["openai"],
    latency_ms: { "google/flash@google": 10.5 },
    prefix: "p",
    error_rate: {},
    in_flight: {},
  },
  attempts: [
    { endpoint: "google/flash@google", error_class: "timeout", total_ms: 1.5, error: "e" },
    {
      endpoint: "google/pro@google",
      status: 200,
      first_token_ms: 1,
      total_ms: 2,
      usage: { input_tokens: 3 },
      cost_usd: 0,
    },
  ],
  result: { status: 200, outcome: "answered", total_ms: 4 },
});

describe("schemas/decision.schema.json", () => {
  const records: readonly [string, DecisionRecord][] = [
    ["routed, sent and answered", full],
    ["denied, because a fact is absent", explain(policy, { model: "openai/large", tags: [] })],
    ["with requirements", explain(policy, { "attributes.risk": 9, model: "auto" })],
    ["of a later rule, exhausted", explain(policy, { tags: [], model: "auto" }, { world: { down: ["google"] } })],
    ["before 1970", explain(policy, {}, { time: -1 })],
  ];
  it.each(records)("accepts a record %s", (_name, record) => {
    expect(problems(record)).toEqual([]);
  });

  const broken: readonly [string, unknown, string][] = [
    ["an unknown property", { ...full, prompt: "secret" }, " must NOT have additional properties"],
    ["a missing one", { ...full, world: undefined }, " must have required property 'world'"],
    [
      "a short revision",
      { ...full, policy: { name: "p", revision: "3f2a" } },
      '/policy/revision must match pattern "^[0-9a-f]{64}$"',
    ],
    [
      "a candidate left out without a reason",
      { ...full, candidates: [{ endpoint: "a/b@c", verdict: "excluded", from: "to", rule: "r", detail: "d" }] },
      "/candidates/0 must have required property 'reason'",
    ],
    [
      "an attempt of the plan without a rank",
      { ...full, candidates: [{ endpoint: "a/b@c", verdict: "chosen", from: "to", rule: "r" }] },
      "/candidates/0 must have required property 'rank'",
    ],
  ];
  it.each(broken)("refuses a record with %s", (_name, record, problem) => {
    expect(problems(record)).toContain(problem);
  });

  it("lists every reason code and every error class", () => {
    expect(schema.$defs.candidate.properties.reason.enum).toEqual(exclusionReasons);
    expect(schema.$defs.attempt.properties.error_class.enum).toEqual([...errorClasses, "cancelled", "outrun"]);
  });

  it("describes every property, for editors and readers", () => {
    const undescribed: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== "object" || node === null) return;
      for (const [name, child] of Object.entries(node)) {
        if (path.endsWith("/properties") && !("description" in child) && !("$ref" in child) && !("const" in child)) {
          undescribed.push(`${path}/${name}`);
        }
        visit(child, `${path}/${name}`);
      }
    };
    visit(schema, "");
    expect(undescribed).toEqual([]);
  });
});
