import { describe, expect, it } from "vitest";
import { buildDecisionTree } from "../../engine/compile/build-decision-tree.js";
import { sampleRequests } from "../../engine/coverage/sample-requests.js";
import { seededRandom } from "../../engine/coverage/suggest-tests.js";
import type { Facts } from "../../engine/evaluate/facts.js";
import { explain } from "../../engine/explain/explain.js";
import { factsOfRecord } from "../../engine/explain/record-facts.js";
import { compilePolicy } from "../../engine/policy/compile-policy.js";
import type { CompiledPolicy } from "../../engine/policy/compiled-policy.js";
import type { PolicySet, Requirement, Route, Rule } from "../../engine/policy/policy-set.js";
import { strategies } from "../../engine/rank/strategies.js";
import type { World } from "../../engine/rank/world.js";
import { isPassedOver } from "../../engine/replay/records/log-lines.js";
import { RecordReader } from "../../engine/replay/records/record-reader.js";
import {
  destinationOf,
  isReproduced,
  parseDecision,
  recordedDestination,
} from "../../engine/replay/replay-decision.js";
import { LogReplay } from "../../engine/replay/replay-log.js";
import { addComparison, emptySummary, type ReplaySummary } from "../../engine/replay/replay-summary.js";
import type { SourceFile } from "../../engine/source/source-file.js";
import { parseUsd } from "../../engine/units/money.js";
import { readPolicyDirectory } from "../../server/policy-files/read-policy-directory.js";
import { catalogOf, reference, routeOf } from "../engine/rank/harness.js";
import { generatePolicy, shapes } from "./generate-policy.js";
import { generateRequest } from "./generate-request.js";
import { Random } from "./random.js";

const SEED = Number(process.env["REPLAY_SEED"] ?? 20261125);
const POLICIES = Number(process.env["REPLAY_POLICIES"] ?? 16);
const RECORDS = 250;

const decode = (bytes: Uint8Array, start: number, end: number) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8", start, end);

/** What replay means: every line parsed, every record decided and ranked by itself. */
function replayPlainly(target: CompiledPolicy, own: CompiledPolicy | undefined, log: string): ReplaySummary {
  const summary = emptySummary();
  const policies = new Map([target, ...(own === undefined ? [] : [own])].map((policy) => [policy.revision, policy]));
  for (const line of log.split("\n")) {
    if (isPassedOver(line)) continue;
    const record = parseDecision(line);
    if (record === undefined) {
      summary.unreadable++;
      continue;
    }
    const facts = factsOfRecord(record);
    const { revision } = record.policy;
    summary.decisions++;
    summary.revisions[revision] = (summary.revisions[revision] ?? 0) + 1;
    const policy = policies.get(revision);
    const again = policy && destinationOf(policy, facts, record.world);
    const after = destinationOf(target, facts, record.world);
    if (again !== undefined) {
      summary.checked++;
      if (!isReproduced(record, again)) {
        summary.differingCount++;
        if (summary.differing.length < 3) summary.differing.push(record.id);
      }
    }
    addComparison(
      summary,
      again ?? recordedDestination(record, (endpoint) => record.world.latency_ms?.[endpoint]),
      after,
      { example: () => ({ id: record.id, facts }) },
    );
  }
  return summary;
}

const models = ["maker/a", "maker/b", "other/c", "other/d", "third/e"];
const endpoints = models.flatMap((model) => [`${model}@p`, `${model}@q`]);

