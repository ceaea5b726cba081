import { quantiles } from "./choose-split.js";
import { countNotAbove } from "./count-not-above.js";
import {
  BITMAP,
  CELLS_COLUMN,
  CUTS_COLUMN,
  cellCount,
  DIRECT_COLUMN,
  TAGS_COLUMN,
  type TreeFact,
} from "./decision-tree.js";
import { type FiledRule, partOf } from "./filed-rule.js";
import { reserveTable, takeEntry } from "./hash-table.js";
import type { Necessary } from "./necessary.js";
import type { TreeTuning } from "./tree-tuning.js";
import type { WordBuffer } from "./word-buffer.js";

/** More columns rarely leave fewer rules. */
const MOST_COLUMNS = 16;
/** Nanoseconds to read a fact and find its row, and to ask one rule: a column must save more than it costs. */
const COLUMN_COST = 45;
const RULE_COST = 30;

/**
 * Writes a bitmap leaf of rules in ascending order, and gives its place.
 * Size: at most MOST_COLUMNS × (mostRows + 3) bits a rule, and two words for each value that a rule names.
 */
export function buildBitmap(
  rules: readonly FiledRule[],
  answered: ReadonlySet<number>,
  facts: readonly TreeFact[],
  nodes: WordBuffer,
  tuning: TreeTuning,
): number {
  const { mostRows } = tuning;
  const columns = chooseColumns(rules, answered, facts);
  const node = nodes.push(BITMAP, rules.length, Math.ceil(rules.length / 32), columns.length);
  for (const { ruleNumber, program } of rules) nodes.push(ruleNumber, program);
  for (const fact of columns) {
    const start = nodes.length;
    const type = facts[fact]?.type;
    if (type !== "set" && isDirect(facts[fact] as TreeFact, rules.length, tuning))
      writeDirect(rules, fact, facts, nodes, mostRows);
    else if (type === "number" || type === "local-time") writeCuts(rules, fact, nodes, mostRows);
    else writeKeys(rules, fact, type === "set" ? TAGS_COLUMN : CELLS_COLUMN, nodes, mostRows);
    nodes.set(start + 2, nodes.length - start);
  }
  return node;
}

/** The facts that drop most rules, strongest first. */
function chooseColumns(
  rules: readonly FiledRule[],
  answered: ReadonlySet<number>,
  facts: readonly TreeFact[],
): readonly number[] {
  const dropped = new Map<number, number>();
  for (const { necessary } of rules) {
    for (const part of necessary) {
      if (answered.has(part.fact)) continue;
      dropped.set(part.fact, (dropped.get(part.fact) ?? 0) + droppedShare(part, facts[part.fact] as TreeFact));
    }
  }
  const strongest = [...dropped].sort(([, one], [, other]) => other - one).slice(0, MOST_COLUMNS);
  const columns: number[] = [];
  let left = rules.length;
  for (const [fact, count] of strongest) {
    const share = count / rules.length;
    if (left * share * RULE_COST < COLUMN_COST) break;
    left *= 1 - share;
    columns.push(fact);
  }
  return columns;
}

/** About how many requests of a hundred per cent a rule's part turns away. */
function droppedShare(part: Necessary, { type, cuts, strings }: TreeFact): number {
  switch (part.kind) {
    case "interval":
      return 1 - Math.max(0, part.last - part.first + 1) / (cuts.length + 1);
    case "cells":
      return 1 - part.cells.length / (type === "boolean" ? 2 : strings.strings.length + 2);
    case "tags":
      // A request has several tags.
      return Math.max(0, 1 - (3 * part.tags.length) / (strings.strings.length + 3));
  }
}

/** Whether a table with a place for each cell of a fact is in proportion to the rules it serves. */
export function isDirect(fact: TreeFact, rules: number, { directCells }: TreeTuning): boolean {
  return cellCount(fact) <= 2 * rules + directCells;
}

