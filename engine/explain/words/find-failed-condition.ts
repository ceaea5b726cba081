import type { Condition } from "../../conditions/condition.js";
import { localTime } from "../../conditions/local-time.js";
import type { Span } from "../../diagnostics/diagnostic.js";
import { evaluateCondition } from "../../evaluate/evaluate-condition.js";
import { type Facts, type FactValue, readFact } from "../../evaluate/facts.js";
import type { Truth } from "../../evaluate/truth.js";
import type { ConditionWords } from "./condition-words.js";
import { describeMiss } from "./describe-miss.js";
import { formatFactValue } from "./format-fact-value.js";
import { writeClock, writeDay } from "./write-clock.js";

/** The part of a condition that is to blame for its not being true. */
export interface Failure {
  /** The part as it was wanted, with a `not` around it when it stood under one: in words. */
  readonly wanted: string;
  /** What the facts are instead, in words; `absent` for a fact that is not there. */
  readonly got: string;
  /** How far a number is from what was wanted, in words: `short by 18,000`. */
  readonly missedBy: string | undefined;
  /** The facts it reads, in the order written; at least one name. */
  readonly facts: readonly string[];
  /** Those among them that are absent. */
  readonly absent: readonly string[];
  readonly span: Span;
  /** Whether the whole condition is false or unknown. */
  readonly truth: Exclude<Truth, true>;
  /** Which part of an `all` it is, or is in; 0 for any other condition. */
  readonly place: number;
}

/** An alternative is shown whole while it reads at most so many facts and is at most so long; else its nearest part. */
const WHOLE_FACTS = 3;
const WHOLE_LENGTH = 90;

/** Finds what keeps conditions from being true for one request; what it says of a fact it works out once. */
export class FailureFinder {
  private readonly told = new Map<string, string>();

  /** @param facts with defaults filled in. */
  constructor(
    private readonly facts: Facts,
    private readonly words: ConditionWords,
  ) {}

  /**
   * Finds the part of a condition that keeps it from being true.
   *
   * Of an `all`, the first part that is false, whatever is unknown before it; when none is, the first that is unknown. Of an `any`, where every part fails, all of it when that is short, else
   * the part that lacks least. Under `not` the two change places: what is to blame is what holds.
   *
   * @returns undefined when the condition is true.
   */
  find(condition: Condition): Failure | undefined {
    const failed = this.firstFailed(condition);
    if (failed === undefined) return undefined;
    const { truth, place } = failed;
    const { part, isNegated, alternatives } = this.blame(failed.part, false);
    const { text, reads } = this.words.of(part, isNegated);
    return {
      wanted: alternatives > 1 ? `${text} (nearest of ${alternatives} alternatives)` : text,
      got: this.describeAll(part, reads),
      missedBy: this.measureMiss(part, isNegated),
      facts: reads.length === 0 ? [part.kind] : reads,
      absent: reads.filter((name) => readFact(this.facts, name) === undefined),
      span: part.span,
      truth,
      place,
    };
  }

  /** What to blame, and how true the whole is: of an `all` both are known once a part is false. */
  private firstFailed(condition: Condition): (Pick<Failure, "truth" | "place"> & { part: Condition }) | undefined {
    const parts = condition.kind === "all" ? condition.conditions : [condition];
    let place = -1;
    for (let at = 0; at < parts.length; at++) {
      const truth = evaluateCondition(parts[at] as Condition, this.facts);
      if (truth === false) return { part: parts[at] as Condition, place: at, truth };
      if (truth === undefined && place === -1) place = at;
    }
    return place === -1 ? undefined : { part: parts[place] as Condition, place, truth: undefined };
  }

  private blame(condition: Condition, isNegated: boolean): Blamed {
    if (condition.kind === "not") return this.blame(condition.condition, !isNegated);
    if (condition.kind !== "all" && condition.kind !== "any") return { part: condition, isNegated, alternatives: 1 };

    const parts = condition.conditions;
    const everyPartIsNeeded = (condition.kind === "all") !== isNegated;
    if (everyPartIsNeeded) {
      const failed =
        parts.find((part) => evaluateCondition(part, this.facts) === isNegated) ??
        parts.find((part) => !this.holds(part, isNegated));
      if (failed !== undefined) return this.blame(failed, isNegated);
    }
    const [only, second] = parts;
    if (only !== undefined && second === undefined) return this.blame(only, isNegated);

    const { text, reads } = this.words.of(condition, isNegated);
    const isShort = reads.length <= WHOLE_FACTS && text.length <= WHOLE_LENGTH;
    if (isShort || only === undefined) return { part: condition, isNegated, alternatives: 1 };
    let nearest = only;
    let least = Number.POSITIVE_INFINITY;
    for (const part of parts) {
      const failures = this.countFailures(part, isNegated);
      if (failures < least) [nearest, least] = [part, failures];
    }
    return { ...this.blame(nearest, isNegated), alternatives: parts.length };
  }

  private holds(condition: Condition, isNegated: boolean): boolean {
    return evaluateCondition(condition, this.facts) === !isNegated;
  }

  /** How many leaves would have to change: the sum over what is needed, the least over alternatives. */
  private countFailures(condition: Condition, isNegated: boolean): number {
    if (this.holds(condition, isNegated)) return 0;
    if (condition.kind === "not") return this.countFailures(condition.condition, !isNegated);
    if (condition.kind !== "all" && condition.kind !== "any") return 1;
    const counts = condition.conditions.map((part) => this.countFailures(part, isNegated));
    const everyPartIsNeeded = (condition.kind === "all") !== isNegated;
    return everyPartIsNeeded
      ? counts.reduce((sum, count) => sum + count, 0)
      : counts.reduce((least, count) => Math.min(least, count), Number.POSITIVE_INFINITY);
  }

  private describeAll(part: Condition, reads: readonly string[]): string {
    const [only, second] = reads;
    if (only === undefined) return "never true";
    if (second === undefined) return this.describe(only) + writeLocalTime(part, readFact(this.facts, only));
    return reads
      .map((name) => `${name}${readFact(this.facts, name) === undefined ? " " : " = "}${this.describe(name)}`)
      .join(", ");
  }

  private measureMiss(part: Condition, isNegated: boolean): string | undefined {
    if (part.kind !== "range") return undefined;
    const value = readFact(this.facts, part.fact);
    if (typeof value !== "number") return undefined;
    return describeMiss(part, isNegated, value, this.words.definition(part.fact)?.unit);
  }

  private describe(name: string): string {
    let text = this.told.get(name);
    if (text === undefined) {
      const value = readFact(this.facts, name);
      text = value === undefined ? "absent" : formatFactValue(value, this.words.definition(name));
      this.told.set(name, text);
    }
    return text;
  }
}

interface Blamed {
  readonly part: Condition;
  /** Whether an odd number of `not` stands around it. */
  readonly isNegated: boolean;
  /** How many alternatives the blamed part was picked from; 1 when there was no choice. */
  readonly alternatives: number;
}

/** For a time window: what the clock shows in its zone, ` (Mon 10:14 in Europe/Berlin)`. */
function writeLocalTime(part: Condition, value: FactValue | undefined): string {
  if (part.kind !== "time" || typeof value !== "number" || Number.isNaN(new Date(value).getTime())) return "";
  const { weekday, minute } = localTime(value, part.tz);
  return ` (${writeDay(weekday)} ${writeClock(minute)} in ${part.tz})`;
}
