import {
  BITMAP,
  type DecisionTree,
  INSTRUCTION_WORDS,
  NO_RULE,
  WITHIN,
  WITHIN_OR_ABSENT,
} from "../../engine/compile/decision-tree.js";

/** Faults planted in a compiled tree itself, each of which a comparison must find. */
export const treeFaults: readonly { readonly name: string; readonly plant: (tree: DecisionTree) => DecisionTree }[] = [
  {
    name: "jumps exchanged in its last instruction",
    plant: (tree) =>
      withCode(tree, (code) => {
        const last = code.length - INSTRUCTION_WORDS;
        if (last < 0) return;
        const held = code[last + 4]!;
        code[last + 4] = code[last + 5]!;
        code[last + 5] = held;
      }),
  },
  {
    name: "absence accepted by its last test of a cell",
    plant: (tree) =>
      withCode(tree, (code) => {
        const last = code.length - INSTRUCTION_WORDS;
        if (code[last] === WITHIN) code[last] = WITHIN_OR_ABSENT;
      }),
  },
  {
    name: "the first rows of a bitmap cleared",
    plant: (tree) => {
      const nodes = tree.nodes.slice();
      const { node, firstRule } = tree.route;
      if (firstRule !== NO_RULE && nodes[node] === BITMAP) {
        const first = node + 4 + 2 * nodes[node + 1]!;
        const end = first + nodes[first + 2]!;
        // The last row of the first column: its count and its words.
        nodes.fill(0, end - 1 - nodes[node + 2]!, end);
      }
      return { ...tree, nodes };
    },
  },
  {
    name: "no rule of a bitmap asked that all its rows leave",
    plant: (tree) => {
      const nodes = tree.nodes.slice();
      const { node, firstRule } = tree.route;
      if (firstRule !== NO_RULE && nodes[node] === BITMAP) {
        let end = node + 4 + 2 * nodes[node + 1]!;
        for (let column = 0; column < nodes[node + 3]!; column++) end += nodes[end + 2]!;
        nodes.fill(-1, end, end + nodes[node + 2]!);
      }
      return { ...tree, nodes };
    },
  },
  {
    name: "no guards",
    plant: (tree) => ({ ...tree, deny: { node: 0, firstRule: NO_RULE } }),
  },
  {
    name: "a cut one step too high",
    plant: (tree) => ({
      ...tree,
      facts: tree.facts.map((fact) => ({
        ...fact,
        cuts: fact.cuts.map((cut, at) => (at === 0 ? cut + 1 : cut)).sort(),
      })),
    }),
  },
];

function withCode(tree: DecisionTree, change: (code: Int32Array) => void): DecisionTree {
  const code = tree.code.slice();
  change(code);
  return { ...tree, code };
}
