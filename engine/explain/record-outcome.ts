import type { Span } from "../diagnostics/diagnostic.js";
import type { Facts } from "../evaluate/facts.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { DenyRule, Requirement, RequireRule, Route } from "../policy/policy-set.js";
import { nanoToUsd } from "../units/money.js";
import type { DecisionRecord, RecordedGuard, RecordedOutcome, RecordedRuleAbove } from "./decision-record.js";
import { absentFactsOf } from "./facts-of-condition.js";
import type { InOrderReading } from "./in-order-reader.js";
import { valuesOf } from "./record-facts.js";
import { recordRulesAbove } from "./record-rules-above.js";
import { PolicyWords } from "./words/policy-words.js";
import { writeDenyMessage } from "./words/write-deny-message.js";

/**
 * An outcome with the places in the files, the guards' absent facts, and why each route rule above did not match. That is put
 * into words, most of the work for a long policy, when `rules_above` is first read.
 *
 * @param recorded the same facts as the record holds them, whatever becomes of the caller's.
 */
export function recordOutcome(
  policy: CompiledPolicy,
  reading: InOrderReading,
  facts: Facts,
  recorded: DecisionRecord["facts"],
): RecordedOutcome {
  const { denied, requirements, route } = reading.outcome;
  const words = PolicyWords.of(policy);
  const rule = policy.set.rules[route.ruleNumber];
  const recordedRoute: Writable<RecordedOutcome["route"]> = {
    rule: route.rule,
    ...place(words, (rule ?? route.route).span),
    strategy: writeStrategy(route.route),
  };
  if (rule?.because !== undefined) recordedRoute.because = rule.because;
  if (rule !== undefined) recordedRoute.condition = words.conditions.of(rule.condition).text;
  let above: readonly RecordedRuleAbove[] | undefined;
  return {
    ...(denied === undefined ? {} : { denied: recordDenial(policy, denied.rule, facts) }),
    requirements: requirements.map((requirement) => ({
      ...recordGuard(words, requirement, facts),
      require: writeRequirement(requirement.require),
    })),
    route: recordedRoute,
    get rules_above() {
      above ??= recordRulesAbove(policy, reading, valuesOf(recorded));
      return above;
    },
  };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

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
    ...(maxRetentionDays === undefined ? {} : { data_retention: writeRetention(maxRetentionDays) }),
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(maxCost === undefined ? {} : { max_cost_usd: nanoToUsd(maxCost) }),
  };
}

/** `none`, or days: `30d`. */
export const writeRetention = (days: number): string => (days === 0 ? "none" : `${days}d`);

/** `cheapest`, or a blend's shares: `cost 0.5 + latency 0.3`. */
function writeStrategy({ strategy }: Route): string {
  if (typeof strategy === "string") return strategy;
  return Object.entries(strategy)
    .map(([name, share]) => `${name} ${share}`)
    .join(" + ");
}
