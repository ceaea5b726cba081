import { describe, expect, it } from "vitest";
import { atomOfFacts, type RequestSpace } from "../../../../engine/analyze/space/request-space.js";
import type { Cell } from "../../../../engine/analyze/why-not/cell.js";
import { stepsFrom, valueOfRanked } from "../../../../engine/analyze/why-not/change-steps.js";
import { controlOf } from "../../../../engine/analyze/why-not/fact-control.js";
import { IdleRules } from "../../../../engine/analyze/why-not/idle-rules.js";
import { PossibleChoice } from "../../../../engine/analyze/why-not/possible-choice.js";
import { rankedSpaceOf } from "../../../../engine/analyze/why-not/ranked-space.js";
import { cellOf } from "../../../../engine/analyze/why-not/search-steps.js";
import { type Trial, withFact, withoutFact, withTag } from "../../../../engine/analyze/why-not/trial.js";
import { type WhyNot, whyNot } from "../../../../engine/analyze/why-not/why-not.js";
import { buildDecisionTree } from "../../../../engine/compile/build-decision-tree.js";
import { usualTuning } from "../../../../engine/compile/tree-tuning.js";
import type { Condition } from "../../../../engine/conditions/condition.js";
import { decideInOrder } from "../../../../engine/evaluate/decide-in-order.js";
import { type Facts, type FactValue, readFact } from "../../../../engine/evaluate/facts.js";
import { withDefaults } from "../../../../engine/evaluate/with-defaults.js";
import type { CompiledPolicy } from "../../../../engine/policy/compiled-policy.js";
import type { PolicySet, Route } from "../../../../engine/policy/policy-set.js";
import { indexCatalog } from "../../../../engine/rank/catalog-index.js";
import { rank } from "../../../../engine/rank/rank.js";
import type { World } from "../../../../engine/rank/world.js";
import { plantInSet } from "../../../differential/plant-in-set.js";
import { Random } from "../../../differential/random.js";
import { compiled } from "../harness.js";
import { scale, seed, usualSeed } from "../soundness.js";

const catalog = `kind: catalog
providers:
  near: { format: openai, base_url: "https://near.example/v1", region: eu, data_retention: none }
  far: { format: openai, base_url: "https://far.example/v1", region: us }
models:
  acme/small: { context_window: 32k, max_output_tokens: 4k, capabilities: [tools], quality: 0.4, price: { input: 1, output: 2 }, endpoints: [{ provider: near, model: small }, { provider: far, model: small }] }
  acme/large: { context_window: 200k, max_output_tokens: 8k, capabilities: [tools, vision], quality: 0.9, price: { input: 10, output: 20 }, endpoints: [{ provider: far, model: large }] }
  acme/tiered: { context_window: 200k, quality: 0.7, price: { input: 2, output: 1, above: [{ context_tokens: 16k, input: 12, output: 30 }] }, endpoints: [{ provider: near, model: tiered }] }
  acme/open: { context_window: 64k, endpoints: [{ provider: near, model: open }] }
`;
const models = ["acme/small", "acme/large", "acme/tiered", "acme/open"];

/** The values that a client can give each fact in the small world; undefined is absent. */
const values: Readonly<Record<string, readonly unknown[]>> = {
  model: ["auto", "other", "acme/new", ...models],
  context_tokens: [
    0, 1, 7, 999, 1_999, 2_000, 5_000, 15_999, 16_000, 16_001, 28_000, 31_999, 32_001, 64_001, 199_000, 200_001,
  ],
  max_output_tokens: [undefined, 1, 100, 1_025, 3_999, 4_000, 4_001, 8_000, 8_001, 63_000],
  budget_usd: [undefined, 0, 0.001, 0.002, 0.0049, 0.012, 0.04, 0.05, 0.3, 5],
  max_latency_ms: [undefined, 100, 300, 500, 900],
  app: [undefined, "web", "web-eu", "cron-a", "cron-a-eu", "x", "eu"],
  session: [undefined, "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"],
  uses_tools: [false, true],
  uses_vision: [false, true],
  "attributes.risk": [undefined, 0, 1, 2, 3, 3.5, 10, 11],
};
const tags = ["a", "b", "c"];
/** What a cell may leave wholly open. */
const freeable = [...Object.keys(values).filter((fact) => fact !== "model"), "tags"];

