import { countNotAbove, quantiles } from "./choose-split.js";
import { ColumnKind, NodeKind, type TreeFact } from "./decision-tree.js";
import { type FiledRule, partOf } from "./filed-rule.js";
import { reserveTable, takeEntry } from "./hash-table.js";
import type { WordBuffer } from "./word-buffer.js";

/** More columns rarely leave fewer rules. */
const MOST_COLUMNS = 8;
/** Values with a row of their own (the others share one), and cuts of a number. */
const MOST_ROWS = 31;
/** A column that drops less than this share of the rules is not worth reading its row. */
const LEAST_SHARE = 0.08;

/**
 * Writes a bitmap leaf of rules in ascending order, and gives its place.
 * Size: at most MOST_COLUMNS × (MOST_ROWS + 3) bits a rule, and two words for each value that a rule names.
 */
export function buildBitmap(
  rules: readonly FiledRule[],
  asked: ReadonlySet<number>,
  facts: readonly TreeFact[],
  nodes: WordBuffer,
): number {
  const columns = chooseColumns(rules, asked, facts);
  const node = nodes.push(NodeKind.bitmap, rules.length, Math.ceil(rules.length / 32), columns.length);
  for (const { ruleNumber, program } of rules) nodes.push(ruleNumber, program);
  for (const fact of columns) {
    const start = nodes.length;
    const type = facts[fact]?.type;
    if (type === "number" || type === "local-time") writeCuts(rules, fact, nodes);
    else writeKeys(rules, fact, type === "set" ? ColumnKind.tags : ColumnKind.cells, nodes);
    nodes.set(start + 2, nodes.length - start);
  }
  return node;
}

/** The facts that drop most rules, strongest first. */
function chooseColumns(
  rules: readonly FiledRule[],
  asked: ReadonlySet<number>,
  facts: readonly TreeFact[],
): readonly number[] {
  const dropped = new Map<number, number>();
  for (const { necessary } of rules) {
    for (const part of necessary) {
      if (asked.has(part.fact)) continue;
      const cells = (facts[part.fact]?.cuts.length ?? 0) + 1;
      const share = part.kind === "interval" ? 1 - Math.max(0, part.last - part.first + 1) / cells : 0.9;
      dropped.set(part.fact, (dropped.get(part.fact) ?? 0) + share);
    }
  }
  return [...dropped]
    .filter(([, count]) => count >= LEAST_SHARE * rules.length)
    .sort(([, one], [, other]) => other - one)
    .slice(0, MOST_COLUMNS)
    .map(([fact]) => fact);
}

function writeKeys(rules: readonly FiledRule[], fact: number, kind: number, nodes: WordBuffer): void {
  const counts = new Map<number, number>();
  const keysOf = (rule: FiledRule): readonly number[] | undefined => {
    const part = partOf(rule, fact);
    return part?.kind === "cells" ? part.cells : part?.kind === "tags" ? part.tags : undefined;
  };
  for (const rule of rules) {
    for (const key of keysOf(rule) ?? []) {
      if (kind === ColumnKind.tags || key > 0) counts.set(key, (counts.get(key) ?? 0) + 1);
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
    if (at < MOST_ROWS) rowOf.set(key, rows.add());
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
    for (const key of keys)
      rows.mark(kind === ColumnKind.cells && key === 0 ? absent : (rowOf.get(key) as number), bit);
  }
  // Rows of tags are united with `others` when they are read; rows of cells stand alone.
  if (kind === ColumnKind.cells) for (const row of new Set(rowOf.values())) rows.unite(row, others);
  rows.count();
}

function writeCuts(rules: readonly FiledRule[], fact: number, nodes: WordBuffer): void {
  const edges = new Set<number>();
  for (const rule of rules) {
    const part = partOf(rule, fact);
    if (part?.kind === "interval") edges.add(part.first).add(part.last + 1);
  }
  const ascending = [...edges].sort((one, other) => one - other);
  const cuts = ascending.length <= MOST_ROWS ? ascending : quantiles(ascending, MOST_ROWS);
  const header = nodes.push(ColumnKind.cuts, fact, 0, 0, cuts.length, ...cuts);
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
    const last = countNotAbove(cuts, part.last);
    for (let at = countNotAbove(cuts, part.first); at <= last; at++) rows.mark(buckets[at] as number, bit);
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
