import { BITMAP, CUTS, type DecisionTree, LIST, NO_RULE, type Root, SHARED, SWITCH, TAGS } from "./decision-tree.js";

/** The most a decision can cost, whatever the request. An upper bound: no single request need reach it. */
export interface WorstCase {
  /** Rules that are asked. */
  readonly rules: number;
  /** Predicates that are tested. */
  readonly predicates: number;
  /** Words of bitmaps that are read, each for 32 rules and one fact. */
  readonly words: number;
}

/** Tags that a request has at most (docs/facts.md). */
const MOST_TAGS = 64;

const nothing: WorstCase = { rules: 0, predicates: 0, words: 0 };

/** Adds up the costliest children of a compiled policy's tree, from the leaves up. */
export function worstCase(tree: DecisionTree): WorstCase {
  const paths = new WorstCosts(tree);
  const roots = [tree.deny, tree.require, tree.route].map((root) => paths.of(root));
  return [...roots, paths.shared()].reduce(sum, nothing);
}

class WorstCosts {
  readonly #costs = new Map<number, WorstCase>();
  readonly #lengths = new Map<number, number>();
  readonly #sharedPrograms = new Set<number>();

  constructor(private readonly tree: DecisionTree) {}

  of({ node, firstRule }: Root): WorstCase {
    if (firstRule === NO_RULE) return nothing;
    let cost = this.#costs.get(node);
    if (cost === undefined) {
      cost = this.#costOf(node);
      this.#costs.set(node, cost);
    }
    return cost;
  }

  /** Shared programs run at most once a decision. */
  shared(): WorstCase {
    let predicates = 0;
    for (const program of this.#sharedPrograms) predicates += this.#longest(program);
    return { rules: 0, predicates, words: 0 };
  }

  #costOf(node: number): WorstCase {
    const { nodes } = this.tree;
    const kind = nodes[node];
    if (kind === LIST) return this.#asking(node + 2, 2, nodes[node + 1] as number);
    if (kind === BITMAP) {
      const rules = nodes[node + 1] as number;
      const columns = nodes[node + 3] as number;
      const words = (nodes[node + 2] as number) * columns;
      return sum(this.#asking(node + 6 + columns, 3, rules), { ...nothing, words });
    }
    const children = this.#links(node).map((link) => this.of(this.#child(link)));
    // Each tag of a request leads to a child of its own, any other cell to one.
    const led = kind === TAGS ? MOST_TAGS : 1;
    const most = (part: keyof WorstCase): number => {
      const descending = children.map((child) => child[part]).sort((one, other) => other - one);
      return descending.slice(0, led).reduce((total, value) => total + value, 0);
    };
    const worst = { rules: most("rules"), predicates: most("predicates"), words: most("words") };
    return sum(worst, this.of(this.#child(node + 2)));
  }

  /** The links to the children of a node, but for `rest`. */
  #links(node: number): number[] {
    const { nodes } = this.tree;
    const kind = nodes[node];
    const pairs = (first: number, count: number) => Array.from({ length: count }, (_, at) => first + 2 * at);
    if (kind === SWITCH) return pairs(node + 5, nodes[node + 4] as number);
    const absent = node + 4;
    if (kind === CUTS) {
      const cuts = nodes[node + 6] as number;
      return [absent, ...pairs(node + 7 + cuts, cuts + 1)];
    }
    const slots = 2 ** (32 - (nodes[node + 6] as number));
    const entries = Array.from({ length: slots }, (_, slot) => node + 7 + 3 * slot);
    return [absent, ...entries.filter((entry) => nodes[entry] !== -1).map((entry) => entry + 1)];
  }

  #child(link: number): Root {
    return { node: this.tree.nodes[link] as number, firstRule: this.tree.nodes[link + 1] as number };
  }

  #asking(entries: number, entryWords: number, rules: number): WorstCase {
    const { nodes } = this.tree;
    let predicates = 0;
    for (let at = 0; at < rules; at++) predicates += this.#longest(nodes[entries + entryWords * at + 1] as number);
    return { rules, predicates, words: 0 };
  }

  /** Instructions on the longest way through a program. */
  #longest(at: number): number {
    if (at < 0) return 0;
    let length = this.#lengths.get(at);
    if (length === undefined) {
      const { code } = this.tree;
      if (code[at] === SHARED) this.#sharedPrograms.add(code[at + 3] as number);
      const next = [4, 5].map((jump) => this.#longest(code[at + jump] as number));
      length = 1 + Math.max(...next);
      this.#lengths.set(at, length);
    }
    return length;
  }
}

function sum(one: WorstCase, other: WorstCase): WorstCase {
  return {
    rules: one.rules + other.rules,
    predicates: one.predicates + other.predicates,
    words: one.words + other.words,
  };
}