interface Counts {
  readonly seed: number;
  questions: number;
  chosen: number;
  /** Answers of two changes and more that are said to be the smallest, and that are not. */
  smallest: number;
  open: number;
  impossible: number;
  /** Requests of fewer changes that were tried. */
  tried: number;
}

/**
 * Asks about random policies, with patterns, expressions and every strategy, and tries all requests of fewer changes in a
 * small world.
 * @param misread what is asked in place of a set: the set itself, or one with a planted fault.
 */
function attack(questions: number, from: number, misread?: (set: PolicySet) => PolicySet) {
  const random = new Random(from);
  const counts: Counts = { seed: from, questions: 0, chosen: 0, smallest: 0, open: 0, impossible: 0, tried: 0 };
  const faults: string[] = [];
  // With a planted fault one that shows is enough.
  for (; counts.questions < questions && (misread === undefined || faults.length === 0); counts.questions++) {
    const text = randomPolicy(random);
    const policy = compiled([
      { name: "policy.yaml", text },
      { name: "catalog.yaml", text: catalog },
    ]);
    const start: Trial = { facts: randomFacts(random), world: randomWorld(random) };
    const model = random.pick(models);
    const answer = whyNot(
      misread === undefined ? policy : seenAs(policy, misread(policy.set)),
      start.facts,
      start.world,
      model,
    );
    if (answer.is_chosen) {
      counts.chosen++;
      continue;
    }
    const fewer = fewerThan(answer);
    if (answer.client_can === "impossible") counts.impossible++;
    else if (!answer.is_smallest) counts.open++;
    else if (fewer > 0) counts.smallest++;
    for (const trial of changesOf(start, fewer)) {
      counts.tried++;
      if (!chooses(policy, trial, model)) continue;
      faults.push(
        `${model} from ${JSON.stringify(start)} by ${JSON.stringify(trial)}, yet ${answer.client_can} ${JSON.stringify(answer.by_client[0]?.changes)}\n${text}`,
      );
      break;
    }
  }
  return { counts, faults };
}

function seenAs(policy: CompiledPolicy, set: PolicySet): CompiledPolicy {
  return { ...policy, set, tree: buildDecisionTree(set, usualTuning) };
}

/** Up to how many changes there is said to be none, as far as all are tried here. */
function fewerThan({ client_can, is_smallest, by_client }: WhyNot): number {
  if (client_can === "impossible") return 2;
  if (!is_smallest) return 0;
  return Math.min(2, ...by_client.map(({ changes }) => sizeOf(changes) - 1));
}

/** Of tags each given or taken one counts. */
function sizeOf(changes: readonly { readonly fact: string; readonly from: string; readonly to: string }[]): number {
  return changes.reduce((sum, { fact, from, to }) => {
    if (fact !== "tags" || to === "absent") return sum + 1;
    const held = (text: string) => new Set(text === "absent" ? [] : text.slice(1, -1).split(", ").filter(Boolean));
    const [before, after] = [held(from), held(to)];
    const different = [...tags, "other"].filter((tag) => before.has(tag) !== after.has(tag));
    return sum + Math.max(1, different.length);
  }, 0);
}

function chooses(policy: CompiledPolicy, { facts, world }: Trial, model: string): boolean {
  const filled = withDefaults(policy.set, facts);
  const outcome = decideInOrder(policy.set, filled);
  if (outcome.denied !== undefined) return false;
  return rank(policy, outcome, filled, world).attempts[0]?.endpoint.model === model;
}

/** Every request of the small world that so many changes lead to. */
function* changesOf(start: Trial, most: number): Iterable<Trial> {
  if (most === 0) return;
  for (const one of singleChanges(start)) {
    yield one;
    if (most > 1) yield* singleChanges(one);
  }
}

