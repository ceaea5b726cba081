import { firstAttempt, proveProperty } from "../analyze/properties/prove-property.js";
import { definitionsOf, writeRequest } from "../analyze/space/write-request.js";
import type { Condition } from "../conditions/condition.js";
import { evaluateCondition } from "../evaluate/evaluate-condition.js";
import type { Facts } from "../evaluate/facts.js";
import { withDefaults } from "../evaluate/with-defaults.js";
import type { DecisionRecord, RecordedCandidate } from "../explain/decision-record.js";
import { explainDecision } from "../explain/explain-decision.js";
import { recordRuleAbove } from "../explain/record-rules-above.js";
import { unknownWorldNames } from "../explain/unknown-world-names.js";
import { sayAbsent } from "../explain/words/say-absent.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { PolicyTest, TestExpectation } from "../policy/policy-test.js";
import type { World } from "../rank/world.js";
import { formatUsd, usdToNano } from "../units/money.js";
import { formatTokens } from "../units/tokens.js";
import { writtenInTests } from "./written-in-tests.js";

export interface PolicyTestResult {
  readonly passed: boolean;
  /** One for each expectation that does not hold: `expected …, actual …`, and why on lines of its own. */
  readonly failures: readonly string[];
  /** Of a property the counterexample's, if there is one. */
  readonly record?: DecisionRecord;
}

/**
 * Decides and ranks the request of one test under its world, and holds the result against what is expected.
 *
 * A world that names an endpoint, model or provider the catalog does not have fails the test: it would otherwise
 * pass without testing anything. Facts are sourced `test`; the time of the record is the fact `time`, else the epoch.
 */
export function runPolicyTest(policy: CompiledPolicy, test: PolicyTest): PolicyTestResult {
  return test.forall === undefined ? runCase(policy, test) : runProperty(policy, test, test.forall);
}

/** Each key of `expect` is proved over all requests, or refuted by one that is then run as a case. */
function runProperty(policy: CompiledPolicy, test: PolicyTest, forall: Condition): PolicyTestResult {
  const failures: string[] = [];
  let record: DecisionRecord | undefined;
  for (const [key, value] of Object.entries(test.expect)) {
    const expect = { [key]: value } as TestExpectation;
    const isVoid = key === "maxCostUsd" || key === "notModel";
    const runOne = (request: Facts, world: World) => runCase(policy, { ...test, request, world, expect });
    const verdict = proveProperty({ policy, forall }, expect, (request, world) => {
      // Who is refused, and whom nobody can serve, costs nothing and reaches no model.
      if (isVoid && firstAttempt(policy, request, world) === undefined) return false;
      return !runOne(request, world).passed;
    });
    if (verdict.kind === "proved") continue;
    if (verdict.kind === "undecided") {
      failures.push(failure(`${describeExpectation(expect)} for all`, "not decided", verdict.why));
      continue;
    }
    const { request, world } = verdict;
    const run = runOne(request, world);
    record ??= run.record;
    const example = `${writeRequest(request, definitionsOf(policy.set))}${writeWorld(world)}`;
    failures.push(...run.failures.map((text) => `${text}\nexample  ${example}`));
  }
  return { passed: failures.length === 0, failures, ...(record === undefined ? {} : { record }) };
}

/** What a counterexample takes beside its facts. */
function writeWorld({ answers = 1, largest_prompt, down }: World): string {
  return [
    answers === 1 ? "" : `, ${formatTokens(answers)} answers (\`n\`)`,
    largest_prompt === undefined ? "" : `, in prompts of at most ${formatTokens(largest_prompt)} tokens`,
    down === undefined ? "" : " when every other endpoint is down",
  ].join("");
}

function describeExpectation({ rule, model, notModel, denied, requirements, maxCostUsd }: TestExpectation): string {
  if (rule !== undefined) return `rule ${rule}`;
  if (model !== undefined) return `model ${model}`;
  if (notModel !== undefined) return `not model ${notModel}`;
  if (denied !== undefined) return `denied ${denied}`;
  if (requirements !== undefined) return `requirements ${listOrNone(requirements)}`;
  return `a cost of at most $${formatUsd(usdToNano(maxCostUsd ?? 0))}`;
}

