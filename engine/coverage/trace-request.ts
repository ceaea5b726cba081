import type { Condition, Predicate } from "../conditions/condition.js";
import { evaluateCondition } from "../evaluate/evaluate-condition.js";
import type { Facts } from "../evaluate/facts.js";
import type { Truth } from "../evaluate/truth.js";
import { withDefaults } from "../evaluate/with-defaults.js";
import type { PolicySet, Rule } from "../policy/policy-set.js";

/** What reading the rules in order asked of one request. */
export interface TraceListener {
  /** A leaf of a rule's condition was evaluated: its place among the leaves of the rule, in the order written. */
  predicate(ruleNumber: number, leafNumber: number, truth: Truth): void;
  /** The rule decided: it denied, required, or was the route. The number of rules stands for the default route. */
  decided(ruleNumber: number): void;
}

/**
 * Reads the rules as `decideInOrder` does and tells what was evaluated: later denials and routes are not looked at, and
 * a part that cannot change its whole any more is not evaluated.
 */
export function traceRequest(set: PolicySet, givenFacts: Facts, listener: TraceListener): void {
  const facts = withDefaults(set, givenFacts);
  let isDenied = false;
  let isRouted = false;
  for (const [ruleNumber, rule] of set.rules.entries()) {
    if ((rule.effect === "deny" && isDenied) || (rule.effect === "route" && isRouted)) continue;
    if (!traceRule(rule, facts, (leafNumber, truth) => listener.predicate(ruleNumber, leafNumber, truth))) continue;
    listener.decided(ruleNumber);
    if (rule.effect === "deny") isDenied = true;
    if (rule.effect === "route") isRouted = true;
  }
  if (!isRouted) listener.decided(set.rules.length);
}

/**
 * Reads one rule.
 * @param facts with defaults filled in.
 * @param predicate as in {@link TraceListener}.
 * @returns whether it acts.
 */
export function traceRule(rule: Rule, facts: Facts, predicate: (leafNumber: number, truth: Truth) => void): boolean {
  let leafNumber = 0;
  const truth = traceCondition(rule.condition, facts, (leaf, isEvaluated) => {
    const value = isEvaluated ? evaluateCondition(leaf, facts) : undefined;
    if (isEvaluated) predicate(leafNumber, value);
    leafNumber++;
    return value;
  });
  return rule.effect === "route" ? truth === true : truth !== false;
}

/** The leaves of a condition, in the order written. */
export function leavesOf(condition: Condition): readonly Predicate[] {
  switch (condition.kind) {
    case "all":
    case "any":
      return condition.conditions.flatMap(leavesOf);
    case "not":
      return leavesOf(condition.condition);
    default:
      return [condition];
  }
}

/** @param visit called for each leaf; leaves that are passed over are visited too, without being evaluated. */
function traceCondition(
  condition: Condition,
  facts: Facts,
  visit: (predicate: Predicate, isEvaluated: boolean) => Truth,
  isEvaluated = true,
): Truth {
  switch (condition.kind) {
    case "all":
    case "any": {
      const decisive = condition.kind === "any";
      let truth: Truth = !decisive;
      let isOpen = isEvaluated;
      for (const part of condition.conditions) {
        const partTruth = traceCondition(part, facts, visit, isOpen);
        if (!isOpen) continue;
        if (partTruth === decisive) {
          truth = decisive;
          isOpen = false;
        } else if (partTruth === undefined) truth = undefined;
      }
      return truth;
    }
    case "not": {
      const truth = traceCondition(condition.condition, facts, visit, isEvaluated);
      return truth === undefined ? undefined : !truth;
    }
    default:
      return visit(condition, isEvaluated);
  }
}
