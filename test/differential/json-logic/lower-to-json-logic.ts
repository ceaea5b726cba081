import type {
  Condition,
  JsonValue,
  Predicate,
  SetPredicate,
  TimePredicate,
} from "../../../engine/conditions/condition.js";
import type { PolicySet, Rule } from "../../../engine/policy/policy-set.js";

/**
 * A policy set as guarded JsonLogic: the second oracle. It shares no code with the interpreter or the tree.
 *
 * json-logic-js is two-valued and coerces (`null < 5` is true), so unknown is kept apart by two rails: one expression for
 * "is true" and one for "is not false". Each comparison stands behind an explicit presence test, negation is pushed
 * down to the leaves, and only typed operators are used. Strings of patterns and local times are worked out by
 * `decideWithJsonLogic` and given as data, since JsonLogic has no words for them.
 */
export interface LoweredPolicy {
  /** One expression for each rule, true when the rule acts. */
  readonly rules: readonly JsonValue[];
  /** Names of all facts; the expressions read fact number 3 as `{ var: "fact.3" }`. */
  readonly facts: readonly string[];
  /** Globs that a fact is matched with; the expressions read the answers as `{ var: "glob.3" }`. */
  readonly globs: readonly { readonly fact: number; readonly pattern: string }[];
  /** Local times; the expressions read `{ var: "local.3.weekday" }` and `{ var: "local.3.minute" }`. */
  readonly localTimes: readonly { readonly fact: number; readonly tz: string }[];
}

/** Lowers every rule. Guards act when their condition is not false, routes when it is true. */
export function lowerToJsonLogic({ rules }: PolicySet): LoweredPolicy {
  const facts = new Numbering<string>();
  const globs = new Numbering<{ fact: number; pattern: string }>();
  const localTimes = new Numbering<{ fact: number; tz: string }>();
  const lowerRule = ({ effect, condition }: Rule) => lower(condition, effect === "route" ? "true" : "not-false", false);

  function lower(condition: Condition, rail: Rail, negated: boolean): JsonValue {
    switch (condition.kind) {
      case "not":
        return lower(condition.condition, rail, !negated);
      case "all":
      case "any": {
        const parts = condition.conditions.map((part) => lower(part, rail, negated));
        // De Morgan: a negated `all` is an `any` of negated parts.
        const isAnd = (condition.kind === "all") !== negated;
        return parts.length === 0 ? isAnd : { [isAnd ? "and" : "or"]: parts };
      }
      default:
        return lowerLeaf(condition, rail, negated);
    }
  }

  function lowerLeaf(predicate: Predicate, rail: Rail, negated: boolean): JsonValue {
    if (predicate.kind === "present") {
      return predicate.expected !== negated ? isPresent(predicate.fact) : { "!": [isPresent(predicate.fact)] };
    }
    const needed = predicate.kind === "logic" ? predicate.required : [predicate.fact];
    const present: JsonValue = needed.length === 0 ? true : { and: needed.map(isPresent) };
    const positive = test(predicate);
    const signed: JsonValue = negated ? { "!": [positive] } : positive;
    return rail === "true" ? { and: [present, signed] } : { or: [{ "!": [present] }, signed] };
  }

  /** The test of a leaf, for facts that are present. */
  function test(predicate: Exclude<Predicate, { kind: "present" }>): JsonValue {
    switch (predicate.kind) {
      case "one-of":
        return { in: [read(predicate.fact), predicate.values] };
      case "prefix":
        return { "===": [{ substr: [read(predicate.fact), 0, predicate.prefix.length] }, predicate.prefix] };
      case "glob": {
        const glob = { fact: facts.of(predicate.fact), pattern: predicate.pattern };
        return { "===": [{ var: `glob.${globs.of(glob)}` }, true] };
      }
      case "range": {
        const { min, max } = predicate;
        const tests: JsonValue[] = [];
        if (min !== undefined) tests.push({ [min.inclusive ? ">=" : ">"]: [read(predicate.fact), min.value] });
        if (max !== undefined) tests.push({ [max.inclusive ? "<=" : "<"]: [read(predicate.fact), max.value] });
        return tests.length === 0 ? true : { and: tests };
      }
      case "boolean":
        return { "===": [read(predicate.fact), predicate.expected] };
      case "set":
        return testSet(predicate);
      case "time":
        return testTime(predicate);
      case "logic":
        return { "!!": [predicate.rule] };
    }
  }

  function testSet({ fact, quantifier, tags }: SetPredicate): JsonValue {
    const holds = (tag: string): JsonValue => ({ in: [tag, read(fact)] });
    switch (quantifier) {
      case "any":
        return { or: tags.map(holds) };
      case "all":
        return { and: tags.map(holds) };
      case "none":
        return { and: tags.map((tag) => ({ "!": [holds(tag)] })) };
    }
  }

  function testTime({ fact, days, fromMinute, toMinute, tz }: TimePredicate): JsonValue {
    const local = `local.${localTimes.of({ fact: facts.of(fact), tz })}`;
    const minute = { var: `${local}.minute` };
    const isListed: JsonValue = { in: [{ var: `${local}.weekday` }, days] };
    if (fromMinute < toMinute) return { and: [isListed, { "<=": [fromMinute, minute] }, { "<": [minute, toMinute] }] };
    const wasListed: JsonValue = { in: [{ var: `${local}.weekday` }, days.map((day) => (day + 1) % 7)] };
    return {
      or: [{ and: [isListed, { "<=": [fromMinute, minute] }] }, { and: [wasListed, { "<": [minute, toMinute] }] }],
    };
  }

  const read = (fact: string): JsonValue => ({ var: `fact.${facts.of(fact)}` });
  const isPresent = (fact: string): JsonValue => ({ "!==": [read(fact), null] });

  return { rules: rules.map(lowerRule), facts: facts.items, globs: globs.items, localTimes: localTimes.items };
}

/** Which of the two questions an expression answers. */
type Rail = "true" | "not-false";

/** Numbers equal values alike, in order of first use. */
class Numbering<T> {
  readonly items: T[] = [];
  private readonly numbers = new Map<string, number>();

  of(item: T): number {
    const key = JSON.stringify(item);
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.items.push(item) - 1;
      this.numbers.set(key, number);
    }
    return number;
  }
}
