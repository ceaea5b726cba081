import type { Condition } from "../conditions/condition.js";
import type { FactDefinition } from "../conditions/fact-definitions.js";
import { localTime } from "../conditions/local-time.js";
import type { Span } from "../diagnostics/diagnostic.js";
import { evaluateCondition } from "../evaluate/evaluate-condition.js";
import { type Facts, type FactValue, readFact } from "../evaluate/facts.js";
import { readFactsOf } from "./facts-of-condition.js";
import { formatFactValue } from "./format-fact-value.js";
import { writeClock, writeDay } from "./write-clock.js";
import { writeCondition } from "./write-condition.js";

/** The part of a condition that is to blame for its not being true. */
export interface Failure {
  /** The part as it was wanted, with a `not` around it when it stood under one: in words. */
  readonly wanted: string;
  /** What the facts are instead, in words; `absent` for a fact that is not there. */
  readonly got: string;
  /** The facts it reads, in the order written; at least one name. */
  readonly facts: readonly string[];
  /** Those among them that are absent. */
  readonly absent: readonly string[];
  readonly span: Span;
}

/** An alternative is shown whole while it reads at most so many facts and is at most so long; else its nearest part. */
const WHOLE_FACTS = 3;
const WHOLE_LENGTH = 90;

/**
 * Finds the first part of a condition that keeps it from being true.
 *
 * Of an `all`, the first part that is not true. Of an `any`, where every part fails, all of it when that is short, else
 * the part that lacks least. Under `not` the two change places: what is to blame is what holds.
 *
 * @param facts with defaults filled in.
 * @returns undefined when the condition is true.
 */
export function findFailedCondition(
  condition: Condition,
  facts: Facts,
  definitions: readonly FactDefinition[],
): Failure | undefined {
  if (evaluateCondition(condition, facts) === true) return undefined;
  const { part, isNegated, alternatives } = blame({ condition, isNegated: false }, facts, definitions);
  const wanted = writeWanted({ condition: part, isNegated }, definitions);
  const reads = readFactsOf(part);
  const isAbsent = (name: string) => readFact(facts, name) === undefined;
  const [only] = reads;
  const got =
    only !== undefined && reads.length === 1
      ? describe(only, facts, definitions) + writeLocalTime(part, readFact(facts, only))
      : reads.map((name) => `${name}${isAbsent(name) ? " " : " = "}${describe(name, facts, definitions)}`).join(", ");
  return {
    wanted: alternatives > 1 ? `${wanted} (nearest of ${alternatives} alternatives)` : wanted,
    got: reads.length === 0 ? "never true" : got,
    facts: reads.length === 0 ? [part.kind] : reads,
    absent: reads.filter(isAbsent),
    span: part.span,
  };
}

/** A part of a condition, and whether an odd number of `not` stands around it. */
interface SignedCondition {
  readonly condition: Condition;
  readonly isNegated: boolean;
}
interface Blamed {
  readonly part: Condition;
  readonly isNegated: boolean;
  /** How many alternatives the blamed part was picked from; 1 when there was no choice. */
  readonly alternatives: number;
}

function blame(signed: SignedCondition, facts: Facts, definitions: readonly FactDefinition[]): Blamed {
  const { condition, isNegated } = signed;
  if (condition.kind === "not") {
    return blame({ condition: condition.condition, isNegated: !isNegated }, facts, definitions);
  }
  if (condition.kind !== "all" && condition.kind !== "any") return { part: condition, isNegated, alternatives: 1 };

  const parts = condition.conditions.map((part) => ({ condition: part, isNegated }));
  const everyPartIsNeeded = (condition.kind === "all") !== isNegated;
  if (everyPartIsNeeded) {
    const failed = parts.find((part) => !holds(part, facts));
    if (failed !== undefined) return blame(failed, facts, definitions);
  }
  const [only, second] = parts;
  if (only !== undefined && second === undefined) return blame(only, facts, definitions);

  const isShort =
    readFactsOf(condition).length <= WHOLE_FACTS && writeWanted(signed, definitions).length <= WHOLE_LENGTH;
  if (isShort || only === undefined) return { part: condition, isNegated, alternatives: 1 };
  const nearest = parts.reduce((best, part) => (countFailures(part, facts) < countFailures(best, facts) ? part : best));
  return { ...blame(nearest, facts, definitions), alternatives: parts.length };
}

function holds({ condition, isNegated }: SignedCondition, facts: Facts): boolean {
  return evaluateCondition(condition, facts) === !isNegated;
}

/** How many leaves would have to change: the sum over what is needed, the least over alternatives. */
function countFailures(signed: SignedCondition, facts: Facts): number {
  const { condition, isNegated } = signed;
  if (holds(signed, facts)) return 0;
  if (condition.kind === "not") {
    return countFailures({ condition: condition.condition, isNegated: !isNegated }, facts);
  }
  if (condition.kind !== "all" && condition.kind !== "any") return 1;
  const counts = condition.conditions.map((part) => countFailures({ condition: part, isNegated }, facts));
  const everyPartIsNeeded = (condition.kind === "all") !== isNegated;
  return everyPartIsNeeded ? counts.reduce((sum, count) => sum + count, 0) : Math.min(...counts);
}

function writeWanted({ condition, isNegated }: SignedCondition, definitions: readonly FactDefinition[]): string {
  return writeCondition(isNegated ? { kind: "not", condition, span: condition.span } : condition, definitions);
}

function describe(name: string, facts: Facts, definitions: readonly FactDefinition[]): string {
  const value = readFact(facts, name);
  if (value === undefined) return "absent";
  return formatFactValue(
    value,
    definitions.find((definition) => definition.name === name),
  );
}

/** For a time window: what the clock shows in its zone, ` (Mon 10:14 in Europe/Berlin)`. */
function writeLocalTime(part: Condition, value: FactValue | undefined): string {
  if (part.kind !== "time" || typeof value !== "number" || Number.isNaN(new Date(value).getTime())) return "";
  const { weekday, minute } = localTime(value, part.tz);
  return ` (${writeDay(weekday)} ${writeClock(minute)} in ${part.tz})`;
}
