import { describe, expect, it } from "vitest";
import { analyzePolicy } from "../../../engine/analyze/analyze-policy.js";
import { whyNot } from "../../../engine/analyze/why-not/why-not.js";
import { decideInOrder } from "../../../engine/evaluate/decide-in-order.js";
import type { Facts } from "../../../engine/evaluate/facts.js";
import { withDefaults } from "../../../engine/evaluate/with-defaults.js";
import type { CompiledPolicy } from "../../../engine/policy/compiled-policy.js";
import { rank } from "../../../engine/rank/rank.js";
import type { World } from "../../../engine/rank/world.js";
import { Random } from "../../differential/random.js";
import { policyOf } from "./harness.js";
import { scale, seed } from "./soundness.js";

const models = ["acme/small", "acme/large", "acme/open"];

/** Policies with routes that go on, fallbacks, limits and guards: what random sets of rules alone do not have. */
describe("what is said of whole policies", () => {
  it("is never refuted by deciding and ranking", { timeout: 120_000 * Math.max(1, scale) }, () => {
    const random = new Random(seed + 6);
    const counts = { seed: seed + 6, policies: 0, findings: 0, impossible: 0, changes: 0 };
    const faults: string[] = [];
    for (; counts.policies < 40 * scale; counts.policies++) {
      const rules = randomRules(random);
      const policy = policyOf(rules, "", randomRoute(random));
      const runs = Array.from({ length: 120 }, () => run(policy, randomRequest(random), randomWorld(random)));
      for (const { code, message } of analyzePolicy(policy, { all: true })) {
        const rule = /rule `(\w+)`/.exec(message)?.[1] ?? "default";
        const served = ({ attempts, route }: Run) =>
          route === rule || attempts.some((attempt) => attempt.rule === rule);
        const candidate = /^`(.+)` can serve no/.exec(message)?.[1];
        const refutes: Readonly<Record<string, (run: Run) => boolean>> = {
          RW2001: served,
          RW2004: served,
          RW2002: (each) => !each.isDenied && served(each),
          RW2101: ({ acted }) => acted.includes(rule),
          RW2201: ({ attempts, isBatch }) =>
            !(isBatch && message.endsWith("one prompt")) &&
            attempts.some((attempt) => attempt.rule === rule && attempt.endpoint.model === candidate),
        };
        const isRefuted = refutes[code];
        if (isRefuted === undefined) continue;
        counts.findings++;
        const witness = runs.find(isRefuted);
        if (witness !== undefined) faults.push(`${code} ${message}: ${JSON.stringify(witness.facts)}\n${rules}`);
      }
      const [facts, world, model] = [randomRequest(random), randomWorld(random), random.pick(models)];
      const answer = whyNot(policy, facts, world, model);
      const isChosen = (other: Facts, seen = world) => run(policy, other, seen).attempts[0]?.endpoint.model === model;
      for (const change of answer.is_chosen ? [] : [...answer.by_client, ...answer.by_operator]) {
        counts.changes++;
        if (!isChosen(change.facts, change.world))
          faults.push(`${model}: ${JSON.stringify(change.changes)} does not choose it\n${rules}`);
      }
      if (answer.client_can !== "impossible") continue;
      counts.impossible++;
      const { "attributes.plan": _, ...own } = facts;
      const plan = facts["attributes.plan"];
      for (const { facts: other } of runs) {
        const { "attributes.plan": _plan, ...client } = other;
        const changed = { ...client, ...(plan === undefined ? {} : { "attributes.plan": plan }) };
        if (isChosen(changed)) faults.push(`${model}: ${JSON.stringify(own)} → ${JSON.stringify(changed)}\n${rules}`);
      }
    }
    console.log(`findings: ${JSON.stringify(counts)}`);
    expect(faults.slice(0, 2)).toEqual([]);
    for (const count of [counts.findings, counts.impossible, counts.changes]) expect(count).toBeGreaterThan(10);
  });
});

type Run = ReturnType<typeof run>;

function run(policy: CompiledPolicy, facts: Facts, world: World) {
  const filled = withDefaults(policy.set, facts);
  const outcome = decideInOrder(policy.set, filled);
  const { denied, requirements, route } = outcome;
  const { attempts } = rank(policy, outcome, filled, world);
  const acted = [...requirements.map(({ id }) => id), ...(denied === undefined ? [] : [denied.rule.id]), route.rule];
  const isBatch = world.largest_prompt !== undefined;
  return { facts, attempts, route: route.rule, isDenied: denied !== undefined, acted, isBatch };
}

function randomRules(random: Random): string {
  const rules = Array.from({ length: random.integer(1, 5) }, (_, number) => {
    const match = random.chance(0.85) ? `match: { ${randomCondition(random)} }, ` : "";
    const effect = random.chance(0.7)
      ? `route: { ${randomRoute(random)}${random.chance(0.4) ? ", on_exhausted: next_rule" : ""} }`
      : random.pick(["require: { region: [eu] }", "require: { max_cost_usd: 0.02 }", `deny: "no"`]);
    return `- { id: r${number}, ${effect.startsWith("route") ? match : `match: { ${randomCondition(random)} }, `}${effect} }`;
  });
  return rules.join("\n");
}

function randomRoute(random: Random): string {
  const names = () => `[${random.some([...models, "requested"], 2).join(", ") || random.pick(models)}]`;
  const fallback = random.chance(0.3) ? `, fallback: ${names()}` : "";
  return `to: ${names()}${fallback}${random.chance(0.2) ? ", max_cost_usd: 0.02" : ""}`;
}

function randomCondition(random: Random): string {
  const parts = [
    `tags: ${random.pick(["[a]", "{ none: [a, b] }", "{ present: true, any: [b] }", "{ present: false }"])}`,
    `context_tokens: ${random.pick(["{ lt: 2k }", "{ gte: 2k }", "{ gt: 32k }"])}`,
    `uses_vision: ${random.pick(["true", "false"])}`,
    `budget_usd: ${random.pick(["{ lt: 0.05 }", "{ present: false }"])}`,
    `attributes.plan: ${random.pick(["free", "{ not: free }"])}`,
  ];
  return random.some(parts, 2).join(", ") || (parts[0] as string);
}

function randomRequest(random: Random): Facts {
  return {
    model: random.pick(["auto", ...models]),
    context_tokens: random.pick([0, 1_999, 2_000, 31_000, 32_001, 64_001, 200_001]),
    stream: false,
    uses_tools: random.chance(0.3),
    uses_vision: random.chance(0.4),
    uses_json_schema: false,
    time: 0,
    ...(random.chance(0.7) ? { tags: random.some(["a", "b", "c"], 2) } : {}),
    ...(random.chance(0.4) ? { max_output_tokens: random.pick([1, 4_000, 8_000]) } : {}),
    ...(random.chance(0.4) ? { budget_usd: random.pick([0.001, 0.04, 1]) } : {}),
    ...(random.chance(0.5) ? { "attributes.plan": random.pick(["free", "pro"]) } : {}),
  };
}

function randomWorld(random: Random): World {
  return {
    ...(random.chance(0.4) ? { down: [random.pick(["near", "far", ...models])] } : {}),
    ...(random.chance(0.2) ? { largest_prompt: 500 } : {}),
  };
}