function* singleChanges({ facts, world }: Trial): Iterable<Trial> {
  for (const [fact, all] of Object.entries(values)) {
    for (const value of all) {
      if (value === readFact(facts, fact)) continue;
      const { [fact as keyof Facts]: _, ...others } = facts;
      yield { facts: (value === undefined ? others : { ...others, [fact]: value }) as Facts, world };
    }
  }
  const { tags: held, ...others } = facts;
  yield { facts: others, world };
  if (held === undefined) yield { facts: { ...facts, tags: [] }, world };
  for (const tag of [...tags, "other"]) {
    const rest = (held ?? []).filter((each) => each !== tag);
    yield { facts: { ...facts, tags: held?.includes(tag) === true ? rest : [...rest, tag] }, world };
  }
  for (const hint of Object.keys(world.hint_excluded_by ?? {})) {
    const { [hint]: _, ...excludedBy } = world.hint_excluded_by ?? {};
    yield { facts, world: { ...world, hint_excluded_by: excludedBy } };
  }
}

function randomPolicy(random: Random): string {
  const rules = Array.from({ length: random.integer(1, 5) }, (_, number) => {
    const isRoute = random.chance(0.75);
    const match = !isRoute || random.chance(0.85) ? `match: { ${randomCondition(random)} }, ` : "";
    const effect = isRoute
      ? `route: { ${randomRoute(random)}${random.chance(0.35) ? ", on_exhausted: next_rule" : ""} }`
      : random.pick([
          "require: { region: [eu] }",
          "require: { max_cost_usd: 0.02 }",
          "require: { capabilities: [tools] }",
          `deny: "no"`,
        ]);
    return `  - { id: r${number}, ${match}${effect} }`;
  });
  return `kind: policy
name: test
attributes:
  plan: { type: string, values: [free, pro], from: key, default: pro }
  risk: { type: number, from: { header: x-risk } }
rules:
${rules.join("\n")}
default:
  route: { ${randomRoute(random)} }
`;
}

function randomRoute(random: Random): string {
  const named = random.some([...models, "requested"], 3);
  const fallback = random.chance(0.4) ? `, fallback: [${random.some([...models, "requested"], 2).join(", ")}]` : "";
  const strategy = random.pick([
    "",
    "",
    ", strategy: cheapest",
    ", strategy: best",
    ", strategy: fastest",
    ", strategy: balanced",
    ", strategy: { cost: 0.5, quality: 0.5 }",
    ", strategy: { cost: 0.3, latency: 0.3, quality: 0.4 }",
    weights(named),
  ]);
  const sticky = strategy !== "" && random.chance(0.3) ? ", sticky: session" : "";
  return `to: [${named.join(", ")}]${fallback}${strategy}${sticky}${random.chance(0.25) ? ", max_cost_usd: 0.02" : ""}`;
}

function weights(named: readonly string[]): string {
  if (named.includes("requested")) return ", strategy: best";
  return `, strategy: weighted, weights: { ${named.map((name, at) => `${name}: ${at + 1}`).join(", ")} }`;
}

function randomCondition(random: Random): string {
  const parts = [
    `tags: ${random.pick(["[a]", "{ none: [a, b] }", "{ present: true, any: [b] }", "{ present: false }", "{ all: [a, c] }"])}`,
    `context_tokens: ${random.pick(["{ lt: 2k }", "{ gte: 2k }", "{ gt: 32k }"])}`,
    `uses_vision: ${random.pick(["true", "false"])}`,
    `budget_usd: ${random.pick(["{ lt: 0.05 }", "{ present: false }", "{ gte: 0.01 }"])}`,
    `attributes.plan: ${random.pick(["free", "{ not: free }"])}`,
    `app: ${random.pick(['{ glob: "web-*" }', '{ glob: "*-eu" }', "{ prefix: cron- }", "web", "{ not: web }"])}`,
    `model: ${random.pick(['{ glob: "acme/*" }', "auto", '{ glob: "acme/s*l" }', "acme/large"])}`,
    `logic: ${random.pick([
      `{ "==": [{ "%": [{ var: attributes.risk }, 10] }, 1] }`,
      `{ ">": [{ var: attributes.risk }, 3] }`,
      `{ and: [{ var: uses_tools }, { "==": [{ var: attributes.plan }, pro] }] }`,
      `{ "==": [{ "%": [{ var: context_tokens }, 1000] }, 999] }`,
      `{ in: [other, { var: tags }] }`,
    ])}`,
  ];
  return random.some(parts, 3).join(", ");
}

