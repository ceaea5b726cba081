import * as search from "../compile/count-not-above.js";
import type { DecisionTree, Root } from "../compile/decision-tree.js";
import * as layout from "../compile/decision-tree.js";
import type { FactReader } from "./fact-reader.js";
import type { Facts } from "./facts.js";

// A module's own constants are folded into its code; imported ones are loaded and checked wherever they stand.
const {
  BITMAP,
  BRANCH,
  STRETCHES_COLUMN,
  CUTS,
  DIRECT_COLUMN,
  LIST,
  NO_RULE,
  SWITCH,
  TAGS_COLUMN,
  firstSlot,
  stretchOf,
} = layout;
const { countNotAbove } = search;

/** When no more rules than this are expected to be left, they are asked; reading one more fact costs about as much as two. */
const FEW_RULES = 1;

/**
 * Walks a tree for the request its reader has taken up. Rules come out in ascending order; a rule that is filed in several
 * places may be asked more than once. Made once for a tree; walking allocates nothing.
 */
export class TreeWalker {
  private readonly nodes: Int32Array;
  /** Links to nodes still to visit. */
  private stack = new Int32Array(64);
  private stackSize = 0;
  /** The rows of a bitmap that the request's cells name. */
  private readonly rows = new Int32Array(20);
  private rowCount = 0;
  /** Where the bitmap says which rules need not be asked; −1 unless the cells of all its columns have been read. */
  private exact = -1;
  /** Rows to be united (tags), in groups. */
  private unions = new Int32Array(64);
  private unionSize = 0;
  private readonly unionEnds = new Int32Array(16);
  private unionCount = 0;
  /** At most so many bits are set in the newest union. */
  private unionBits = 0;
  /** Where a search for all acting rules collects them; −1 when the first is enough. */
  private found = new Int32Array(16);
  private foundCount = 0;
  private wantsAll = false;
  /** The first rule found so far: nothing at or after it is looked at. */
  private best = NO_RULE;
  private after = -1;

  constructor(
    tree: DecisionTree,
    private readonly reader: FactReader,
  ) {
    this.nodes = tree.nodes;
  }

  /** The first acting rule below a root whose number is greater than `after`, or NO_RULE. */
  first(root: Root, facts: Facts, after = -1): number {
    // The walk would find nothing either; not to begin it saves 5 ns an effect without rules, most policies have one.
    if (root.firstRule === NO_RULE) return NO_RULE;
    this.wantsAll = false;
    this.best = NO_RULE;
    this.after = after;
    this.walk(root, facts);
    return this.best;
  }

  /** How many rules below a root act; {@link ruleAt} gives them, ascending. */
  all(root: Root, facts: Facts): number {
    if (root.firstRule === NO_RULE) return 0;
    this.wantsAll = true;
    this.best = NO_RULE;
    this.after = -1;
    this.foundCount = 0;
    this.walk(root, facts);
    if (this.foundCount > 1) this.found.subarray(0, this.foundCount).sort();
    let count = 0;
    for (let at = 0; at < this.foundCount; at++) {
      const rule = this.found[at] as number;
      if (count === 0 || this.found[count - 1] !== rule) this.found[count++] = rule;
    }
    return count;
  }

  ruleAt(index: number): number {
    return this.found[index] as number;
  }

  private walk({ node, firstRule }: Root, facts: Facts): void {
    const { nodes, reader } = this;
    this.stackSize = 0;
    let place = node;
    let first = firstRule;
    for (;;) {
      // Down to a leaf; what lies beside the way is visited later.
      while (first < this.best) {
        const kind = nodes[place];
        if (kind === LIST) {
          this.searchList(place, facts);
          break;
        }
        if (kind === BITMAP) {
          this.searchBitmap(place, facts);
          break;
        }
        const fact = nodes[place + 1] as number;
        const cell = reader.cell(fact, facts);
        this.visitLater(place + 2);
        const link = kind === SWITCH ? place + 5 + 2 * cell : this.linkOf(place, fact, cell);
        if (link === -1) break;
        place = nodes[link] as number;
        first = nodes[link + 1] as number;
      }
      if (this.stackSize === 0) return;
      const link = this.stack[--this.stackSize] as number;
      place = nodes[link] as number;
      first = nodes[link + 1] as number;
    }
  }

