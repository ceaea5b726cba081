import type { Condition, Predicate } from "../conditions/condition.js";
import {
  ALL_TAGS,
  ALL_TAGS_OR_ABSENT,
  ANY_TAG,
  ANY_TAG_OR_ABSENT,
  IS_NOT_FALSE,
  IS_TRUE,
  type MemoisedPredicate,
  ONE_OF,
  ONE_OF_OR_ABSENT,
  SHARED,
  WITHIN,
  WITHIN_OR_ABSENT,
} from "./decision-tree.js";
import { type Formula, type Junction, joined, type Literal } from "./formula.js";
import { type NumberedFacts, rangeEnd, rangeStart } from "./number-facts.js";
import { weeklyMinutes } from "./weekly-minutes.js";

/** What a rule asks of its condition: routes "is it true?", guards "is it not false?". */
export type Question = "true" | "not-false";

/** Beyond every cell. */
const ALL_CELLS = 0x3fffffff;

/** Lowers conditions to formulas, and numbers the predicates that are memoised and the formulas that are shared, each once. */
export class ConditionLowering {
  readonly memoised: MemoisedPredicate[] = [];
  /** What the shared conditions ask, by number; a `SHARED` literal stands for it. */
  readonly shared: (Literal | Junction)[] = [];
  private readonly memoNumbers = new Map<string, number>();
  /** The formulas of shared conditions, by what is asked. */
  private readonly sharedFormulas = new Map<string, Map<Condition, Formula>>();

  /** @param sharedConditions are lowered once and referred to. */
  constructor(
    private readonly numbered: NumberedFacts,
    private readonly sharedConditions: ReadonlySet<Condition> = new Set(),
  ) {}

  /**
   * The question about a condition, or (`holds` false) its denial, as a formula.
   *
   * A condition is true when its `not` is false, so a question about `not c` denies the *other* question about c. That is
   * all there is to three values: "true" and "not false" differ only at leaves, in whether absence counts.
   */
  lower(condition: Condition, question: Question, holds = true): Formula {
    return this.sharedConditions.has(condition)
      ? this.lowerShared(condition, question, holds)
      : this.lowerWhole(condition, question, holds);
  }

  private lowerShared(condition: Condition, question: Question, holds: boolean): Formula {
    const asked = `${question} ${holds}`;
    const formulas = this.sharedFormulas.get(asked) ?? new Map<Condition, Formula>();
    this.sharedFormulas.set(asked, formulas);
    let formula = formulas.get(condition);
    if (formula === undefined) {
      formula = this.lowerWhole(condition, question, holds);
      if (typeof formula !== "boolean") formula = literal(SHARED, -1, true, { x: this.shared.push(formula) - 1 });
      formulas.set(condition, formula);
    }
    return formula;
  }

  private lowerWhole(condition: Condition, question: Question, holds: boolean): Formula {
    switch (condition.kind) {
      case "not":
        return this.lower(condition.condition, question === "true" ? "not-false" : "true", !holds);
      case "all":
      case "any":
        return joined(
          (condition.kind === "all") === holds ? "and" : "or",
          condition.conditions.map((part) => this.lower(part, question, holds)),
        );
      default:
        return this.lowerPredicate(condition, question, holds);
    }
  }

  private lowerPredicate(predicate: Predicate, question: Question, holds: boolean): Formula {
    const orAbsent = question === "not-false";
    const { numbered } = this;
    switch (predicate.kind) {
      case "present":
        // Never unknown: both questions are one.
        return literal(WITHIN, numbered.factOf(predicate.fact), predicate.expected === holds, {
          x: 1,
          y: ALL_CELLS,
        });
      case "one-of": {
        const fact = numbered.factOf(predicate.fact);
        const cells = distinct(predicate.values.map((value) => numbered.stringCell(fact, value)));
        if (cells.length === 1) return cellWithin(fact, cells[0] as number, cells[0] as number, orAbsent, holds);
        return literal(orAbsent ? ONE_OF_OR_ABSENT : ONE_OF, fact, holds, { values: cells });
      }
      case "boolean": {
        const cell = predicate.expected ? 2 : 1;
        return cellWithin(numbered.factOf(predicate.fact), cell, cell, orAbsent, holds);
      }
      case "range": {
        const fact = numbered.factOf(predicate.fact);
        const start = rangeStart(predicate);
        const end = rangeEnd(predicate);
        const first = start === undefined ? 1 : numbered.cutCell(fact, start);
        const last = end === undefined ? ALL_CELLS : numbered.cutCell(fact, end) - 1;
        return cellWithin(fact, first, last, orAbsent, holds);
      }
      case "time": {
        const fact = numbered.factOf(predicate.fact, predicate.tz);
        const windows = weeklyMinutes(predicate).map(({ from, to }) =>
          cellWithin(fact, numbered.cutCell(fact, from), numbered.cutCell(fact, to) - 1, orAbsent, holds),
        );
        if (windows.length === 0) return cellWithin(fact, 1, 0, orAbsent, holds);
        return joined(holds ? "or" : "and", windows);
      }
      case "set": {
        const fact = numbered.factOf(predicate.fact);
        const values = distinct(predicate.tags.map((tag) => numbered.tagNumber(fact, tag)));
        if (predicate.quantifier === "all") {
          return literal(orAbsent ? ALL_TAGS_OR_ABSENT : ALL_TAGS, fact, holds, { values });
        }
        // `none` is true when the set is there and `any` is not true; not false when `any` is not true.
        const isNone = predicate.quantifier === "none";
        return literal(orAbsent === isNone ? ANY_TAG : ANY_TAG_OR_ABSENT, fact, isNone !== holds, {
          values,
        });
      }
      case "prefix":
      case "glob":
      case "logic":
        return literal(orAbsent ? IS_NOT_FALSE : IS_TRUE, -1, holds, {
          x: this.memoNumber(predicate),
        });
    }
  }

  private memoNumber(predicate: MemoisedPredicate["predicate"]): number {
    const key = JSON.stringify({ ...predicate, span: undefined });
    let number = this.memoNumbers.get(key);
    if (number === undefined) {
      const fact = predicate.kind === "logic" ? -1 : this.numbered.factOf(predicate.fact);
      number = this.memoised.push({ predicate, fact }) - 1;
      this.memoNumbers.set(key, number);
    }
    return number;
  }
}

function cellWithin(fact: number, first: number, last: number, orAbsent: boolean, holds: boolean): Literal {
  const operation = orAbsent ? WITHIN_OR_ABSENT : WITHIN;
  return literal(operation, fact, holds, { x: first, y: Math.max(-1, last - first) });
}

function literal(
  operation: Literal["operation"],
  fact: number,
  holds: boolean,
  rest: Partial<Pick<Literal, "x" | "y" | "values">>,
): Literal {
  return { kind: "literal", operation, fact, x: 0, y: 0, values: [], ...rest, holds };
}

function distinct(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].sort((one, other) => one - other);
}
