import {
  BITMAP,
  BRANCH,
  CELLS_COLUMN,
  CUTS,
  type DecisionTree,
  DIRECT_COLUMN,
  LIST,
  NO_RULE,
  type Root,
  STRETCHES_COLUMN,
  SWITCH,
  TAGS,
  TAGS_COLUMN,
} from "../../engine/compile/decision-tree.js";

const nodeNames = new Map<number, string>([
  [LIST, "list"],
  [BRANCH, "branch"],
  [TAGS, "tags"],
  [CUTS, "cuts"],
  [BITMAP, "bitmap"],
  [SWITCH, "switch"],
]);
const columnNames = new Map<number, string>([
  [CELLS_COLUMN, "cells column"],
  [TAGS_COLUMN, "tags column"],
  [STRETCHES_COLUMN, "stretches column"],
  [DIRECT_COLUMN, "direct column"],
]);

const SHARED_PROGRAM = "shared program";
const LEADING = "leading column";

/** Counts the kinds of nodes and columns of trees: a comparison that never builds one proves nothing about it. */
export class TreeKinds {
  private readonly counts = new Map<string, number>();

  count(tree: DecisionTree): void {
    if (tree.sharedCount > 0) this.add(SHARED_PROGRAM);
    for (const root of [tree.deny, tree.require, tree.route]) this.visit(tree.nodes, root);
  }

  describe(): string {
    return [...this.counts].map(([name, count]) => `${count} ${name}`).join(", ");
  }

  /** Kinds that were never built. */
  missing(): string[] {
    return [...nodeNames.values(), ...columnNames.values(), SHARED_PROGRAM, LEADING].filter(
      (name) => !this.counts.has(name),
    );
  }

  private visit(nodes: Int32Array, { node, firstRule }: Root): void {
    if (firstRule === NO_RULE) return;
    const kind = nodes[node]!;
    this.add(nodeNames.get(kind));
    const child = (link: number) => this.visit(nodes, { node: nodes[link]!, firstRule: nodes[link + 1]! });
    switch (kind) {
      case BITMAP: {
        for (let at = 0; at < nodes[node + 3]!; at++) {
          this.add(columnNames.get(nodes[nodes[node + 6 + at]!]!));
          if (at < nodes[node + 4]!) this.add(LEADING);
        }
        return;
      }
      case SWITCH:
        child(node + 2);
        for (let cell = 0; cell < nodes[node + 4]!; cell++) child(node + 5 + 2 * cell);
        return;
      case CUTS:
        child(node + 2);
        child(node + 4);
        for (let at = 0; at <= nodes[node + 6]!; at++) child(node + 7 + nodes[node + 6]! + 2 * at);
        return;
      case BRANCH:
      case TAGS:
        child(node + 2);
        child(node + 4);
        for (let slot = 0; slot < 2 ** (32 - nodes[node + 6]!); slot++) {
          if (nodes[node + 7 + 3 * slot] !== -1) child(node + 8 + 3 * slot);
        }
    }
  }

  private add(name: string | undefined): void {
    const known = name ?? "unknown";
    this.counts.set(known, (this.counts.get(known) ?? 0) + 1);
  }
}
