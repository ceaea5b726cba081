import { describe, expect, it } from "vitest";
import type { Condition } from "../../engine/conditions/condition.js";
import { decide } from "../../engine/evaluate/decide.js";
import { decideInOrder } from "../../engine/evaluate/decide-in-order.js";
import { compilePolicy } from "../../engine/policy/compile-policy.js";
import type { CompiledPolicy } from "../../engine/policy/compiled-policy.js";
import { runPolicyTest } from "../../engine/policy-tests/run-policy-test.js";
import { rank } from "../../engine/rank/rank.js";
import { readPolicyDirectory } from "../../server/policy-files/read-policy-directory.js";
import { plainRequests } from "./plain-requests.js";

const files = await readPolicyDirectory("policies");
const { value, diagnostics } = compilePolicy(files);
const policy = value as CompiledPolicy;

describe("the shipped policies", () => {
  it("are sound, without so much as a warning", () => {
    expect(diagnostics).toEqual([]);
    expect(value?.name).toBe("production");
  });

  it.each(policy.tests.map((test) => [test.name, test] as const))("pass their test: %s", (_name, test) => {
    expect(runPolicyTest(policy, test).failures).toEqual([]);
  });

  it("name every rule in some test", () => {
    const named = new Set(
      policy.tests.flatMap(({ expect: { rule, denied, requirements } }) => [rule, denied, ...(requirements ?? [])]),
    );
    const untested = [...policy.set.rules.map(({ id }) => id), "default"].filter((id) => !named.has(id));
    expect(untested).toEqual([]);
  });

  it("use every effect and every kind of condition", () => {
    expect(new Set(policy.set.rules.map(({ effect }) => effect))).toEqual(new Set(["deny", "require", "route"]));
    const kinds = policy.set.rules.flatMap(({ condition }) => kindsOf(condition));
    expect([...new Set(kinds)].sort()).toEqual(
      [
        ...["all", "any", "not", "present", "one-of", "prefix", "glob", "range", "boolean", "time", "logic"],
        ...["set any", "set all", "set none"],
      ].sort(),
    );
  });

  it.each(plainRequests.map((facts, index) => [index, facts] as const))(
    "send plain request %i to an economy model, cheaply, with fallbacks",
    (_index, facts) => {
      const outcome = decide(policy, facts);
      expect(outcome).toEqual(decideInOrder(policy.set, facts));
      expect(outcome.denied).toBeUndefined();
      expect(outcome.route.rule).toBe("default");
      const { attempts } = rank(policy, outcome, facts, {});
      expect(attempts.length).toBeGreaterThanOrEqual(3);
      expect(["openai/gpt-4.1-mini", "google/gemini-2.5-flash", "mistral/mistral-small-4"]).toContain(
        attempts[0]?.endpoint.model,
      );
      expect(attempts[0]?.cost).toBeLessThan(200_000_000); // nano-dollars: 20 cents for the longest of them
    },
  );

  it("have no provider that works without a key: else the simulator would never take over", () => {
    expect(policy.set.catalog.providers.filter(({ apiKeyEnv }) => apiKeyEnv === undefined)).toEqual([]);
  });
});

function kindsOf(condition: Condition): readonly string[] {
  switch (condition.kind) {
    case "all":
    case "any":
      return [condition.kind, ...condition.conditions.flatMap(kindsOf)];
    case "not":
      return ["not", ...kindsOf(condition.condition)];
    case "set":
      return [`set ${condition.quantifier}`];
    default:
      return [condition.kind];
  }
}
