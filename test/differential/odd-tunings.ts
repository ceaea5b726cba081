import type { TreeTuning } from "../../engine/compile/tree-tuning.js";

const small = { longCondition: 0, leafCost: (rules: number) => rules };
/**
 * Shapes that the usual tuning makes of thousands of rules only: splits for their own sake, small tables, hash tables only.
 */
export const oddTunings: readonly TreeTuning[] = [
  { ...small, longestList: 1, leastRulesToCut: 2, mostRows: 1, mostCuts: 1, directCells: 8, nodeCost: 0 },
  { ...small, longestList: 2, leastRulesToCut: 4, mostRows: 2, mostCuts: 2, directCells: -1e9, nodeCost: 0 },
  { ...small, longestList: 1, leastRulesToCut: 1e9, mostRows: 3, mostCuts: 3, directCells: -1e9, nodeCost: 6 },
];