  /** Where a node other than `switch` leads for a cell, or −1; the way of other tags is left for later. */
  private linkOf(node: number, fact: number, cell: number): number {
    const { nodes, reader } = this;
    if (cell === 0) return node + 4;
    const kind = nodes[node];
    if (kind === CUTS) {
      const count = nodes[node + 6] as number;
      return node + 7 + count + 2 * countNotAbove(nodes, node + 7, count, cell);
    }
    const shift = nodes[node + 6] as number;
    if (kind === BRANCH) {
      const entry = findEntry(nodes, node + 7, shift, 3, cell);
      return entry === -1 ? -1 : entry + 1;
    }
    const count = reader.countTags(fact);
    for (let index = 0; index < count; index++) {
      const entry = findEntry(nodes, node + 7, shift, 3, reader.tagAt(fact, index));
      if (entry !== -1) this.visitLater(entry + 1);
    }
    return -1;
  }

  private visitLater(link: number): void {
    if ((this.nodes[link + 1] as number) >= this.best) return;
    if (this.stackSize === this.stack.length) this.stack = doubled(this.stack);
    this.stack[this.stackSize++] = link;
  }

  private searchList(node: number, facts: Facts): void {
    const { nodes, reader } = this;
    const end = node + 2 + 2 * (nodes[node + 1] as number);
    for (let at = node + 2; at < end; at += 2) {
      const rule = nodes[at] as number;
      if (rule >= this.best) return;
      if (rule > this.after && reader.holds(nodes[at + 1] as number, facts) && this.take(rule)) return;
    }
  }

  /** Takes an acting rule; true when no later rule matters. */
  private take(rule: number): boolean {
    if (!this.wantsAll) {
      this.best = rule;
      return true;
    }
    if (this.foundCount === this.found.length) this.found = doubled(this.found);
    this.found[this.foundCount++] = rule;
    return false;
  }

  private searchBitmap(node: number, facts: Facts): void {
    const { nodes, rows, unionEnds } = this;
    const words = nodes[node + 2] as number;
    if (!this.gatherRows(node, facts)) return;
    const { rowCount, unions, unionCount, exact } = this; // Not before: gathering may have replaced `unions` by a larger one.
    // Rows are taken four at a time: after which of them no bit is left cannot be predicted, and a wrong guess costs more.
    for (let at = rowCount; (at & 3) !== 0; at++) rows[at] = rows[0] as number;
    for (let word = 0; word < words; word++) {
      let candidates = -1;
      for (let at = 0; at < rowCount && candidates !== 0; at += 4) {
        const first = nodes[(rows[at] as number) + word] as number;
        const second = nodes[(rows[at + 1] as number) + word] as number;
        const third = nodes[(rows[at + 2] as number) + word] as number;
        const fourth = nodes[(rows[at + 3] as number) + word] as number;
        candidates &= first & second & third & fourth;
      }
      for (let group = 0, at = 0; group < unionCount && candidates !== 0; group++) {
        let united = 0;
        for (const end = unionEnds[group] as number; at < end; at++)
          united |= nodes[(unions[at] as number) + word] as number;
        candidates &= united;
      }
      if (candidates === 0) continue;
      const acting = exact === -1 ? 0 : (nodes[exact + word] as number);
      if (this.ask(node, word, candidates, acting, facts)) return;
    }
  }

  /** Asks the rules of a bitmap whose bits are set in a word, in order, or knows that they act; true when no later rule matters. */
  private ask(node: number, word: number, bits: number, acting: number, facts: Facts): boolean {
    const { nodes, reader } = this;
    const rules = nodes[node + 1] as number;
    for (let left = bits; left !== 0; left &= left - 1) {
      const bit = left & -left;
      const index = word * 32 + 31 - Math.clz32(bit);
      // With no row at all, bits beyond the last rule are set.
      if (index >= rules) return true;
      const entry = node + 4 + index * 2;
      const rule = nodes[entry] as number;
      if (rule >= this.best) return true;
      if (rule <= this.after) continue;
      if (((acting & bit) !== 0 || reader.holds(nodes[entry + 1] as number, facts)) && this.take(rule)) return true;
    }
    return false;
  }