function withRoutes(set: PolicySet, random: Random): PolicySet {
  const catalog = catalogOf(
    Object.fromEntries(
      models.map((model) => [
        model,
        {
          on: random.pick([["p"], ["q"], ["p", "q"]]),
          window: random.pick([8_000, 128_000, 1_000_000]),
          can: random.chance(0.7)
            ? ["tools", "vision", "json_schema"]
            : random.some(["tools", "vision", "json_schema"], 2),
          ...(random.chance(0.8) ? { price: [String(random.integer(0, 9)), String(random.integer(0, 30))] } : {}),
          ...(random.chance(0.8) ? { quality: random.integer(0, 10) / 10 } : {}),
          ...(random.chance(0.3) ? { maxOutput: 4_000 } : {}),
        } as const,
      ]),
    ),
    { p: { region: "eu", retentionDays: 0 }, q: { region: "us", retentionDays: 30 } },
  );
  const route = (): Route =>
    routeOf({
      to: [random.pick(models), ...random.some([...models, ...endpoints, "requested", "pool"], 4)].map(reference),
      fallback: random.chance(0.5) ? random.some([...models, "pool"], 2) : [],
      strategy: random.chance(0.15)
        ? { cost: random.integer(0, 2), latency: random.integer(0, 2), quality: random.integer(0, 2) }
        : random.pick(Object.keys(strategies) as (keyof typeof strategies)[]),
      ...(random.chance(0.3) ? { sticky: random.pick(["session", "user", "tenant", "prefix"] as const) } : {}),
      ...(random.chance(0.3) ? { maxCostUsd: random.pick(["0.01", "0.5"]) } : {}),
      ...(random.chance(0.3) ? { weights: { "maker/a": 3, "other/c@p": 2, "third/e": 1 } } : {}),
      onExhausted: random.chance(0.2) ? "next_rule" : "fail",
    });
  const requirement = (): Requirement =>
    random.pick<Requirement>([
      { region: ["eu"] },
      { maxRetentionDays: 0 },
      { provider: ["q"] },
      { capabilities: ["tools"] },
      { maxCost: parseUsd("0.05")! },
    ]);
  // Few guards: with many hardly a request has a candidate left, and nothing is ranked.
  const rules = set.rules.map((rule): Rule => {
    const { id, condition, span } = rule;
    if (rule.effect === "require" && random.chance(0.06)) return { ...rule, require: requirement() };
    if (rule.effect === "deny" && random.chance(0.4)) return rule;
    return { id, condition, span, effect: "route", route: route() };
  });
  const pools = [{ name: "pool", items: ["third/e", "maker/b@p"].map(reference), span: set.rules[0]!.span }];
  return { ...set, catalog, rules, pools, defaultRoute: route() };
}

const compiled = (set: PolicySet, revision: string): CompiledPolicy => ({
  ...{ name: set.name, revision, set, tree: buildDecisionTree(set), tests: [], files: [] },
});

function edited(set: PolicySet, random: Random): PolicySet {
  const rules = [...set.rules];
  if (random.chance(0.5) && rules.length > 1) rules.splice(random.integer(0, rules.length - 1), 1);
  if (random.chance(0.5)) rules.reverse();
  return random.chance(0.3) ? withRoutes({ ...set, rules }, random) : { ...set, rules };
}

function generateWorld(random: Random): World {
  const figures = (make: () => number) =>
    Object.fromEntries(random.some([...endpoints, "no/such@one"], 6).map((endpoint) => [endpoint, make()]));
  const has = (share: number, world: World) => (random.chance(share) ? world : {});
  return {
    ...has(0.2, { down: random.some(["p", "maker/a", "other/d@q"], 2) }),
    ...has(0.1, { no_credentials: ["q"] }),
    ...has(0.1, { allowed: random.some(["p", "q", ...models], 3) }),
    ...has(0.1, { incapable: { "maker/b@p": "asks for n" } }),
    ...has(0.05, { hint_order: random.some(endpoints, 3) }),
    ...has(0.1, { hint_excluded: ["other/c"] }),
    ...has(0.1, { hint_excluded_by: { "provider.ignore: p": ["other/c@p", "maker/b@p"] } }),
    ...has(0.1, { no_fallback: true }),
    ...has(0.1, { answers: random.pick([1, 2, 10]) }),
    ...has(0.05, { largest_prompt: random.pick([10, 9_000, 150_000]) }),
    ...has(0.8, { latency_ms: figures(() => random.integer(100, 4_000) + random.pick([0, 0.25, random.next()])) }),
    ...has(0.3, { in_flight: figures(() => random.integer(0, 5)) }),
    ...has(0.3, { error_rate: figures(() => random.next()) }),
    ...has(0.9, { seed: random.chance(0.9) ? `seed-${random.integer(0, 1e9)}` : random.integer(0, 9) }),
    ...has(0.5, { prefix: random.integer(0, 1e9).toString(16) }),
  };
}

