import { countNotAbove } from "../count-not-above.js";
import { BRANCH, CUTS, cellCount, LIST, NO_RULE, type Root, SWITCH, TAGS, type TreeFact } from "../decision-tree.js";
import type { TreeTuning } from "../tree-tuning.js";
import type { WordBuffer } from "../word-buffer.js";
import { buildBitmap } from "./build-bitmap.js";
import { branchKeys, childrenOf, chooseSplit, isNarrow, Tally } from "./choose-split.js";
import { type FiledRule, partOf } from "./filed-rule.js";
import { reserveTable, takeEntry } from "./hash-table.js";
import { isDirect } from "./write-column.js";

/** What is known of the rules of a node. */
interface Path {
  /** Facts that a node above asks: not asked again, which bounds the depth. */
  readonly asked: ReadonlySet<number>;
  /** Facts of which nothing is left to ask: every rule here accepts the request's cell. */
  readonly answered: ReadonlySet<number>;
}

const noPath: Path = { asked: new Set(), answered: new Set() };

/** Divides rules into nodes, from the root down. */
export class TreeBuilder {
  private readonly tally = new Tally();

  constructor(
    private readonly facts: readonly TreeFact[],
    private readonly nodes: WordBuffer,
    private readonly tuning: TreeTuning,
  ) {}

  /** @param rules ascending by number */
  build(rules: readonly FiledRule[], path: Path = noPath): Root {
    const [first] = rules;
    if (first === undefined) return { node: 0, firstRule: NO_RULE };
    const split = chooseSplit(rules, path.asked, this.tuning, this.tally);
    if (split === undefined) return { node: this.buildLeaf(rules, path), firstRule: first.ruleNumber };
    const node =
      split.kind === "cuts"
        ? this.buildCuts(rules, split.fact, split.cuts, path)
        : this.buildBranch(rules, split.kind, split.fact, path);
    return { node, firstRule: first.ruleNumber };
  }

  private buildLeaf(rules: readonly FiledRule[], { asked, answered }: Path): number {
    const { nodes } = this;
    const { longestList } = this.tuning;
    // A bitmap reads only the facts that matter to a rule that is left. Of all rules of an effect, five to eight, that takes up to a
    // quarter less than a list; below a node, which has asked what tells most, it takes as long and more room.
    if (rules.length > (asked.size === 0 ? longestList / 2 : longestList))
      return buildBitmap(rules, answered, this.facts, nodes, this.tuning);
    const node = nodes.push(LIST, rules.length);
    for (const { ruleNumber, program } of rules) nodes.push(ruleNumber, program);
    return node;
  }

  private buildBranch(rules: readonly FiledRule[], kind: "branch" | "tags", fact: number, path: Path): number {
    const { nodes } = this;
    const children = new Map<number, FiledRule[]>();
    const absent: FiledRule[] = [];
    const rest: FiledRule[] = [];
    for (const rule of rules) {
      const keys = branchKeys(rule, fact);
      const part = partOf(rule, fact);
      if (keys === undefined || part === undefined) {
        rest.push(rule);
        continue;
      }
      const copy = share(rule, keys.length + Number(part.orAbsent));
      if (part.orAbsent) absent.push(copy);
      for (const key of keys) {
        const child = children.get(key);
        if (child === undefined) children.set(key, [copy]);
        else child.push(copy);
      }
    }
    const treeFact = this.facts[fact] as TreeFact;
    if (kind === "branch" && isDirect(treeFact, rules.length, this.tuning)) {
      const node = nodes.push(SWITCH, fact, 0, 0, cellCount(treeFact));
      this.buildSwitch(node, rest, children.set(0, absent), path, fact);
      return node;
    }
    const node = nodes.push(kind === "tags" ? TAGS : BRANCH, fact, 0, 0, 0, 0, 0);
    const { shift, table } = reserveTable(nodes, children.size, 3);
    nodes.set(node + 6, shift);
    const asked = new Set(path.asked).add(fact);
    const below: Path = { asked, answered: new Set(path.answered).add(fact) };
    this.link(node + 2, rest, { ...path, asked });
    this.link(node + 4, absent, below);
    for (const [key, list] of children) this.link(takeEntry(nodes, table, shift, 3, key) + 1, list, below);
    return node;
  }

