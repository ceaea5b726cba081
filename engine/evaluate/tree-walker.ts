import * as search from "../compile/count-not-above.js";
import type { DecisionTree, Root } from "../compile/decision-tree.js";
import * as layout from "../compile/decision-tree.js";
import type { FactReader } from "./fact-reader.js";
import type { Facts } from "./facts.js";

// A module's own constants are folded into its code; imported ones are loaded and checked wherever they stand.
const {
  BITMAP,
  BRANCH,
  BY_PROGRAM,
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
  /** Rows to be united (tags), in groups. */
  private unions = new Int32Array(64);
  private unionSize = 0;
  private readonly unionEnds = new Int32Array(16);
  private unionCount = 0;
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

  /**
   * Asks the rules of a bitmap in order, 32 at a time. First the leading columns are read; then, for the first rule that all rows so far
   * leave, its next column, whose row may leave out others, too. So of the other facts only those are read that matter to such a rule.
   */
  private searchBitmap(node: number, facts: Facts): void {
    const { nodes, reader } = this;
    const words = nodes[node + 2] as number;
    const leading = nodes[node + 4] as number;
    const columns = node + 6;
    const entries = columns + (nodes[node + 3] as number);
    this.rowCount = 0;
    this.unionCount = 0;
    this.unionSize = 0;
    let left = leading === 0 ? -1 : this.readLeading(node, leading, facts);
    let unread = -1 << leading;
    for (let word = 0; ; left = this.wordOfRows(word)) {
      while (left !== 0) {
        const bit = left & -left;
        const entry = entries + 3 * (word * 32 + 31 - Math.clz32(bit));
        const rule = nodes[entry] as number;
        // Behind the last rule stands NO_RULE: with no row at all, the bits beyond are set.
        if (rule >= this.best) return;
        const questions = (nodes[entry + 2] as number) & unread;
        const question = questions & -questions;
        if (question !== 0 && question !== BY_PROGRAM && rule > this.after) {
          unread ^= question;
          left &= this.readColumn(nodes[columns + 31 - Math.clz32(question)] as number, word, facts);
          continue;
        }
        left ^= bit;
        if (rule <= this.after) continue;
        if ((question === 0 || reader.holds(nodes[entry + 1] as number, facts)) && this.take(rule)) return;
      }
      if (++word >= words) return;
    }
  }

  /** Finds the rows of the first columns of a bitmap, none of them of a set. @returns what their first words leave. */
  private readLeading(node: number, leading: number, facts: Facts): number {
    const { nodes, rows, reader } = this;
    reader.readAtOnce(nodes[node + 5] as number, facts);
    let left = -1;
    for (let at = 0; at < leading; at++) {
      const column = nodes[node + 6 + at] as number;
      const cell = reader.cell(nodes[column + 1] as number, facts);
      const row = nodes[column] === DIRECT_COLUMN ? (nodes[column + 2 + cell] as number) : this.rowOf(column, cell);
      rows[at] = row;
      left &= nodes[row] as number;
    }
    this.rowCount = leading;
    return left;
  }

  /** What all rows so far leave of a word. */
  private wordOfRows(word: number): number {
    const { nodes, rows, rowCount } = this;
    let left = -1;
    for (let at = rowCount; (at & 3) !== 0; at++) rows[at] = rows[0] as number;
    // Rows are taken four at a time: after which of them no bit is left cannot be predicted, and a wrong guess costs more.
    for (let at = 0; at < rowCount && left !== 0; at += 4) {
      const first = nodes[(rows[at] as number) + word] as number;
      const second = nodes[(rows[at + 1] as number) + word] as number;
      const third = nodes[(rows[at + 2] as number) + word] as number;
      const fourth = nodes[(rows[at + 3] as number) + word] as number;
      left &= first & second & third & fourth;
    }
    for (let union = 0; union < this.unionCount && left !== 0; union++) left &= this.united(union, word);
    return left;
  }

  /** Finds the row of a column that the request's cell names, to be used for later words, too. @returns a word of it. */
  private readColumn(column: number, word: number, facts: Facts): number {
    const { nodes } = this;
    const kind = nodes[column];
    const fact = nodes[column + 1] as number;
    const cell = this.reader.cell(fact, facts);
    let row: number;
    if (kind === DIRECT_COLUMN) row = nodes[column + 2 + cell] as number;
    else if (kind === TAGS_COLUMN && cell !== 0 && this.gatherUnion(column, fact))
      return this.united(this.unionCount - 1, word);
    else row = this.rowOf(column, cell);
    this.rows[this.rowCount++] = row;
    return nodes[row + word] as number;
  }

  /** The row of a cell in a column that is not `direct`; for a set that is there, the row of rules that ask for no tag. */
  private rowOf(column: number, cell: number): number {
    const { nodes } = this;
    const kind = nodes[column];
    if (kind === STRETCHES_COLUMN) {
      if (cell === 0) return nodes[column + 2] as number;
      const last = (nodes[column + 5] as number) - 1;
      const stretch = stretchOf(cell, nodes[column + 3] as number, nodes[column + 4] as number, last);
      return column + 7 + stretch * (nodes[column + 6] as number);
    }
    if (cell === 0) return nodes[column + 3] as number;
    const others = nodes[column + 2] as number;
    if (kind === TAGS_COLUMN) return others;
    const entry = findEntry(nodes, column + 5, nodes[column + 4] as number, 2, cell);
    return entry === -1 ? others : (nodes[entry + 1] as number);
  }

  /** Gathers the rows of a request's tags and `others`; false when no tag has a row. */
  private gatherUnion(column: number, fact: number): boolean {
    const { nodes, reader } = this;
    const shift = nodes[column + 4] as number;
    const count = reader.countTags(fact);
    const start = this.unionSize;
    if (start + count + 1 > this.unions.length) {
      const larger = new Int32Array(start + count + 64);
      larger.set(this.unions);
      this.unions = larger;
    }
    for (let index = 0; index < count; index++) {
      const entry = findEntry(nodes, column + 5, shift, 2, reader.tagAt(fact, index));
      if (entry !== -1) this.unions[this.unionSize++] = nodes[entry + 1] as number;
    }
    if (this.unionSize === start) return false;
    this.unions[this.unionSize++] = nodes[column + 2] as number;
    this.unionEnds[this.unionCount++] = this.unionSize;
    return true;
  }

  /** A word of the rows of a union. */
  private united(union: number, word: number): number {
    const { nodes, unions, unionEnds } = this;
    let united = 0;
    for (let at = union === 0 ? 0 : (unionEnds[union - 1] as number); at < (unionEnds[union] as number); at++)
      united |= nodes[(unions[at] as number) + word] as number;
    return united;
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