/** What people and accidents make of a line. */
function spoilt(line: string, random: Random): string {
  const at = random.integer(0, line.length);
  const other = random.integer(0, line.length);
  switch (random.integer(0, 8)) {
    case 0:
      return line.slice(0, at);
    case 1:
      return (
        line.slice(0, at) +
        random.pick(['"', "{", "}", "[", "]", ",", "0", "-", "\\", " ", "é", "null"]) +
        line.slice(at)
      );
    case 2:
      return line.slice(0, at) + line.slice(at + 1);
    case 3:
      return line.slice(0, Math.min(at, other)) + line.slice(Math.max(at, other));
    case 4: // Written half, then a whole one.
      return line.slice(0, at) + line;
    case 5:
      return line.replace(/"(\w+)":("[^"]*"|\d+)/g, (all, name, value) =>
        random.chance(0.1)
          ? `"${name}":${random.pick(["null", "1e999", "[]", "{}", '"x"', "-0", "1e300", "[1]", value])}`
          : all,
      );
    case 6: // An entry twice.
      return line.replace(
        /,("(?:seed|chosen|rule|world|facts|tags|model|latency_ms)":(?:"[^"]*"|\{[^{}]*\}))/,
        (all) => all + all,
      );
    case 7:
      return JSON.stringify(JSON.parse(line), undefined, 1).replaceAll("\n", "");
    default:
      return `${line}\r`;
  }
}

describe("replaying a log", () => {
  it("gives the same sums as parsing, deciding and ranking each record by itself", () => {
    const random = new Random(SEED);
    const count = {
      records: 0,
      spoilt: 0,
      readFast: 0,
      unreadable: 0,
      changed: 0,
      differing: 0,
      denied: 0,
      ranked: 0,
      otherFallbacks: 0,
    };
    for (let number = 0; number < POLICIES; number++) {
      const set = withRoutes(generatePolicy(random, shapes[number % shapes.length]!, 24), random);
      const own = compiled(set, "a".repeat(64));
      const target = compiled(edited(set, random), "b".repeat(64));
      // Few forms of records: what is read faster is what was met before.
      const kinds = Array.from({ length: 8 }, () => generateRequest(random));
      const worlds = Array.from({ length: 6 }, () => generateWorld(random));
      const lines = Array.from({ length: RECORDS }, (_, record) => {
        const facts: Facts = {
          ...(random.chance(0.9) ? random.pick(kinds) : generateRequest(random)),
          ...(random.chance(0.5) ? { model: random.pick([...models, "a", "auto"]) } : {}),
          ...(random.chance(0.5) ? { context_tokens: random.integer(0, 200_000) } : {}),
          ...(random.chance(0.3) ? { max_output_tokens: random.integer(0, 8_000) } : {}),
          ...{ budget_usd: random.pick([undefined, undefined, 0.001, 0.05, 2]) },
          ...{ max_latency_ms: random.pick([undefined, undefined, 500, 2_000, 3_500]) },
          ...(random.chance(0.3) ? { session: random.pick(["s", "sé", 'quo"te', `s-${record}`]) } : {}),
        };
        const id = `dec_${record}`;
        const met = random.chance(0.9) ? random.pick(worlds) : generateWorld(random);
        const world = { ...met, ...(met.seed === undefined ? {} : { seed: `seed-${random.integer(0, 1e9)}` }) };
        const full = explain(own, facts, world, { id });
        const { outcome, candidates, ...stored } = full;
        const first = candidates.find(({ rank }) => rank === 1);
        if (outcome.denied !== undefined) count.denied++;
        if (full.fallbacks.length > 0) count.ranked++;
        const rule = outcome.denied?.rule ?? first?.rule ?? outcome.route.rule;
        const revision = random.chance(0.9) ? own.revision : "c".repeat(64);
        // Another policy may have had another type for a fact.
        const name = random.pick(["context_tokens", "session", "tags"]);
        const wrong =
          random.chance(0.1) && stored.facts[name] !== undefined ? { [name]: { value: true, source: "given" } } : {};
        const written = { ...stored, facts: { ...stored.facts, ...wrong }, policy: { name: "generated", revision } };
        const line = JSON.stringify(
          random.chance(0.05)
            ? { ...full, policy: written.policy }
            : random.chance(0.1)
              ? written
              : { rule, ...written },
        );
        if (random.chance(0.85)) return line;
        count.spoilt++;
        return spoilt(line, random);
      });
      count.records += lines.length;
      const log = lines.join("\n") + random.pick(["\n", ""]);
      const bytes = new TextEncoder().encode(log);
      const expected = replayPlainly(target, own, log);
      const replay = new LogReplay(target, decode);
      replay.addBaseline(own);
      replay.add(bytes);
      const { summary } = replay;
      expect(JSON.parse(JSON.stringify(summary))).toEqual(JSON.parse(JSON.stringify(expected)));
      count.unreadable += summary.unreadable;
      count.changed += summary.changed;
      count.otherFallbacks += summary.fallbacksChanged;
      count.differing += summary.differingCount;
      const reader = new RecordReader(decode);
      reader.open(bytes);
      for (let start = 0; start < bytes.length; start = bytes.indexOf(10, start) + 1 || bytes.length)
        if (reader.read(start) !== -1) count.readFast++;
    }
    console.log(`replay, seed ${SEED}:`, count);
    expect(count.readFast).toBeGreaterThan(0.4 * count.records);
    for (const name of ["unreadable", "changed", "differing", "denied", "ranked"] as const)
      expect(count[name], name).toBeGreaterThan(100);
    expect(count.otherFallbacks).toBeGreaterThan(0);
  });

  it("does so too when hardly two requests are alike", async () => {
    const files = await readPolicyDirectory("policies");
    const before = compilePolicy(files).value as CompiledPolicy;
    const edit = ({ name, text }: SourceFile) => ({ name, text: text.replace("gte: 200k", "gte: 100k") });
    const after = compilePolicy(files.map(edit)).value as CompiledPolicy;
    const lines = sampleRequests(before.set, 8_000, seededRandom(SEED)).map((facts, number) => {
      const present = Object.entries(facts).filter(([, value]) => value !== undefined);
      const recorded = present.map(([name, value]) => [name, { value, source: "given" }]);
      const { endpoint: chosen, fallbacks, rule } = destinationOf(before, facts, { seed: `s-${number}` });
      const policy = { name: "production", revision: before.revision };
      const world = { seed: `s-${number}` };
      return JSON.stringify({
        rule,
        id: `d-${number}`,
        policy,
        facts: Object.fromEntries(recorded),
        chosen,
        fallbacks,
        world,
      });
    });
    const log = lines.join("\n");
    const replay = new LogReplay(after, decode);
    replay.addBaseline(before);
    replay.add(new TextEncoder().encode(log));
    const { summary } = replay;
    expect(JSON.parse(JSON.stringify(summary))).toEqual(JSON.parse(JSON.stringify(replayPlainly(after, before, log))));
    expect(summary.differingCount).toBe(0);
    expect(summary.changed).toBeGreaterThan(50);
  });

  it("tries what was not measured in the same requests as the server did", () => {
    const files = [
      {
        name: "policy.yaml",
        text: `kind: policy
name: exploring
rules:
  - { id: blend, match: { tags: [blend] }, route: { to: [m/one, m/two], strategy: { latency: 1 } } }
default:
  route: { to: [m/one, m/two], strategy: fastest }
`,
      },
      {
        name: "catalog.yaml",
        text: `kind: catalog
providers:
  p: { format: openai, base_url: "https://p.example/v1" }
models:
  m/one: { context_window: 8k, endpoints: [{ provider: p, model: one }] }
  m/two: { context_window: 8k, endpoints: [{ provider: p, model: two }] }
`,
      },
    ];
    const policy = compilePolicy(files).value as CompiledPolicy;
    const chosen = { "m/one@p": 0, "m/two@p": 0 };
    const lines = Array.from({ length: 400 }, (_, number) => {
      const facts: Facts = number % 2 === 0 ? {} : { tags: ["blend"] };
      const record = explain(
        policy,
        facts,
        { seed: `s-${number}`, latency_ms: { "m/one@p": 300 } },
        { id: `d-${number}` },
      );
      chosen[record.chosen as keyof typeof chosen]++;
      const { outcome, candidates: _left, ...stored } = record;
      return JSON.stringify({ rule: outcome.route.rule, ...stored });
    });
    expect(chosen["m/two@p"]).toBeGreaterThan(5);
    expect(chosen["m/two@p"]).toBeLessThan(60);
    const replay = new LogReplay(policy, decode);
    replay.add(new TextEncoder().encode(lines.join("\n")));
    const { decisions, checked, differing } = replay.summary;
    expect({ decisions, checked, differing }).toEqual({ decisions: 400, checked: 400, differing: [] });
  });
});
