import { builtInFacts } from "../conditions/fact-definitions.js";
import { decideInOrder } from "../evaluate/decide-in-order.js";
import type { Facts, FactValue } from "../evaluate/facts.js";
import { writeCondition } from "../explain/words/write-condition.js";
import { formatFile } from "../format/format-file.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { TestExpectation } from "../policy/policy-test.js";
import { runPolicyTest } from "../policy-tests/run-policy-test.js";
import { rank } from "../rank/rank.js";
import { shorten } from "../source/located.js";
import { formatUsd, usdToNano } from "../units/money.js";
import { Coverage, type Goal, meets } from "./coverage.js";
import { canBeSaid, factValues } from "./fact-values.js";
import { findRequest, shrink } from "./find-request.js";
import { GoalRegions } from "./goal-regions.js";
import { leavesOf } from "./trace-request.js";

export interface SuggestedTests {
  /** A test file in canonical form; every case was run and passes. */
  readonly text: string;
  readonly count: number;
  /** What no request over HTTP does: proved. */
  readonly impossible: readonly Goal[];
  /** What no request was found for, though there may be one. */
  readonly open: readonly Goal[];
}

/**
 * Writes the cases that a set's tests lack: one for each rule that never decided and each predicate that was never
 * true, false or unknown, as far as an earlier case does not do that too. They expect what the policy does now, so read
 * them before keeping them.
 */
export function suggestTests(policy: CompiledPolicy): SuggestedTests {
  const { set } = policy;
  const coverage = new Coverage(set);
  for (const { request, forall } of policy.tests) if (forall === undefined) coverage.add(request);
  const values = factValues(set);
  const random = seededRandom(1);
  const regions = new GoalRegions(set);
  const [impossible, notFound]: [Goal[], Goal[]] = [[], []];
  const cases: object[] = [];
  const names = new Set(policy.tests.map(({ name }) => name));
  for (const goal of coverage.open()) {
    if (!coverage.isOpen(goal)) continue;
    const found = regions.search(goal);
    if (found === "none") {
      impossible.push(goal);
      continue;
    }
    const request = findRequest(set, goal, values, random) ?? shrunk(regions.requestOf(found), goal);
    if (request === undefined) {
      notFound.push(goal);
      continue;
    }
    coverage.add(request);
    cases.push({
      name: uniqueName(describeGoal(policy, goal)),
      request: writeFacts(request),
      expect: expectationOf(policy, request),
    });
  }
  const text =
    cases.length === 0 ? "" : `kind: test\ntests:\n${cases.map((each) => `  - ${writeCase(each)}\n\n`).join("")}`;
  const formatted = formatFile({ name: "tests/suggested.yaml", text });
  if ("refused" in formatted)
    throw new Error(`invariant: suggested tests cannot be written: ${String(formatted.refused)}`);
  return {
    text: formatted.text,
    count: cases.length,
    impossible,
    open: notFound.filter((goal) => coverage.isOpen(goal)),
  };

  function shrunk(facts: Facts | undefined, goal: Goal): Facts | undefined {
    if (facts === undefined || !canBeSaid(set, facts) || !meets(set, facts, goal)) return undefined;
    return shrink(set, { ...facts }, goal, {});
  }

  function uniqueName(name: string): string {
    let unique = name;
    for (let number = 2; names.has(unique); number++) unique = `${name} (${number})`;
    names.add(unique);
    return unique;
  }
}

/** As JSON, but amounts as plain decimals: `1e-9` is none to a test. */
function writeCase(each: object): string {
  return JSON.stringify(each).replace(
    /"budget_usd":([\d.]+e-\d+)/g,
    (_, amount: string) => `"budget_usd":${formatUsd(usdToNano(Number(amount)))}`,
  );
}

/** A goal in words: `code decides`, `code: tags has sql is unknown`. */
export function describeGoal({ set }: CompiledPolicy, goal: Goal): string {
  const rule = set.rules[goal.ruleNumber];
  if (rule === undefined) return "the default route decides";
  if (goal.kind === "decided") return `${rule.id} ${rule.effect === "route" ? "decides" : "acts"}`;
  const leaf = leavesOf(rule.condition)[goal.leafNumber];
  const words = leaf === undefined ? "" : writeCondition(leaf, [...builtInFacts, ...set.attributes]);
  return `${rule.id}: ${shorten(words)} is ${goal.outcome}`;
}

/** What the policy does with a request now, as a test says it; checked by running it. */
function expectationOf(policy: CompiledPolicy, request: Facts): object {
  const outcome = decideInOrder(policy.set, request);
  const requirements = outcome.requirements.map(({ id }) => id);
  const [first] = outcome.denied === undefined ? rank(policy, outcome, request, {}).attempts : [];
  const expect: TestExpectation =
    outcome.denied === undefined
      ? {
          denied: false,
          rule: first?.rule ?? outcome.route.rule,
          ...(first === undefined ? {} : { model: first.endpoint.id }),
          requirements,
        }
      : { denied: outcome.denied.rule.id };
  const span = { file: "tests/suggested.yaml", start: 0, end: 0 };
  const { failures } = runPolicyTest(policy, { name: "suggested", request, world: {}, expect, span });
  if (failures.length > 0) throw new Error(`invariant: a suggested test fails: ${failures.join("; ")}`);
  return expect;
}

function writeFacts(facts: Facts): Readonly<Record<string, FactValue>> {
  return Object.fromEntries(
    Object.entries(facts as Readonly<Record<string, FactValue>>).map(([name, value]) => [
      name,
      name === "time" ? new Date(value as number).toISOString() : value,
    ]),
  );
}

/** Numbers in [0, 1) that are the same for the same seed, everywhere (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
