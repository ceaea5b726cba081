import type { Condition } from "../conditions/condition.js";
import { evaluateCondition } from "../evaluate/evaluate-condition.js";
import type { Facts } from "../evaluate/facts.js";
import { readFact } from "../evaluate/facts.js";

/** The facts a condition reads, each once, in the order written. */
export function readFactsOf(condition: Condition): readonly string[] {
  return [...new Set(collectFacts(condition))];
}

function collectFacts(condition: Condition): readonly string[] {
  switch (condition.kind) {
    case "all":
    case "any":
      return condition.conditions.flatMap(collectFacts);
    case "not":
      return collectFacts(condition.condition);
    case "logic":
      return condition.reads;
    default:
      return [condition.fact];
  }
}

/**
 * The absent facts that leave a condition unknown, each once, in the order written: those that its unknown parts
 * read. Empty when the condition is true or false.
 */
export function absentFactsOf(condition: Condition, facts: Facts): readonly string[] {
  return [...new Set(collectAbsent(condition, facts))];
}

function collectAbsent(condition: Condition, facts: Facts): readonly string[] {
  if (evaluateCondition(condition, facts) !== undefined) return [];
  switch (condition.kind) {
    case "all":
    case "any":
      return condition.conditions.flatMap((part) => collectAbsent(part, facts));
    case "not":
      return collectAbsent(condition.condition, facts);
    case "logic":
      return condition.required.filter((name) => readFact(facts, name) === undefined);
    default:
      return [condition.fact];
  }
}
