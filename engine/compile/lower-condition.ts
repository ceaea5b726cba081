import type { Condition, Predicate, RangePredicate } from "../conditions/condition.js";
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
import { ALL_CELLS, type Formula, joined, type Named, type NamedLiteral, type Question } from "./formula.js";
import { nextDouble } from "./next-double.js";
import type { NamedFact, SymbolTable } from "./symbol-table.js";
import { weeklyMinutes } from "./weekly-minutes.js";

/** A condition as a formula over symbols, which does not change while other rules do. */
export interface LoweredCondition {
  readonly formula: Formula<NamedLiteral>;
  /** Every symbol that its numbers depend on, in the order of their first mention. */
  readonly mentions: readonly number[];
  /** It refers to nothing that is numbered with other rules' conditions: memoised predicates and shared parts. */
  readonly standsAlone: boolean;
}

/** Lowers conditions to formulas over symbols. */
export class ConditionLowering {
  private readonly table: SymbolTable;
  private readonly sharedConditions: ReadonlySet<Condition>;
  /** The formulas of shared conditions, by what is asked. */
  private readonly sharedFormulas = new Map<string, Map<Condition, Formula<NamedLiteral>>>();
  private mentions: number[] = [];
  /** For each symbol, the list in which it was mentioned last: a list holds a symbol once. */
  private readonly mentionedIn: number[] = [];
  private list = 0;
  private standsAlone = true;

  /** @param sharedConditions are lowered once and referred to. */
  constructor(table: SymbolTable, sharedConditions: ReadonlySet<Condition> = new Set()) {
    this.table = table;
    this.sharedConditions = sharedConditions;
  }

  /** The question about a condition as a formula. */
  lower(condition: Condition, question: Question): LoweredCondition {
    this.beginList();
    this.standsAlone = true;
    const formula = this.lowerPart(condition, question, true);
    // A copy has no room to grow: there are many, and they are kept.
    return { formula, mentions: this.mentions.slice(), standsAlone: this.standsAlone };
  }

  /** What is asked of a shared condition. */
  sharedFormula(condition: Condition, question: Question, holds: boolean): Formula<NamedLiteral> {
    const asked = `${question} ${holds}`;
    const formulas = this.sharedFormulas.get(asked) ?? new Map<Condition, Formula<NamedLiteral>>();
    this.sharedFormulas.set(asked, formulas);
    let formula = formulas.get(condition);
    if (formula === undefined) {
      const around = this.mentions;
      this.beginList();
      formula = this.lowerWhole(condition, question, holds);
      this.table.setMentions(this.table.part(condition), this.mentions);
      this.mentions = around;
      formulas.set(condition, formula);
    }
    return formula;
  }

  /**
   * The question about a condition, or (`holds` false) its denial.
   *
   * A condition is true when its `not` is false, so a question about `not c` denies the *other* question about c. That is
   * all there is to three values: "true" and "not false" differ only at leaves, in whether absence counts.
   */
  private lowerPart(condition: Condition, question: Question, holds: boolean): Formula<NamedLiteral> {
    return this.sharedConditions.has(condition)
      ? this.lowerShared(condition, question, holds)
      : this.lowerWhole(condition, question, holds);
  }

  private lowerShared(condition: Condition, question: Question, holds: boolean): Formula<NamedLiteral> {
    const formula = this.sharedFormula(condition, question, holds);
    const symbol = this.table.part(condition);
    this.mention(symbol);
    this.standsAlone = false;
    return typeof formula === "boolean"
      ? formula
      : literal(SHARED, -1, true, { kind: "part", symbol, question, holds });
  }

  private lowerWhole(condition: Condition, question: Question, holds: boolean): Formula<NamedLiteral> {
    switch (condition.kind) {
      case "not":
        return this.lowerPart(condition.condition, question === "true" ? "not-false" : "true", !holds);
      case "all":
      case "any":
        return joined(
          (condition.kind === "all") === holds ? "and" : "or",
          condition.conditions.map((part) => this.lowerPart(part, question, holds)),
        );
      default:
        return this.lowerPredicate(condition, question, holds);
    }
  }

