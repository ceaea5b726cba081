/** What the shape of a tree depends on, but never its answers: tests build odd shapes with it. */
export interface TreeTuning {
  /** Up to so many rules a list is used, above it a bitmap. Where no fact has been asked yet, lists are half as long at most. */
  readonly longestList: number;
  /**
   * Numbers are cut from so many rules on; below it a bitmap whose columns hold the cuts is faster. 10,000 rules of ranges:
   * 1.5 µs a decision, uncut 1.8, cut from 2,000 on 1.8, from 256 on 2.4.
   */
  readonly leastRulesToCut: number;
  /** Values of a bitmap's column with a row of their own; the others share one. */
  readonly mostRows: number;
  /** Cuts of a number that divide a bitmap's column into rows. */
  readonly mostCuts: number;
  /** Tables with a place for each cell, where a fact has at most 2 × rules + this many; −Infinity: hash tables only. */
  readonly directCells: number;
  /** A condition of several rules with more leaves and values than this is compiled once; a shorter one into each rule. */
  readonly longCondition: number;
  /** Nanoseconds to visit a node, and to search rules that are not split further; only differences matter. */
  readonly nodeCost: number;
  readonly leafCost: (rules: number) => number;
}

const LONGEST_LIST = 8;

/** Measured on bench/engines, 2026-11-25: docs/decisions/2026-11-25-decision-tree.md. */
export const usualTuning: TreeTuning = {
  longestList: LONGEST_LIST,
  leastRulesToCut: 4_000,
  mostRows: 63,
  mostCuts: 63,
  directCells: 8,
  longCondition: 16,
  nodeCost: 50,
  leafCost: (rules) => (rules === 0 ? 0 : rules <= LONGEST_LIST ? 10 + 15 * rules : 130 + 0.4 * rules),
};
