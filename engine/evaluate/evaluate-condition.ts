import type { Condition, Predicate, RangePredicate, SetPredicate, TimePredicate } from "../conditions/condition.js";
import { matchesGlob } from "../conditions/glob.js";
import { localTime } from "../conditions/local-time.js";
import { runJsonLogic } from "../conditions/run-json-logic.js";
import { usdToNano } from "../units/money.js";
import { type Facts, readFact } from "./facts.js";
import type { Truth } from "./truth.js";

/**
 * The truth of a condition for one request, read straight from the condition: strong Kleene logic.
 * @param facts with defaults filled in (`withDefaults`).
 */
export function evaluateCondition(condition: Condition, facts: Facts): Truth {
  switch (condition.kind) {
    case "all":
      return fold(condition.conditions, facts, false);
    case "any":
      return fold(condition.conditions, facts, true);
    case "not": {
      const truth = evaluateCondition(condition.condition, facts);
      return truth === undefined ? undefined : !truth;
    }
    default:
      return evaluatePredicate(condition, facts);
  }
}

/** `all` is decided by the first false, `any` by the first true; else unknown if any part is; else the other value. */
function fold(conditions: readonly Condition[], facts: Facts, decisive: boolean): Truth {
  let truth: Truth = !decisive;
  for (const part of conditions) {
    const partTruth = evaluateCondition(part, facts);
    if (partTruth === decisive) return decisive;
    if (partTruth === undefined) truth = undefined;
  }
  return truth;
}

function evaluatePredicate(predicate: Predicate, facts: Facts): Truth {
  if (predicate.kind === "logic") return runJsonLogic(predicate, facts);
  const value = readFact(facts, predicate.fact);
  if (predicate.kind === "present") return (value !== undefined) === predicate.expected;
  if (value === undefined) return undefined;
  switch (predicate.kind) {
    case "one-of":
      return predicate.values.includes(value as string);
    case "prefix":
      return (value as string).startsWith(predicate.prefix);
    case "glob":
      return matchesGlob(predicate.pattern, value as string);
    case "range":
      return isWithin(predicate, value as number);
    case "boolean":
      return value === predicate.expected;
    case "set":
      return holdsTags(predicate, value as readonly string[]);
    case "time":
      return isWithinWindow(predicate, value as number);
  }
}

function isWithin({ fact, min, max }: RangePredicate, value: number): boolean {
  // `budget_usd` is the one fact in dollars; its bounds are whole nano-dollars.
  const compared = fact === "budget_usd" ? usdToNano(value) : value;
  if (min !== undefined && !(min.inclusive ? compared >= min.value : compared > min.value)) return false;
  return max === undefined || (max.inclusive ? compared <= max.value : compared < max.value);
}

function holdsTags({ quantifier, tags }: SetPredicate, value: readonly string[]): boolean {
  switch (quantifier) {
    case "any":
      return tags.some((tag) => value.includes(tag));
    case "all":
      return tags.every((tag) => value.includes(tag));
    case "none":
      return !tags.some((tag) => value.includes(tag));
  }
}

function isWithinWindow({ days, fromMinute, toMinute, tz }: TimePredicate, epochMs: number): boolean {
  const { weekday, minute } = localTime(epochMs, tz);
  if (fromMinute < toMinute) return days.includes(weekday) && minute >= fromMinute && minute < toMinute;
  // It wraps midnight: the evening of a listed day, or the morning after one.
  return (minute >= fromMinute && days.includes(weekday)) || (minute < toMinute && days.includes((weekday + 6) % 7));
}
