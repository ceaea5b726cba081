import type { Condition, Predicate, RangePredicate, SetPredicate, TimePredicate } from "../../conditions/condition.js";
import { builtInFacts, type FactDefinition, type FactUnit } from "../../conditions/fact-definitions.js";
import { formatThreshold, quoteIfOdd } from "./format-fact-value.js";
import { writeClock, writeDay } from "./write-clock.js";

/**
 * A condition in words: `context_tokens ≥ 200,000`, `tags has any of code, sql`, `not (uses_vision = true)`,
 * `time in Mon–Fri 22:00–06:00 Europe/Berlin`; parts joined by `and` and `or`, with parentheses where one stands
 * inside the other. A `logic` leaf is written as compact JSON. The condition of a rule without `match` is `always`.
 *
 * @param definitions what units numbers have; default the built-in facts (attributes are then plain numbers).
 */
export function writeCondition(condition: Condition, definitions: readonly FactDefinition[] = builtInFacts): string {
  const write = (part: Condition, isNested: boolean): string => {
    switch (part.kind) {
      case "all":
        return writeGroup(part.conditions, "and", "always", isNested);
      case "any":
        return writeGroup(part.conditions, "or", "never", isNested);
      case "not":
        return writeNegation(part.condition);
      default:
        return writePredicate(part, unitOf(definitions, part));
    }
  };
  const writeGroup = (parts: readonly Condition[], word: string, empty: string, isNested: boolean): string => {
    const [first, second] = parts;
    if (first === undefined) return empty;
    if (second === undefined) return write(first, isNested);
    const text = parts.map((part) => write(part, true)).join(` ${word} `);
    return isNested ? `(${text})` : text;
  };
  const writeNegation = (negated: Condition): string => {
    if (negated.kind === "one-of") {
      const values = negated.values.map(quoteIfOdd);
      return values.length === 1 ? `${negated.fact} ≠ ${values[0]}` : `${negated.fact} is none of ${values.join(", ")}`;
    }
    return `not (${write(negated, false)})`;
  };
  return write(condition, false);
}

function unitOf(definitions: readonly FactDefinition[], predicate: Predicate): FactUnit | undefined {
  if (predicate.kind !== "range") return undefined;
  return definitions.find((definition) => definition.name === predicate.fact)?.unit;
}

function writePredicate(predicate: Predicate, unit: FactUnit | undefined): string {
  switch (predicate.kind) {
    case "present":
      return `${predicate.fact} is ${predicate.expected ? "present" : "absent"}`;
    case "one-of": {
      const values = predicate.values.map(quoteIfOdd);
      return `${predicate.fact} ${values.length === 1 ? "=" : "is one of"} ${values.join(", ")}`;
    }
    case "prefix":
      return `${predicate.fact} starts with ${quoteIfOdd(predicate.prefix)}`;
    case "glob":
      return `${predicate.fact} like ${quoteIfOdd(predicate.pattern)}`;
    case "range":
      return writeRange(predicate, unit);
    case "boolean":
      return `${predicate.fact} = ${predicate.expected}`;
    case "set":
      return writeSet(predicate);
    case "time":
      return `${predicate.fact} in ${writeWindow(predicate)}`;
    case "logic":
      return `logic ${JSON.stringify(predicate.rule)}`;
  }
}

function writeRange({ fact, min, max }: RangePredicate, unit: FactUnit | undefined): string {
  const number = (value: number) => formatThreshold(value, unit);
  if (min !== undefined && max !== undefined) {
    if (min.value === max.value && min.inclusive && max.inclusive) return `${fact} = ${number(min.value)}`;
    return `${number(min.value)} ${min.inclusive ? "≤" : "<"} ${fact} ${max.inclusive ? "≤" : "<"} ${number(max.value)}`;
  }
  if (min !== undefined) return `${fact} ${min.inclusive ? "≥" : ">"} ${number(min.value)}`;
  if (max !== undefined) return `${fact} ${max.inclusive ? "≤" : "<"} ${number(max.value)}`;
  return `${fact} is a number`;
}

function writeSet({ fact, quantifier, tags }: SetPredicate): string {
  const list = tags.map(quoteIfOdd).join(", ");
  if (tags.length === 1) return quantifier === "none" ? `${fact} lacks ${list}` : `${fact} has ${list}`;
  return `${fact} has ${quantifier} of ${list}`;
}

const MINUTES_OF_A_DAY = 1_440;

function writeWindow({ days, fromMinute, toMinute, tz }: TimePredicate): string {
  const parts: string[] = [];
  if (days.length < 7) parts.push(writeDays(days));
  if (fromMinute !== 0 || toMinute !== MINUTES_OF_A_DAY)
    parts.push(`${writeClock(fromMinute)}–${writeClock(toMinute)}`);
  if (parts.length === 0) parts.push("every day");
  return `${parts.join(" ")} ${tz}`;
}

/** The days of a week that begins on Monday, runs of three and more as `Mon–Fri`. */
function writeDays(days: readonly number[]): string {
  const week = [...new Set(days)].sort((a, b) => ((a + 6) % 7) - ((b + 6) % 7));
  const runs: number[][] = [];
  for (const day of week) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    // After Sunday (0) a new week begins: no run goes on.
    if (run !== undefined && last !== undefined && last !== 0 && day === (last + 1) % 7) run.push(day);
    else runs.push([day]);
  }
  const name = (day: number | undefined) => writeDay(day ?? -1);
  return runs
    .map((run) => (run.length >= 3 ? `${name(run[0])}–${name(run.at(-1))}` : run.map(name).join(",")))
    .join(",");
}
