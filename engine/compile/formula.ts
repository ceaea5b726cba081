import type { Operation } from "./decision-tree.js";

/** Two-valued logic over cells: what a rule asks, once absence is a cell like others. */
export type Formula = boolean | Literal | Junction;

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

export interface Junction {
  readonly kind: "and" | "or";
  readonly parts: readonly (Literal | Junction)[];
}

/** `and` or `or` of parts; constants and junctions of the same kind disappear in it. */
export function joined(kind: "and" | "or", parts: readonly Formula[]): Formula {
  const decisive = kind === "or";
  const kept: (Literal | Junction)[] = [];
  for (const part of parts) {
    if (part === decisive) return decisive;
    if (typeof part === "boolean") continue;
    if (part.kind === kind) for (const inner of part.parts) kept.push(inner);
    else kept.push(part);
  }
  return kept.length === 0 ? !decisive : kept.length === 1 ? (kept[0] as Literal | Junction) : { kind, parts: kept };
}