  /** The row of a cell in a column that is not `direct`; for a set that is there, the row of rules that ask for no tag. */
  private rowOf(node: number, column: number, cell: number): number {
    const { nodes } = this;
    const kind = nodes[column];
    if (kind === STRETCHES_COLUMN) {
      if (cell === 0) return nodes[column + 3] as number;
      const last = (nodes[column + 6] as number) - 1;
      const stretch = stretchOf(cell, nodes[column + 4] as number, nodes[column + 5] as number, last);
      return column + 7 + stretch * ((nodes[node + 2] as number) + 1);
    }
    if (cell === 0) return nodes[column + 4] as number;
    const others = nodes[column + 3] as number;
    if (kind === TAGS_COLUMN) return others;
    const entry = findEntry(nodes, column + 6, nodes[column + 5] as number, 2, cell);
    return entry === -1 ? others : (nodes[entry + 1] as number);
  }

  /**
   * Finds the rows that the request's cells name, sparsest first, until so few rules are expected to be left that asking them
   * costs less than reading another fact. False when some row is empty: no rule can act.
   */
  private gatherRows(node: number, facts: Facts): boolean {
    const { nodes, reader } = this;
    this.rowCount = 0;
    this.unionCount = 0;
    this.unionSize = 0;
    const rules = nodes[node + 1] as number;
    let column = node + 4 + 2 * rules;
    let expected = rules;
    const share = 1 / rules;
    let left = nodes[node + 3] as number;
    for (; left > 0 && expected > FEW_RULES; left--) {
      const fact = nodes[column + 1] as number;
      const cell = reader.cell(fact, facts);
      const kind = nodes[column];
      const row = kind === DIRECT_COLUMN ? (nodes[column + 3 + cell] as number) : this.rowOf(node, column, cell);
      if (kind === TAGS_COLUMN && cell !== 0 && this.gatherUnion(column, fact, row)) {
        expected *= this.unionBits * share;
      } else {
        const bits = nodes[row] as number;
        if (bits === 0) return false;
        if (bits < rules) this.rows[this.rowCount++] = row + 1;
        expected *= bits * share;
      }
      column += nodes[column + 2] as number;
    }
    this.exact = left === 0 ? column : -1;
    return true;
  }

  /** Gathers the rows of a request's tags and `others`; false when no tag has a row. */
  private gatherUnion(column: number, fact: number, others: number): boolean {
    const { nodes, reader } = this;
    const shift = nodes[column + 5] as number;
    const count = reader.countTags(fact);
    const start = this.unionSize;
    if (start + count + 1 > this.unions.length) {
      const larger = new Int32Array(start + count + 64);
      larger.set(this.unions);
      this.unions = larger;
    }
    let bits = nodes[others] as number;
    for (let index = 0; index < count; index++) {
      const entry = findEntry(nodes, column + 6, shift, 2, reader.tagAt(fact, index));
      if (entry === -1) continue;
      const row = nodes[entry + 1] as number;
      bits += nodes[row] as number;
      this.unions[this.unionSize++] = row + 1;
    }
    if (this.unionSize === start) return false;
    this.unionBits = bits;
    if (nodes[others] !== 0) this.unions[this.unionSize++] = others + 1;
    this.unionEnds[this.unionCount++] = this.unionSize;
    return true;
  }
}

/** The place of a key's entry in a hash table of the nodes, or −1. */
function findEntry(nodes: Int32Array, table: number, shift: number, entryWords: number, key: number): number {
  const mask = -1 >>> shift;
  for (let slot = firstSlot(key, shift); ; slot = (slot + 1) & mask) {
    const entry = table + slot * entryWords;
    const found = nodes[entry];
    if (found === key) return entry;
    if (found === -1) return -1;
  }
}

function doubled(words: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(words.length * 2);
  larger.set(words);
  return larger;
}
