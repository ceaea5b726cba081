import { countNotAbove } from "../count-not-above.js";
import {
  CELLS_COLUMN,
  cellCount,
  DIRECT_COLUMN,
  STRETCHES_COLUMN,
  stretchOf,
  TAGS_COLUMN,
  type TreeFact,
} from "../decision-tree.js";
import type { Necessary } from "../necessary.js";
import type { TreeTuning } from "../tree-tuning.js";
import type { WordBuffer } from "../word-buffer.js";
import { quantiles } from "./choose-split.js";
import { columnPartOf, type FiledRule } from "./filed-rule.js";
import { reserveTable, takeEntry } from "./hash-table.js";
import { RowWriter } from "./row-writer.js";

/** Writes the column of a fact. @returns which parts its rows tell exactly. */
export function writeColumn(
  rules: readonly FiledRule[],
  fact: number,
  facts: readonly TreeFact[],
  nodes: WordBuffer,
  tuning: TreeTuning,
): (part: Necessary) => boolean {
  const { type } = facts[fact] as TreeFact;
  if (type === "set") return writeKeys(rules, fact, TAGS_COLUMN, nodes, tuning.mostRows);
  if (isDirect(facts[fact] as TreeFact, rules.length, tuning)) return writeDirect(rules, fact, facts, nodes, tuning);
  if (type === "number" || type === "local-time") return writeStretches(rules, fact, nodes, tuning.mostCuts);
  return writeKeys(rules, fact, CELLS_COLUMN, nodes, tuning.mostRows);
}

/** Whether a table with a place for each cell of a fact is in proportion to the rules it serves. */
export function isDirect(fact: TreeFact, rules: number, { directCells }: TreeTuning): boolean {
  return cellCount(fact) <= 2 * rules + directCells;
}

/** As `writeKeys` and `writeStretches`, with a row found by the cell alone. @returns which parts its rows tell exactly. */
function writeDirect(
  rules: readonly FiledRule[],
  fact: number,
  facts: readonly TreeFact[],
  nodes: WordBuffer,
  tuning: TreeTuning,
): (part: Necessary) => boolean {
  const cells = cellCount(facts[fact] as TreeFact);
  nodes.push(DIRECT_COLUMN, fact);
  const table = nodes.reserve(cells);
  const rows = new RowWriter(nodes, rules.length);
  const parts = rules.map((rule) => columnPartOf(rule, fact));
  const rowOf = shareRows(parts, cells, tuning);
  for (let most = rowOf.reduce((one, other) => Math.max(one, other), 0); most >= 0; most--) rows.add();
  for (const [bit, part] of parts.entries()) {
    if (part === undefined) rows.markFrom(0, rows.size - 1, bit);
    else if (part.kind === "cells") for (const cell of part.keys) rows.mark(rows.at(rowOf[cell] as number), bit);
    else if (part.kind === "interval" && part.first <= part.last) {
      // Rows of stretches between cuts stand in the cells' order.
      rows.markFrom(rowOf[part.first] as number, rowOf[part.last] as number, bit);
    }
    if (part?.orAbsent === true) rows.mark(rows.at(0), bit);
  }
  for (let cell = 0; cell < cells; cell++) nodes.set(table + cell, rows.at(rowOf[cell] as number));
  return (part) => {
    switch (part.kind) {
      case "cells":
        return part.keys.every((cell) => (rowOf[cell] as number) < 2 + tuning.mostRows);
      case "interval":
        return (
          part.first > part.last ||
          (rowOf[part.first - 1] !== rowOf[part.first] && rowOf[part.last] !== rowOf[part.last + 1])
        );
      case "tags":
        return false;
    }
  };
}

/**
 * Divides the cells of a fact among rows: absent (row 0), those that no rule names (row 1), and each often named string, others
 * together; or each stretch between cuts.
 */
function shareRows(
  parts: readonly (Necessary | undefined)[],
  cells: number,
  { mostRows, mostCuts }: TreeTuning,
): Int32Array {
  const rowOf = new Int32Array(cells);
  if (parts.some((part) => part?.kind === "interval")) {
    const cuts = intervalCuts(parts, mostCuts);
    for (let cell = 1; cell < cells; cell++) rowOf[cell] = 1 + countNotAbove(cuts, 0, cuts.length, cell);
    return rowOf;
  }
  const counts = new Int32Array(cells);
  for (const part of parts)
    if (part?.kind === "cells") for (const cell of part.keys) counts[cell] = (counts[cell] as number) + 1;
  rowOf.fill(1, 1);
  const named = [...counts.keys()].filter((cell) => (counts[cell] as number) > 0);
  named.sort((one, other) => (counts[other] as number) - (counts[one] as number));
  for (const [at, cell] of named.entries()) rowOf[cell] = 2 + rowIndex(at, mostRows);
  return rowOf;
}