function runCase(policy: CompiledPolicy, test: PolicyTest): PolicyTestResult & { readonly record: DecisionRecord } {
  const names = Object.keys(test.request);
  const record = explainDecision({
    policy,
    facts: test.request,
    sources: Object.fromEntries(names.map((name) => [name, "test"])),
    world: test.world,
    id: "test",
    time: test.request.time ?? 0,
  });
  const failures = [
    ...unknownWorldNames(policy.set.catalog, test.world),
    ...checkDenial(record, test),
    ...(record.outcome.denied === undefined ? checkRoute(policy, record, test) : checkRouteOfDenied(record, test)),
    ...checkRequirements(policy, record, test),
  ];
  return { passed: failures.length === 0, failures, record };
}

function checkDenial({ outcome }: DecisionRecord, { expect }: PolicyTest): readonly string[] {
  if (expect.denied === undefined) return [];
  const { denied } = outcome;
  const wanted =
    typeof expect.denied === "string" ? `denied by rule ${expect.denied}` : expect.denied ? "denied" : "not denied";
  const matches =
    typeof expect.denied === "string" ? denied?.rule === expect.denied : (denied !== undefined) === expect.denied;
  if (matches) return [];
  return [failure(wanted, denied === undefined ? "not denied" : describeDenial(denied))];
}

/** What a denied request cannot meet, unless the test expects the denial. */
function checkRouteOfDenied({ outcome }: DecisionRecord, { expect }: PolicyTest): readonly string[] {
  const { denied } = outcome;
  const { rule, model, fallback, excluded, maxCostUsd } = expect;
  const wanted = [
    ...(rule === undefined ? [] : [`rule ${rule}`]),
    ...(model === undefined ? [] : [`model ${model}`]),
    ...(fallback === undefined ? [] : [`fallback ${fallback.join(", ")}`]),
    ...(excluded ?? []).map(({ candidate, reason }) => `${candidate} excluded (${reason})`),
    ...(maxCostUsd === undefined ? [] : [`a cost of at most $${formatUsd(usdToNano(maxCostUsd))}`]),
  ];
  if (denied === undefined || wanted.length === 0) return [];
  return [failure(wanted.join(", "), describeDenial(denied))];
}

function describeDenial(denied: NonNullable<DecisionRecord["outcome"]["denied"]>): string {
  const { absent: names } = denied;
  const absent = names === undefined ? "" : `, because ${sayAbsent(names)}${writtenInTests(names)}`;
  return `denied by rule ${denied.rule} (${denied.file}:${denied.line})${absent}`;
}

function checkRoute(policy: CompiledPolicy, record: DecisionRecord, test: PolicyTest): readonly string[] {
  const { expect } = test;
  const attempts = record.candidates.filter((candidate) => candidate.rank !== undefined);
  const [first, ...rest] = attempts;
  const failures: string[] = [];

  const rule = first?.rule ?? record.outcome.route.rule;
  if (expect.rule !== undefined && expect.rule !== rule) {
    failures.push(
      failure(
        `rule ${expect.rule}`,
        `rule ${rule}${placeOf(record, rule)}`,
        whyNotRule(policy, test, expect.rule, rule),
      ),
    );
  }
  if (expect.model !== undefined && !isNamed(first, expect.model)) {
    failures.push(failure(`model ${expect.model}`, describeFirst(record, first), whyNotFirst(record, expect.model)));
  }
  if (expect.notModel !== undefined && isNamed(first, expect.notModel)) {
    failures.push(failure(`not model ${expect.notModel}`, describeFirst(record, first)));
  }
  if (expect.fallback?.some((name, index) => !isNamed(rest[index], name)) === true) {
    const actual = rest.length === 0 ? "none" : rest.map(({ endpoint }) => endpoint).join(", ");
    const wrong = expect.fallback.find((name, index) => !isNamed(rest[index], name)) ?? "";
    failures.push(failure(`fallback ${expect.fallback.join(", ")}`, `fallback ${actual}`, whyNotFirst(record, wrong)));
  }
  for (const { candidate, reason } of expect.excluded ?? []) {
    const problem = checkExcluded(record, candidate, reason);
    if (problem !== undefined) failures.push(failure(`${candidate} excluded (${reason})`, problem));
  }
  if (expect.maxCostUsd !== undefined) {
    const limit = usdToNano(expect.maxCostUsd);
    if (first?.cost_usd === undefined || usdToNano(first.cost_usd) > limit) {
      const cost =
        first === undefined
          ? "no candidate is left"
          : first.cost_usd === undefined
            ? `${first.endpoint}: ${first.detail ?? "cost unknown"}`
            : `$${formatUsd(usdToNano(first.cost_usd))} at ${first.endpoint}`;
      failures.push(failure(`a cost of at most $${formatUsd(limit)}`, cost));
    }
  }
  return failures;
}