function randomFacts(random: Random): Facts {
  const facts: Record<string, unknown> = {
    stream: false,
    uses_json_schema: false,
    time: 0,
    ...(random.chance(0.5) ? { tags: random.some(tags, 2) } : {}),
    ...(random.chance(0.5) ? { "attributes.plan": random.pick(["free", "pro"]) } : {}),
  };
  for (const [fact, all] of Object.entries(values)) {
    const value = all.includes(undefined) && random.chance(0.6) ? undefined : random.pick(all);
    if (value !== undefined) facts[fact] = value;
  }
  return facts as Facts;
}

function randomWorld(random: Random): World {
  return {
    ...(random.chance(0.3) ? { down: [random.pick(["near", "far", ...models])] } : {}),
    ...(random.chance(0.4)
      ? { latency_ms: { "acme/small@near": 400, "acme/large@far": 600, "acme/tiered@near": 200 } }
      : {}),
    ...(random.chance(0.15)
      ? { hint_excluded_by: { "provider.only: near": ["acme/small@far", "acme/large@far"] } }
      : {}),
    ...(random.chance(0.1) ? { hint_order: ["acme/small@far", "acme/small@near"] } : {}),
    ...(random.chance(0.1) ? { answers: 3 } : {}),
    ...(random.chance(0.1) ? { largest_prompt: 500 } : {}),
  };
}

/** Requests of random cells that are said to choose no model: none may. */
function attackCells(policies: number, from: number) {
  const random = new Random(from);
  const counts = { seed: from, policies, cells: 0, never: 0, neverFree: 0, tried: 0 };
  const faults: string[] = [];
  for (let policyNumber = 0; policyNumber < policies; policyNumber++) {
    const text = randomPolicy(random);
    const policy = compiled([
      { name: "policy.yaml", text },
      { name: "catalog.yaml", text: catalog },
    ]);
    const space = rankedSpaceOf(policy);
    const start: Trial = { facts: withDefaults(policy.set, randomFacts(random)), world: randomWorld(random) };
    const steps = stepsFrom(start, space, policy.set, (fact) => controlOf(policy.set, fact) === "client");
    for (const model of models) {
      const wanted = indexCatalog(policy.set.catalog).entries.filter((entry) => entry.model.id === model);
      const choice = new PossibleChoice(policy, space, wanted, new IdleRules(policy.set, start.facts));
      for (let cellNumber = 0; cellNumber < 20; cellNumber++) {
        const free = cellNumber % 2 === 0 ? [] : random.some(freeable, 3);
        const taken = random
          .some(steps, 3)
          .filter(({ of }, at, all) => all.findIndex((step) => step.of === of) === at && !free.includes(of));
        const cell: Cell = {
          ...cellOf(
            taken.reduce((trial, step) => step.apply(trial), start),
            taken,
          ),
          free: new Set(free),
        };
        counts.cells++;
        if (choice.mayChoose(cell)) continue;
        counts.never++;
        if (free.length > 0) counts.neverFree++;
        for (let tries = 0; tries < 40; tries++) {
          counts.tried++;
          const trial = requestOf(cell, space, random);
          if (!chooses(policy, trial, model)) continue;
          faults.push(`${model} by ${JSON.stringify(trial)} of ${JSON.stringify([...cell.stretches])}\n${text}`);
          break;
        }
      }
    }
  }
  return { counts, faults };
}

function requestOf({ trial, stretches, open, free }: Cell, space: RequestSpace, random: Random): Trial {
  let request = trial;
  for (const [fact, { low, high }] of stretches) {
    const near = (values[fact] ?? [])
      .map((value) => compared(fact, value as number))
      .filter((value) => value >= low && value <= high);
    const tries = [
      low,
      high,
      Math.floor(low + (high - low) * random.next()),
      Math.floor(low + (high - low) * random.next() ** 8),
      ...near,
    ];
    request = withFact(request, fact, valueOfRanked(fact, random.pick(tries)));
  }
  for (const fact of open.keys()) {
    if (fact === "tags") {
      if (random.chance(0.5)) request = withTag(request, fact, random.pick(["other", "another"]), random.chance(0.5));
      continue;
    }
    const axis = space.axes.find((each) => each.kind === "fact" && each.definition.name === fact);
    if (axis === undefined) continue;
    const value = random.pick([...(values[fact] ?? []), ...(open.get(fact) ?? [])]);
    if (
      value === undefined ||
      atomOfFacts(axis, { [fact]: value } as unknown as Facts) !== atomOfFacts(axis, trial.facts)
    )
      continue;
    request = withFact(request, fact, value as FactValue);
  }
  for (const fact of free) {
    const value = fact === "tags" ? random.pick([undefined, random.some(tags, 3)]) : random.pick(values[fact] ?? []);
    request = value === undefined ? withoutFact(request, fact) : withFact(request, fact, value as FactValue);
  }
  return request;
}

