import type { Span } from "../diagnostics/diagnostic.js";
import type { Facts } from "../evaluate/facts.js";
import type { Outcome } from "../evaluate/outcome.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { DenyRule, Requirement, RequireRule, Route, Rule } from "../policy/policy-set.js";
import { nanoToUsd } from "../units/money.js";
import type { RecordedGuard, RecordedOutcome, RecordedRuleAbove } from "./decision-record.js";
import { absentFactsOf } from "./facts-of-condition.js";
import { FailureFinder } from "./find-failed-condition.js";
import { PolicyWords } from "./policy-words.js";
import { writeDenyMessage } from "./write-deny-message.js";

/** An outcome with the places in the files, the guards' absent facts, and why each route rule above did not match. */
export function recordOutcome(policy: CompiledPolicy, outcome: Outcome, facts: Facts): RecordedOutcome {
  const { set } = policy;
  const { denied, requirements, route } = outcome;
  const words = PolicyWords.of(policy);
  const rule = set.rules[route.ruleNumber];
  return {
    ...(denied === undefined ? {} : { denied: recordDenial(policy, denied.rule, facts) }),
    requirements: requirements.map((requirement) => ({
      ...recordGuard(words, requirement, facts),
      require: writeRequirement(requirement.require),
    })),
    route: {
      rule: route.rule,
      ...place(words, (rule ?? route.route).span),
      strategy: writeStrategy(route.route),
      ...(rule?.because === undefined ? {} : { because: rule.because }),
      ...(rule === undefined ? {} : { condition: words.conditions.of(rule.condition).text }),
    },
    rules_above: recordRulesAbove(words, set.rules, route.ruleNumber, facts),
  };
}

function recordRulesAbove(
  words: PolicyWords,
  rules: readonly Rule[],
  end: number,
  facts: Facts,
): readonly RecordedRuleAbove[] {
  const finder = new FailureFinder(facts, words.conditions);
  const above: RecordedRuleAbove[] = [];
  for (let at = 0; at < end; at++) {
    const rule = rules[at] as Rule;
    if (rule.effect === "route") above.push(recordFailure(words, rule, finder));
  }
  return above;
}

/** Why a route rule does not match; also for rules that were never asked because one above them matched. */
export function recordRuleAbove(policy: CompiledPolicy, rule: Rule, facts: Facts): RecordedRuleAbove {
  const words = PolicyWords.of(policy);
  return recordFailure(words, rule, new FailureFinder(facts, words.conditions));
}

function recordFailure(words: PolicyWords, rule: Rule, finder: FailureFinder): RecordedRuleAbove {
  const failure = finder.find(rule.condition);
  if (failure === undefined) {
    throw new Error(`invariant: rule ${rule.id} is recorded as one that does not match, but its condition is true`);
  }
  const { facts, wanted, got, absent, span, truth } = failure;
  const [fact = "?"] = facts;
  const { file } = span;
  const { line, column } = words.position(span);
  return {
    rule: rule.id,
    file: rule.span.file,
    line: words.position(rule.span).line,
    verdict: truth === undefined ? "unknown" : "false",
    failed:
      absent.length === 0
        ? { fact, wanted, got, file, line, column }
        : { fact, wanted, got, absent, file, line, column },
  };
}

function recordDenial(policy: CompiledPolicy, rule: DenyRule, facts: Facts): RecordedGuard & { message: string } {
  return { ...recordGuard(PolicyWords.of(policy), rule, facts), message: writeDenyMessage(rule, facts, policy.set) };
}

function recordGuard(words: PolicyWords, rule: DenyRule | RequireRule, facts: Facts): RecordedGuard {
  const absent = absentFactsOf(rule.condition, facts);
  return {
    rule: rule.id,
    ...place(words, rule.span),
    ...(rule.because === undefined ? {} : { because: rule.because }),
    condition: words.conditions.of(rule.condition).text,
    ...(absent.length === 0 ? {} : { absent }),
  };
}

function place(words: PolicyWords, span: Span): { readonly file: string; readonly line: number } {
  return { file: span.file, line: words.position(span).line };
}

/** A requirement under the names and in the units in which policies write it. */
export function writeRequirement(requirement: Requirement): Readonly<Record<string, unknown>> {
  const { region, provider, maxRetentionDays, capabilities, maxCost } = requirement;
  return {
    ...(region === undefined ? {} : { region }),
    ...(provider === undefined ? {} : { provider }),
    ...(maxRetentionDays === undefined
      ? {}
      : { data_retention: maxRetentionDays === 0 ? "none" : `${maxRetentionDays}d` }),
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(maxCost === undefined ? {} : { max_cost_usd: nanoToUsd(maxCost) }),
  };
}

/** `cheapest`, or a blend's shares: `cost 0.5 + latency 0.3`. */
function writeStrategy({ strategy }: Route): string {
  if (typeof strategy === "string") return strategy;
  return Object.entries(strategy)
    .map(([name, share]) => `${name} ${share}`)
    .join(" + ");
}
