import type { MemoisedPredicate } from "./decision-tree.js";
import { ALL_CELLS, type Formula, type Junction, type Literal, type NamedLiteral } from "./formula.js";
import type { ConditionLowering } from "./lower-condition.js";
import type { SharedPart, SymbolTable } from "./symbol-table.js";

const NO_VALUES: readonly number[] = [];

/** Puts numbers in place of symbols, and numbers the predicates that are memoised and the formulas that are shared, each once. */
export class FormulaBinder {
  readonly memoised: MemoisedPredicate[] = [];
  sharedCount = 0;
  private readonly memoNumbers = new Map<string, number>();
  private readonly sharedNumbers = new Map<string, number>();

  /** @param onShared is told each shared formula, in the order of their numbers; a `SHARED` literal stands for it. */
  constructor(
    private readonly numbers: Int32Array,
    private readonly table: SymbolTable,
    private readonly lowering: ConditionLowering,
    private readonly onShared: (formula: Literal | Junction) => void,
  ) {}

  bind(formula: Formula<NamedLiteral>): Formula {
    return typeof formula === "boolean" ? formula : this.bindPart(formula);
  }

  private bindPart(part: NamedLiteral | Junction<NamedLiteral>): Literal | Junction {
    if (part.kind !== "literal") return { kind: part.kind, parts: part.parts.map((inner) => this.bindPart(inner)) };
    const { named } = part;
    switch (named.kind) {
      case "cells":
        return this.literal(part, named.first, named.last - named.first);
      case "text":
        return this.literal(part, this.numberOf(named.symbol), 0);
      case "range": {
        const first = named.start === undefined ? 1 : this.numberOf(named.start);
        const last = named.end === undefined ? ALL_CELLS : this.numberOf(named.end) - 1;
        return this.literal(part, first, Math.max(-1, last - first));
      }
      case "list": {
        const values = named.symbols.map((symbol) => this.numberOf(symbol));
        return this.literal(
          part,
          0,
          0,
          values.sort((one, other) => one - other),
        );
      }
      case "memo":
        return this.literal(part, this.memoNumber(named), 0);
      case "part":
        return this.literal(part, this.sharedNumber(named), 0);
    }
  }

  private literal({ operation, fact, holds }: NamedLiteral, x: number, y: number, values = NO_VALUES): Literal {
    return { kind: "literal", operation, fact: fact === -1 ? -1 : this.numberOf(fact), x, y, values, holds };
  }

  private numberOf(symbol: number): number {
    return this.numbers[symbol] as number;
  }

  private memoNumber({ key, fact, predicate }: NamedLiteral["named"] & { kind: "memo" }): number {
    let number = this.memoNumbers.get(key);
    if (number === undefined) {
      number = this.memoised.push({ predicate, fact: fact === -1 ? -1 : this.numberOf(fact) }) - 1;
      this.memoNumbers.set(key, number);
    }
    return number;
  }

  private sharedNumber({ symbol, question, holds }: NamedLiteral["named"] & { kind: "part" }): number {
    const key = `${symbol} ${question} ${holds}`;
    let number = this.sharedNumbers.get(key);
    if (number === undefined) {
      const { condition } = this.table.symbols[symbol] as SharedPart;
      const formula = this.bind(this.lowering.sharedFormula(condition, question, holds));
      // A constant has no literal that refers to it.
      this.onShared(formula as Literal | Junction);
      number = this.sharedCount++;
      this.sharedNumbers.set(key, number);
    }
    return number;
  }
}
