import { decideInOrder } from "../evaluate/decide-in-order.js";
import type { Facts } from "../evaluate/facts.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { Rule } from "../policy/policy-set.js";
import { assertSameOutcome } from "./assert-same-outcome.js";
import type { RecordedRuleAbove } from "./decision-record.js";
import type { InOrderReading } from "./in-order-reader.js";
import { type Failure, FailureFinder } from "./words/find-failed-condition.js";
import { PolicyWords } from "./words/policy-words.js";

/**
 * Why each route rule above the one that matched did not match, in words. The interpreter reads all rules for it, and must find
 * what the reading found: the same outcome, and of each rule the same part and verdict.
 *
 * @param facts with defaults filled in.
 * @throws when the two differ: a fault of ours.
 */
export function recordRulesAbove(
  policy: CompiledPolicy,
  { outcome, failures }: InOrderReading,
  facts: Facts,
): readonly RecordedRuleAbove[] {
  const { rules } = policy.set;
  assertSameOutcome(policy, decideInOrder(policy.set, facts), "reading in numbers", outcome);
  const words = PolicyWords.of(policy);
  const finder = new FailureFinder(facts, words.conditions);
  const above: RecordedRuleAbove[] = [];
  for (let at = 0; at < outcome.route.ruleNumber; at++) {
    const rule = rules[at] as Rule;
    if (rule.effect !== "route") continue;
    const failure = findFailure(rule, finder);
    const found = failures?.[above.length];
    if (found !== undefined && found !== numberOf(failure)) {
      throw new Error(
        `invariant: rule ${rule.id} of ${policy.name}@${policy.revision} fails otherwise in numbers than read in order; ` +
          `in order: part ${numberOf(failure)}; in numbers: part ${found} (doubled, odd when unknown)`,
      );
    }
    above.push(recordFailure(words, rule, failure));
  }
  return above;
}

/** Why a route rule does not match; also for rules that were never asked because one above them matched. */
export function recordRuleAbove(policy: CompiledPolicy, rule: Rule, facts: Facts): RecordedRuleAbove {
  const words = PolicyWords.of(policy);
  return recordFailure(words, rule, findFailure(rule, new FailureFinder(facts, words.conditions)));
}

function findFailure(rule: Rule, finder: FailureFinder): Failure {
  const failure = finder.find(rule.condition);
  if (failure === undefined) {
    throw new Error(`invariant: rule ${rule.id} is recorded as one that does not match, but its condition is true`);
  }
  return failure;
}

/** A failure as `InOrderReading` has it. */
function numberOf({ place, truth }: Failure): number {
  return place * 2 + (truth === undefined ? 1 : 0);
}

function recordFailure(words: PolicyWords, rule: Rule, failure: Failure): RecordedRuleAbove {
  const { facts, wanted, got, missedBy, absent, span, truth } = failure;
  const [fact = "?"] = facts;
  const { file } = span;
  const { line, column } = words.position(span);
  return {
    rule: rule.id,
    file: rule.span.file,
    line: words.position(rule.span).line,
    verdict: truth === undefined ? "unknown" : "false",
    failed: {
      fact,
      wanted,
      got,
      ...(missedBy === undefined ? {} : { missed_by: missedBy }),
      ...(absent.length === 0 ? {} : { absent }),
      file,
      line,
      column,
    },
  };
}
