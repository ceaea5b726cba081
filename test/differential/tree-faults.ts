import {
  BITMAP,
  BY_PROGRAM,
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
        // The last row of the first column.
        const columns = nodes[node + 3]!;
        const end = columns > 1 ? nodes[node + 7]! : nodes.length;
        if (columns > 0) nodes.fill(0, end - nodes[node + 2]!, end);
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
        const entries = node + 6 + nodes[node + 3]!;
        for (let at = 0; at < nodes[node + 1]!; at++) nodes[entries + 3 * at + 2]! &= ~BY_PROGRAM;
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