  /** Writes the children of a `switch`: those of the cells, and none for the others. */
  private buildSwitch(
    node: number,
    rest: readonly FiledRule[],
    children: ReadonlyMap<number, readonly FiledRule[]>,
    path: Path,
    fact: number,
  ): void {
    const cells = this.nodes.get(node + 4);
    const links = this.nodes.reserve(cells * 2);
    for (let cell = 0; cell < cells; cell++) this.nodes.set(links + cell * 2 + 1, NO_RULE);
    const asked = new Set(path.asked).add(fact);
    const below: Path = { asked, answered: new Set(path.answered).add(fact) };
    this.link(node + 2, rest, { ...path, asked });
    for (const [cell, list] of children) this.link(links + cell * 2, list, below);
  }

  private buildCuts(rules: readonly FiledRule[], fact: number, cuts: Int32Array, path: Path): number {
    const { nodes } = this;
    const children: FiledRule[][] = Array.from({ length: cuts.length + 1 }, () => []);
    const absent: FiledRule[] = [];
    const rest: FiledRule[] = [];
    for (const rule of rules) {
      const part = partOf(rule, fact);
      const [from, to] = part?.kind === "interval" ? childrenOf(cuts, part.first, part.last) : [0, -1];
      const copies = to - from + 1;
      if (part?.kind !== "interval" || !isNarrow(copies, children.length, part.orAbsent, rule.allowance)) {
        rest.push(rule);
        continue;
      }
      const copy = share(rule, copies + (part.orAbsent ? 1 : 0));
      if (part.orAbsent) absent.push(copy);
      for (let at = from; at <= to; at++) children[at]?.push(copy);
    }
    const treeFact = this.facts[fact] as TreeFact;
    if (isDirect(treeFact, rules.length, this.tuning)) {
      const node = nodes.push(SWITCH, fact, 0, 0, cellCount(treeFact));
      this.buildCutSwitch(node, rest, absent, children, cuts, { ...path, asked: new Set(path.asked).add(fact) });
      return node;
    }
    const node = nodes.push(CUTS, fact, 0, 0, 0, 0, cuts.length, ...cuts);
    const links = nodes.reserve(children.length * 2);
    const asked = new Set(path.asked).add(fact);
    this.link(node + 2, rest, { ...path, asked });
    this.link(node + 4, absent, { asked, answered: new Set(path.answered).add(fact) });
    for (const [at, list] of children.entries()) this.link(links + at * 2, list, { ...path, asked });
    return node;
  }

  /** A `switch` in which all cells between two cuts have one child. */
  private buildCutSwitch(
    node: number,
    rest: readonly FiledRule[],
    absent: readonly FiledRule[],
    children: readonly (readonly FiledRule[])[],
    cuts: Int32Array,
    path: Path,
  ): void {
    const cells = this.nodes.get(node + 4);
    const links = this.nodes.reserve(cells * 2);
    this.link(node + 2, rest, path);
    this.link(links, absent, path);
    const roots = children.map((list) => this.build(list, path));
    for (let cell = 1; cell < cells; cell++) {
      const root = roots[countNotAbove(cuts, 0, cuts.length, cell)] as Root;
      this.nodes.set(links + cell * 2, root.node);
      this.nodes.set(links + cell * 2 + 1, root.firstRule);
    }
  }

  /** Builds a child and writes `node, first` at a place. */
  private link(place: number, rules: readonly FiledRule[], path: Path): void {
    const { node, firstRule } = this.build(rules, path);
    this.nodes.set(place, node);
    this.nodes.set(place + 1, firstRule);
  }
}

function share(rule: FiledRule, copies: number): FiledRule {
  if (copies <= 1) return rule;
  const { ruleNumber, program, necessary, isSaid, allowance } = rule;
  return { ruleNumber, program, necessary, isSaid, allowance: Math.floor(allowance / copies) };
}
