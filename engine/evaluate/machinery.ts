import type { DecisionTree } from "../compile/decision-tree.js";
import { FactReader } from "./fact-reader.js";
import { TreeWalker } from "./tree-walker.js";

/** What a tree is walked with: memory for one decision at a time, used again for the next. */
export interface Machinery {
  readonly tree: DecisionTree;
  readonly reader: FactReader;
  readonly walker: TreeWalker;
}

const machineries = new WeakMap<DecisionTree, Machinery>();
let latest: Machinery | undefined;

/** What a tree is walked with is kept while the tree lives, and that of the tree used last is at hand. */
export function machineryOf(tree: DecisionTree): Machinery {
  if (latest?.tree === tree) return latest;
  let machinery = machineries.get(tree);
  if (machinery === undefined) {
    const reader = new FactReader(tree);
    machinery = { tree, reader, walker: new TreeWalker(tree, reader) };
    machineries.set(tree, machinery);
  }
  latest = machinery;
  return machinery;
}