/** As `writeKeys` and `writeCuts`, with a row found by the cell alone. Rows are shared as there. */
function writeDirect(
  rules: readonly FiledRule[],
  fact: number,
  facts: readonly TreeFact[],
  nodes: WordBuffer,
  mostRows: number,
): void {
  const cells = cellCount(facts[fact] as TreeFact);
  const header = nodes.push(DIRECT_COLUMN, fact, 0);
  const table = nodes.reserve(cells);
  const rows = new RowWriter(nodes, rules.length);
  const rowOf = shareRows(rules, fact, cells, mostRows).map((shared) => {
    while (rows.size <= shared) rows.add();
    return shared;
  });
  const accepted = new Uint8Array(rows.size);
  for (const [bit, rule] of rules.entries()) {
    const part = partOf(rule, fact);
    accepted.fill(part === undefined ? 1 : 0);
    if (part?.kind === "cells") for (const cell of part.cells) accepted[rowOf[cell] as number] = 1;
    if (part?.kind === "interval") {
      if (part.orAbsent) accepted[rowOf[0] as number] = 1;
      for (let cell = part.first; cell <= part.last; cell++) accepted[rowOf[cell] as number] = 1;
    }
    for (let row = 0; row < accepted.length; row++) if (accepted[row] === 1) rows.mark(rows.at(row), bit);
  }
  for (const [cell, row] of rowOf.entries()) nodes.set(table + cell, rows.at(row));
  rows.count();
  nodes.set(header + 2, nodes.length - header);
}

/**
 * Divides the cells of a fact among at most mostRows + 3 rows: absent, each often named string (or stretch between cuts),
 * all others named, none named.
 */
function shareRows(rules: readonly FiledRule[], fact: number, cells: number, mostRows: number): number[] {
  const parts = rules.map((rule) => partOf(rule, fact));
  if (parts.some((part) => part?.kind === "interval")) {
    const cuts = intervalCuts(parts, mostRows);
    return Array.from({ length: cells }, (_, cell) => (cell === 0 ? 0 : 1 + countNotAbove(cuts, 0, cuts.length, cell)));
  }
  const counts = new Int32Array(cells);
  for (const part of parts)
    if (part?.kind === "cells") for (const cell of part.cells) counts[cell] = (counts[cell] ?? 0) + 1;
  const named = Array.from(counts, (count, cell) => ({ count, cell })).filter(
    ({ count, cell }) => count > 0 && cell > 0,
  );
  named.sort((one, other) => other.count - one.count);
  const rowOf: number[] = Array.from({ length: cells }, (_, cell) => (cell === 0 ? 0 : 1));
  for (const [at, { cell }] of named.entries()) rowOf[cell] = 2 + Math.min(at, mostRows);
  return rowOf;
}

/** The edges of intervals, or some of them. */
function intervalCuts(parts: readonly (Necessary | undefined)[], mostRows: number): Int32Array {
  const edges = new Int32Array(parts.length * 2);
  let count = 0;
  for (const part of parts) {
    if (part?.kind !== "interval") continue;
    edges[count++] = part.first;
    edges[count++] = part.last + 1;
  }
  const ascending = edges.subarray(0, count).sort();
  const different = ascending.filter((edge, at) => at === 0 || edge !== ascending[at - 1]);
  return different.length <= mostRows ? different : Int32Array.from(quantiles(different, mostRows));
}