  private lowerPredicate(predicate: Predicate, question: Question, holds: boolean): Formula<NamedLiteral> {
    const orAbsent = question === "not-false";
    const within = orAbsent ? WITHIN_OR_ABSENT : WITHIN;
    switch (predicate.kind) {
      case "present":
        // Never unknown: both questions are one.
        return literal(WITHIN, this.fact(predicate.fact), predicate.expected === holds, {
          kind: "cells",
          first: 1,
          last: 1 + ALL_CELLS,
        });
      case "one-of": {
        const fact = this.fact(predicate.fact, "string");
        const symbols = this.texts(fact, predicate.values);
        const [symbol] = symbols;
        if (symbol !== undefined && symbols.length === 1) return literal(within, fact, holds, { kind: "text", symbol });
        return literal(orAbsent ? ONE_OF_OR_ABSENT : ONE_OF, fact, holds, { kind: "list", symbols });
      }
      case "boolean": {
        const cell = predicate.expected ? 2 : 1;
        const cells = { kind: "cells", first: cell, last: cell } as const;
        return literal(within, this.fact(predicate.fact, "boolean"), holds, cells);
      }
      case "range": {
        const fact = this.fact(predicate.fact, "number");
        const [start, end] = [this.cut(fact, rangeStart(predicate)), this.cut(fact, rangeEnd(predicate))];
        return literal(within, fact, holds, { kind: "range", start, end });
      }
      case "time": {
        const fact = this.fact(predicate.fact, "local-time", predicate.tz);
        const windows = weeklyMinutes(predicate).map(({ from, to }) => {
          const [start, end] = [this.cut(fact, from), this.cut(fact, to)];
          return literal(within, fact, holds, { kind: "range", start, end });
        });
        return joined(holds ? "or" : "and", windows);
      }
      case "set": {
        const fact = this.fact(predicate.fact, "set");
        const list = { kind: "list", symbols: this.texts(fact, predicate.tags) } as const;
        if (predicate.quantifier === "all") {
          return literal(orAbsent ? ALL_TAGS_OR_ABSENT : ALL_TAGS, fact, holds, list);
        }
        // `none` is true when the set is there and `any` is not true; not false when `any` is not true.
        const isNone = predicate.quantifier === "none";
        return literal(orAbsent === isNone ? ANY_TAG : ANY_TAG_OR_ABSENT, fact, isNone !== holds, list);
      }
      case "prefix":
      case "glob":
      case "logic":
        return literal(orAbsent ? IS_NOT_FALSE : IS_TRUE, -1, holds, this.memo(predicate));
    }
  }

  private memo(predicate: MemoisedPredicate["predicate"]): Named {
    this.standsAlone = false;
    const key = JSON.stringify({ ...predicate, span: undefined });
    return {
      kind: "memo",
      key,
      fact: predicate.kind === "logic" ? -1 : this.fact(predicate.fact, "string"),
      predicate,
    };
  }

  private fact(name: string, type?: NamedFact["type"], tz?: string): number {
    const symbol = this.table.fact(name, type, tz);
    this.mention(symbol);
    this.mention((this.table.symbols[symbol] as NamedFact).highest);
    return symbol;
  }

  private texts(fact: number, texts: readonly string[]): readonly number[] {
    const symbols = texts.map((text) => this.table.text(fact, text));
    for (const symbol of symbols) this.mention(symbol);
    return symbols.length < 2 ? symbols : [...new Set(symbols)];
  }

  private cut(fact: number, cut: number | undefined): number | undefined {
    if (cut === undefined) return undefined;
    const symbol = this.table.cut(fact, cut);
    this.mention(symbol);
    return symbol;
  }

  private beginList(): void {
    this.mentions = [];
    this.list++;
  }

  private mention(symbol: number): void {
    if (this.mentionedIn[symbol] === this.list) return;
    this.mentionedIn[symbol] = this.list;
    this.mentions.push(symbol);
  }
}

/** Where a range begins, as the least double within it. */
function rangeStart({ min }: RangePredicate): number | undefined {
  return min === undefined ? undefined : min.inclusive ? min.value : nextDouble(min.value);
}

/** Where a range ends, as the least double beyond it. */
function rangeEnd({ max }: RangePredicate): number | undefined {
  return max === undefined ? undefined : max.inclusive ? nextDouble(max.value) : max.value;
}

function literal(operation: NamedLiteral["operation"], fact: number, holds: boolean, named: Named): NamedLiteral {
  return { kind: "literal", operation, fact, named, holds };
}