/** The row of the value that is named at-most often: one of its own, or one of a quarter as many that the others share. */
function rowIndex(at: number, mostRows: number): number {
  return at < mostRows ? at : mostRows + ((at - mostRows) % Math.ceil(mostRows / 4));
}

/** The edges of intervals, or some of them. */
function intervalCuts(parts: readonly (Necessary | undefined)[], mostCuts: number): Int32Array {
  return Int32Array.from(quantiles(intervalEdges(parts), mostCuts));
}

/** Where intervals begin and end, ascending, each once. */
function intervalEdges(parts: readonly (Necessary | undefined)[]): Int32Array {
  const edges = new Int32Array(parts.length * 2);
  let count = 0;
  for (const part of parts) {
    if (part?.kind !== "interval") continue;
    edges[count++] = part.first;
    edges[count++] = part.last + 1;
  }
  edges.subarray(0, count).sort();
  let kept = 0;
  for (let at = 0; at < count; at++) {
    const edge = edges[at] as number;
    if (at === 0 || edge !== edges[kept - 1]) edges[kept++] = edge;
  }
  return edges.subarray(0, kept);
}

/** @returns which parts its rows tell exactly. */
function writeKeys(
  rules: readonly FiledRule[],
  fact: number,
  kind: number,
  nodes: WordBuffer,
  mostRows: number,
): (part: Necessary) => boolean {
  const counts = new Map<number, number>();
  const parts = rules.map((rule) => {
    const part = columnPartOf(rule, fact);
    return part?.kind === "interval" ? undefined : part;
  });
  for (const part of parts) for (const key of part?.keys ?? []) counts.set(key, (counts.get(key) ?? 0) + 1);
  const byCount = [...counts].sort(([, one], [, other]) => other - one);
  const header = nodes.push(kind, fact, 0, 0, 0);
  const { shift, table } = reserveTable(nodes, byCount.length, 2);
  nodes.set(header + 4, shift);
  const rows = new RowWriter(nodes, rules.length);
  const others = rows.add();
  const absent = rows.add();
  nodes.set(header + 2, others);
  nodes.set(header + 3, absent);
  const rowOf = new Map<number, number>();
  const keyRows: number[] = [];
  for (const [at, [key]] of byCount.entries()) {
    const index = rowIndex(at, mostRows);
    if (index === keyRows.length) keyRows.push(rows.add());
    rowOf.set(key, keyRows[index] as number);
    nodes.set(takeEntry(nodes, table, shift, 2, key) + 1, keyRows[index] as number);
  }
  for (const [bit, part] of parts.entries()) {
    if (part === undefined) rows.mark(others, bit);
    if (part === undefined || part.orAbsent) rows.mark(absent, bit);
    for (const key of part?.keys ?? []) rows.mark(rowOf.get(key) as number, bit);
  }
  // Rows of tags are united with `others` when they are read; rows of cells stand alone.
  if (kind === CELLS_COLUMN) for (const row of new Set(rowOf.values())) rows.unite(row, others);
  const alone = new Set(byCount.slice(0, mostRows).map(([key]) => key));
  return (part) => part.kind !== "interval" && part.keys.every((key) => alone.has(key));
}

function writeStretches(
  rules: readonly FiledRule[],
  fact: number,
  nodes: WordBuffer,
  mostCuts: number,
): (part: Necessary) => boolean {
  const parts = rules.map((rule) => columnPartOf(rule, fact));
  const edges = intervalEdges(parts);
  const least = edges[0] ?? 0;
  const span = (edges.at(-1) ?? 0) - least;
  let shift = 0;
  while (span >> shift >= mostCuts) shift++;
  // The first stretch lies below every edge.
  const base = least - (1 << shift);
  const words = Math.ceil(rules.length / 32);
  const header = nodes.push(STRETCHES_COLUMN, fact, 0, base, shift, (span >> shift) + 2, words);
  const rows = new RowWriter(nodes, rules.length);
  for (let count = nodes.get(header + 5); count > 0; count--) rows.add();
  const absent = rows.add();
  nodes.set(header + 2, absent);
  for (const [bit, part] of parts.entries()) {
    if (part?.kind !== "interval") rows.markFrom(0, rows.size - 1, bit);
    else {
      if (part.orAbsent) rows.mark(absent, bit);
      if (part.first > part.last) continue;
      const last = rows.size - 2;
      rows.markFrom(stretchOf(part.first, base, shift, last), stretchOf(part.last, base, shift, last), bit);
    }
  }
  return () => false;
}