function writeKeys(rules: readonly FiledRule[], fact: number, kind: number, nodes: WordBuffer, mostRows: number): void {
  const counts = new Map<number, number>();
  const keysOf = (rule: FiledRule): readonly number[] | undefined => {
    const part = partOf(rule, fact);
    return part?.kind === "cells" ? part.cells : part?.kind === "tags" ? part.tags : undefined;
  };
  for (const rule of rules) {
    for (const key of keysOf(rule) ?? []) {
      if (kind === TAGS_COLUMN || key > 0) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const byCount = [...counts].sort(([, one], [, other]) => other - one);
  const header = nodes.push(kind, fact, 0, 0, 0, 0);
  const { shift, table } = reserveTable(nodes, byCount.length, 2);
  nodes.set(header + 5, shift);
  const rows = new RowWriter(nodes, rules.length);
  const others = rows.add();
  const absent = rows.add();
  nodes.set(header + 3, others);
  nodes.set(header + 4, absent);
  const rowOf = new Map<number, number>();
  let shared = -1;
  for (const [at, [key]] of byCount.entries()) {
    if (at < mostRows) rowOf.set(key, rows.add());
    else {
      if (shared === -1) shared = rows.add();
      rowOf.set(key, shared);
    }
    nodes.set(takeEntry(nodes, table, shift, 2, key) + 1, rowOf.get(key) as number);
  }
  for (const [bit, rule] of rules.entries()) {
    const keys = keysOf(rule);
    if (keys === undefined) {
      rows.mark(others, bit);
      rows.mark(absent, bit);
      continue;
    }
    const part = partOf(rule, fact);
    if (part?.kind === "tags" && part.orAbsent) rows.mark(absent, bit);
    for (const key of keys) rows.mark(kind === CELLS_COLUMN && key === 0 ? absent : (rowOf.get(key) as number), bit);
  }
  // Rows of tags are united with `others` when they are read; rows of cells stand alone.
  if (kind === CELLS_COLUMN) for (const row of new Set(rowOf.values())) rows.unite(row, others);
  rows.count();
}

function writeCuts(rules: readonly FiledRule[], fact: number, nodes: WordBuffer, mostRows: number): void {
  const cuts = intervalCuts(
    rules.map((rule) => partOf(rule, fact)),
    mostRows,
  );
  const header = nodes.push(CUTS_COLUMN, fact, 0, 0, cuts.length, ...cuts);
  const rows = new RowWriter(nodes, rules.length);
  const buckets = Array.from({ length: cuts.length + 1 }, () => rows.add());
  const absent = rows.add();
  nodes.set(header + 3, absent);
  for (const [bit, rule] of rules.entries()) {
    const part = partOf(rule, fact);
    if (part?.kind !== "interval") {
      for (const row of buckets) rows.mark(row, bit);
      rows.mark(absent, bit);
      continue;
    }
    if (part.orAbsent) rows.mark(absent, bit);
    if (part.first > part.last) continue;
    const last = countNotAbove(cuts, 0, cuts.length, part.last);
    for (let at = countNotAbove(cuts, 0, cuts.length, part.first); at <= last; at++)
      rows.mark(buckets[at] as number, bit);
  }
  rows.count();
}

/** Rows of bits at the end of the nodes. */
class RowWriter {
  private readonly words: number;
  private readonly rows: number[] = [];

  constructor(
    private readonly nodes: WordBuffer,
    rules: number,
  ) {
    this.words = Math.ceil(rules / 32);
  }

  get size(): number {
    return this.rows.length;
  }

  at(index: number): number {
    return this.rows[index] as number;
  }

  add(): number {
    const row = this.nodes.reserve(this.words + 1);
    this.rows.push(row);
    return row;
  }

  mark(row: number, bit: number): void {
    const place = row + 1 + (bit >>> 5);
    this.nodes.set(place, this.nodes.get(place) | (1 << (bit & 31)));
  }

  unite(row: number, other: number): void {
    for (let at = 1; at <= this.words; at++)
      this.nodes.set(row + at, this.nodes.get(row + at) | this.nodes.get(other + at));
  }

  /** Writes the number of set bits before each row. */
  count(): void {
    for (const row of this.rows) {
      let count = 0;
      for (let at = 1; at <= this.words; at++) {
        for (let word = this.nodes.get(row + at); word !== 0; word &= word - 1) count++;
      }
      this.nodes.set(row, count);
    }
  }
}
