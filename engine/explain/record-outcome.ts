import { builtInFacts, type FactDefinition } from "../conditions/fact-definitions.js";
import type { Span } from "../diagnostics/diagnostic.js";
import { evaluateCondition } from "../evaluate/evaluate-condition.js";
import type { Facts } from "../evaluate/facts.js";
import type { Outcome } from "../evaluate/outcome.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { DenyRule, Requirement, RequireRule, Route, Rule } from "../policy/policy-set.js";
import { positionOf } from "../source/position.js";
import { nanoToUsd } from "../units/money.js";
import type { RecordedGuard, RecordedOutcome, RecordedRuleAbove } from "./decision-record.js";
import { absentFactsOf } from "./facts-of-condition.js";
import { findFailedCondition } from "./find-failed-condition.js";
import { writeCondition } from "./write-condition.js";
import { writeDenyMessage } from "./write-deny-message.js";

/** An outcome with the places in the files, the guards' absent facts, and why each route rule above did not match. */
export function recordOutcome(policy: CompiledPolicy, outcome: Outcome, facts: Facts): RecordedOutcome {
  const { set } = policy;
  const { denied, requirements, route } = outcome;
  const rule = set.rules[route.ruleNumber];
  return {
    ...(denied === undefined ? {} : { denied: recordDenial(policy, denied.rule, facts) }),
    requirements: requirements.map((requirement) => ({
      ...recordGuard(policy, requirement, facts),
      require: writeRequirement(requirement.require),
    })),
    route: {
      rule: route.rule,
      ...place(policy, (rule ?? route.route).span),
      strategy: writeStrategy(route.route),
      ...(rule?.because === undefined ? {} : { because: rule.because }),
      ...(rule === undefined ? {} : { condition: writeCondition(rule.condition, definitionsOf(policy)) }),
    },
    rules_above: set.rules
      .slice(0, route.ruleNumber)
      .filter((above) => above.effect === "route")
      .map((above) => recordRuleAbove(policy, above, facts)),
  };
}

/** Why a route rule does not match; also for rules that were never asked because one above them matched. */
export function recordRuleAbove(policy: CompiledPolicy, rule: Rule, facts: Facts): RecordedRuleAbove {
  const failure = findFailedCondition(rule.condition, facts, definitionsOf(policy));
  if (failure === undefined) {
    throw new Error(`invariant: rule ${rule.id} is recorded as one that does not match, but its condition is true`);
  }
  const [fact = "?"] = failure.facts;
  return {
    rule: rule.id,
    ...place(policy, rule.span),
    verdict: evaluateCondition(rule.condition, facts) === undefined ? "unknown" : "false",
    failed: {
      fact,
      wanted: failure.wanted,
      got: failure.got,
      ...(failure.absent.length === 0 ? {} : { absent: failure.absent }),
      file: failure.span.file,
      ...positionOf(policy.files, failure.span),
    },
  };
}

function recordDenial(policy: CompiledPolicy, rule: DenyRule, facts: Facts): RecordedGuard & { message: string } {
  return { ...recordGuard(policy, rule, facts), message: writeDenyMessage(rule, facts, policy.set) };
}

function recordGuard(policy: CompiledPolicy, rule: DenyRule | RequireRule, facts: Facts): RecordedGuard {
  const absent = absentFactsOf(rule.condition, facts);
  return {
    rule: rule.id,
    ...place(policy, rule.span),
    ...(rule.because === undefined ? {} : { because: rule.because }),
    condition: writeCondition(rule.condition, definitionsOf(policy)),
    ...(absent.length === 0 ? {} : { absent }),
  };
}

function definitionsOf(policy: CompiledPolicy): readonly FactDefinition[] {
  return [...builtInFacts, ...policy.set.attributes];
}

function place(policy: CompiledPolicy, span: Span): { readonly file: string; readonly line: number } {
  return { file: span.file, line: positionOf(policy.files, span).line };
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