function compared(fact: string, value: number): number {
  return fact === "budget_usd" ? Math.round(value * 1e9) : value;
}

describe("what --why-not proves", () => {
  it("is never refuted by a request of a cell that is said to choose no model", {
    timeout: 300_000 * Math.max(1, scale),
  }, () => {
    const { counts, faults } = attackCells(100 * scale, seed + 9);
    console.log(`why not, cells: ${JSON.stringify(counts)}`);
    expect(faults.slice(0, 2)).toEqual([]);
    expect(counts.never).toBeGreaterThan(counts.cells / 4);
    expect(counts.neverFree).toBeGreaterThan(counts.cells / 10);
  });

  it("is never refuted by a request of fewer changes", { timeout: 300_000 * Math.max(1, scale) }, () => {
    const { counts, faults } = attack(60 * scale, seed + 8);
    console.log(`why not, smallest: ${JSON.stringify(counts)}`);
    expect(faults.slice(0, 2)).toEqual([]);
    for (const count of [counts.smallest, counts.impossible]) expect(count).toBeGreaterThan(3);
  });

  it("leaves open which model another session draws", () => {
    const rules = "rules: []\ndefault:\n  route: { to: [acme/small, acme/large], strategy: weighted";
    const text = `kind: policy\nname: test\n${rules}, weights: { acme/small: 1, acme/large: 1 }, sticky: session }\n`;
    const policy = compiled([
      { name: "policy.yaml", text },
      { name: "catalog.yaml", text: catalog },
    ]);
    const trial: Trial = { facts: { model: "auto", context_tokens: 10, session: "s1" }, world: {} };
    const mayChoose = (model: string, open: readonly string[]) => {
      const wanted = indexCatalog(policy.set.catalog).entries.filter((entry) => entry.model.id === model);
      const cell: Cell = {
        trial,
        stretches: new Map(),
        open: new Map(open.map((fact) => [fact, []])),
        free: new Set(),
      };
      return new PossibleChoice(
        policy,
        rankedSpaceOf(policy),
        wanted,
        new IdleRules(policy.set, trial.facts),
      ).mayChoose(cell);
    };
    const drawn = ["acme/small", "acme/large"].filter((model) => mayChoose(model, []));
    expect(drawn).toHaveLength(1);
    expect(["acme/small", "acme/large"].filter((model) => mayChoose(model, ["session"]))).toHaveLength(2);
  });

  const inLeaves = (plant: (leaf: Condition) => Condition) => (set: PolicySet) => plantInSet(set, plant);
  const inRoutes = (plant: (route: Route) => Route) => (set: PolicySet) => ({
    ...set,
    rules: set.rules.map((rule) => (rule.effect === "route" ? { ...rule, route: plant(rule.route) } : rule)),
    defaultRoute: plant(set.defaultRoute),
  });
  const never = ({ span }: Condition): Condition => ({ kind: "any", conditions: [], span });
  const planted: readonly (readonly [name: string, misread: (set: PolicySet) => PolicySet])[] = [
    ["an expression taken for false", inLeaves((leaf) => (leaf.kind === "logic" ? never(leaf) : leaf))],
    ["a glob taken for false", inLeaves((leaf) => (leaf.kind === "glob" ? never(leaf) : leaf))],
    ["every strategy read as `order`", inRoutes((route) => ({ ...route, strategy: "order" }))],
    ["`next_rule` read as `fail`", inRoutes((route) => ({ ...route, onExhausted: "fail" }))],
  ];
  it.each(planted)("is refuted with a planted fault: %s", { timeout: 300_000 }, (_, misread) => {
    const { faults } = attack(400, usualSeed + 8, misread);
    expect(faults.length).toBeGreaterThan(0);
  });
});