function checkRequirements(policy: CompiledPolicy, { outcome }: DecisionRecord, test: PolicyTest): readonly string[] {
  const { requirements: expected } = test.expect;
  if (expected === undefined) return [];
  const actual = outcome.requirements.map(({ rule }) => rule);
  const missing = expected.filter((rule) => !actual.includes(rule));
  const extra = outcome.requirements.filter(({ rule }) => !expected.includes(rule));
  if (missing.length === 0 && extra.length === 0) return [];
  const why = [
    ...missing.map((rule) => whyNotTrue(policy, test, rule)),
    ...extra.map(({ rule, file, line, absent }) =>
      absent === undefined
        ? `${rule} (${file}:${line}) acts too`
        : `${rule} (${file}:${line}) acts too, because ${sayAbsent(absent)}: guards fail closed${writtenInTests(absent)}`,
    ),
  ];
  return [failure(`requirements ${listOrNone(expected)}`, listOrNone(actual), why.join("\n"))];
}

function whyNotRule(policy: CompiledPolicy, test: PolicyTest, expected: string, actual: string): string {
  if (expected === "default")
    return `the default route is for requests that no rule matches; ${actual} matches this one`;
  const { rules } = policy.set;
  const rule = rules.find(({ id }) => id === expected);
  const facts = factsOf(policy, test);
  if (rule?.effect === "route" && evaluateCondition(rule.condition, facts) === true) {
    return `${expected} matches too, but ${actual} stands above it`;
  }
  return whyNotTrue(policy, test, expected);
}

/** The condition of a rule that keeps it from acting. */
function whyNotTrue(policy: CompiledPolicy, test: PolicyTest, id: string): string {
  const rule = policy.set.rules.find((candidate) => candidate.id === id);
  if (rule === undefined) return `the policy has no rule ${id}`;
  const facts = factsOf(policy, test);
  if (evaluateCondition(rule.condition, facts) === true) return `${id} is a ${rule.effect} rule`;
  const { failed } = recordRuleAbove(policy, rule, facts);
  const { wanted, fact, got, missed_by, absent, file, line, column } = failed;
  const distance = missed_by === undefined ? "" : `, ${missed_by}`;
  return `${id} needs ${wanted} (${file}:${line}:${column}), but ${fact} is ${got}${distance}${writtenInTests(absent)}`;
}

function factsOf(policy: CompiledPolicy, test: PolicyTest): Facts {
  return withDefaults(policy.set, test.request);
}

function whyNotFirst(record: DecisionRecord, name: string): string {
  const found = record.candidates.filter((candidate) => isNamed(candidate, name));
  const [best] = found;
  if (best === undefined) return `${name} is no candidate of ${record.outcome.route.rule}`;
  if (best.rank !== undefined)
    return `${best.endpoint} is number ${best.rank} by strategy ${record.outcome.route.strategy}`;
  return found.map(({ endpoint, reason, detail }) => `${endpoint} is left out: ${reason}: ${detail}`).join("\n");
}

function checkExcluded(record: DecisionRecord, name: string, reason: string): string | undefined {
  const found = record.candidates.filter((candidate) => isNamed(candidate, name));
  const kept = found.find((candidate) => candidate.rank !== undefined);
  if (found.length === 0) return `${name} is no candidate of ${record.outcome.route.rule}`;
  if (kept !== undefined) return `${kept.endpoint} is number ${kept.rank}`;
  const other = found.find((candidate) => candidate.reason !== reason);
  return other === undefined ? undefined : `${other.endpoint} excluded (${other.reason}): ${other.detail}`;
}

/** Whether a candidate is the endpoint, or one of the model, that a test names. */
function isNamed(candidate: RecordedCandidate | undefined, name: string): boolean {
  if (candidate === undefined) return false;
  return candidate.endpoint === name || candidate.endpoint.startsWith(`${name}@`);
}

function describeFirst({ outcome }: DecisionRecord, first: RecordedCandidate | undefined): string {
  if (first === undefined) return `no candidate left of rule ${outcome.route.rule}`;
  return `${first.endpoint} (rule ${first.rule})`;
}

function placeOf({ outcome }: DecisionRecord, rule: string): string {
  const { route } = outcome;
  return route.rule === rule && route.file !== undefined ? ` (${route.file}:${route.line})` : "";
}

function listOrNone(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}

/** `expected` over `actual`, with the reason below in further lines. */
function failure(expected: string, actual: string, why?: string): string {
  const lines = [`expected ${expected}`, `actual   ${actual}`];
  if (why !== undefined && why !== "") lines.push(...why.split("\n").map((line) => `because  ${line}`));
  return lines.join("\n");
}
