import type { MemoisedPredicate, Operation } from "./decision-tree.js";

/** Two-valued logic over cells: what a rule asks, once absence is a cell like others. */
export type Formula<L = Literal> = boolean | L | Junction<L>;

export interface Literal {
  readonly kind: "literal";
  readonly operation: Operation;
  /** Number of the fact; −1 for a memoised predicate and a shared part. */
  readonly fact: number;
  /** `within`: the first cell and the last cell minus the first; memoised and shared: x is its number. Else 0. */
  readonly x: number;
  readonly y: number;
  /** Cells (ascending) or numbers of tags, where the operation takes a list. */
  readonly values: readonly number[];
  /** False: the operation must not hold. */
  readonly holds: boolean;
}

/** A literal whose numbers are not given yet: it names symbols (`symbol-table.ts`). */
export interface NamedLiteral {
  readonly kind: "literal";
  readonly operation: Operation;
  /** A symbol; −1 for a memoised predicate and a shared part. */
  readonly fact: number;
  readonly named: Named;
  readonly holds: boolean;
}

/** What a literal compares its fact with. */
export type Named =
  /** These cells, whatever else the policy names. */
  | { readonly kind: "cells"; readonly first: number; readonly last: number }
  /** The cell of one string. */
  | { readonly kind: "text"; readonly symbol: number }
  /** The cells from one cut until before another. */
  | { readonly kind: "range"; readonly start: number | undefined; readonly end: number | undefined }
  /** A list of strings or tags, each once. */
  | { readonly kind: "list"; readonly symbols: readonly number[] }
  /** A predicate that is memoised; those with an equal key are one. Its fact is a symbol, or −1. */
  | {
      readonly kind: "memo";
      readonly key: string;
      readonly fact: number;
      readonly predicate: MemoisedPredicate["predicate"];
    }
  /** What is asked of a shared part. */
  | { readonly kind: "part"; readonly symbol: number; readonly question: Question; readonly holds: boolean };

/** Beyond every cell. */
export const ALL_CELLS = 0x3fffffff;

/** What a rule asks of its condition: routes "is it true?", guards "is it not false?". */
export type Question = "true" | "not-false";

export interface Junction<L = Literal> {
  readonly kind: "and" | "or";
  readonly parts: readonly (L | Junction<L>)[];
}

/** `and` or `or` of parts; constants and junctions of the same kind disappear in it. */
export function joined(kind: "and" | "or", parts: readonly Formula<NamedLiteral>[]): Formula<NamedLiteral> {
  const decisive = kind === "or";
  const kept: (NamedLiteral | Junction<NamedLiteral>)[] = [];
  for (const part of parts) {
    if (part === decisive) return decisive;
    if (typeof part === "boolean") continue;
    if (part.kind === kind) for (const inner of part.parts) kept.push(inner);
    else kept.push(part);
  }
  const [only] = kept;
  return only === undefined ? !decisive : kept.length === 1 ? only : { kind, parts: kept };
}
