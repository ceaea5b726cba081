import {
  BITMAP,
  CELLS_COLUMN,
  CUTS,
  cellCount,
  type DecisionTree,
  DIRECT_COLUMN,
  firstSlot,
  LIST,
  NO_RULE,
  type Root,
  STRETCHES_COLUMN,
  SWITCH,
  TAGS,
  TAGS_COLUMN,
  type TreeFact,
} from "../../../engine/compile/decision-tree.js";

/**
 * A tree as text, read by its documented layout alone: one line a child, `rest` and `absent` among them, children without
 * rules left out, cells with the same child on one line. Throws where the layout contradicts itself.
 */
export function printTree(tree: DecisionTree, root: Root = tree.route): string {
  return new TreePrinter(tree).print(root).join("\n");
}

class TreePrinter {
  private readonly nodes: Int32Array;

  constructor(private readonly tree: DecisionTree) {
    this.nodes = tree.nodes;
  }

  print({ node, firstRule }: Root): readonly string[] {
    if (firstRule === NO_RULE) return ["none"];
    const kind = this.word(node);
    const lines = kind === LIST || kind === BITMAP ? this.printLeaf(node) : this.printChildren(node);
    const least = Math.min(...[...lines.join(" ").matchAll(/\br(\d+)\b/g)].map(([, number]) => Number(number)));
    if (least < firstRule) throw new Error(`r${least} stands below r${firstRule}:\n${lines.join("\n")}`);
    // A rule that no request meets is the first of its node, and filed nowhere.
    return least === firstRule ? lines : [`${lines[0]} (from r${firstRule})`, ...lines.slice(1)];
  }

  private printChildren(node: number): readonly string[] {
    const kind = this.word(node);
    const fact = this.fact(node + 1);
    const name = `by ${fact.name}`;
    if ((kind === TAGS) !== (fact.type === "set")) throw new Error(`${name}: a node of kind ${kind}`);
    const links: [string, number][] = [["rest", node + 2]];
    if (kind === SWITCH) {
      for (let cell = 0; cell < this.word(node + 4); cell++) links.push([cellName(fact, cell), node + 5 + 2 * cell]);
      if (this.word(node + 4) !== cellCount(fact)) throw new Error(`${name}: not as many places as cells`);
      return [name, ...this.printLinks(links)];
    }
    links.push(["absent", node + 4]);
    const count = this.word(node + 6);
    if (kind === CUTS) {
      const cuts = this.words(node + 7, count);
      for (let at = 0; at <= count; at++) links.push([stretchName(fact, cuts, at), node + 7 + count + 2 * at]);
      return [`${name}, cut`, ...this.printLinks(links)];
    }
    for (const [key, entry] of this.tableEntries(node + 7, count, 3)) links.push([keyName(fact, key), entry + 1]);
    return [`${name}, hashed`, ...this.printLinks(links)];
  }

  private printLinks(links: readonly (readonly [string, number])[]): readonly string[] {
    const byChild = new Map<string, string[]>();
    for (const [name, link] of links) {
      const child = this.print({ node: this.word(link), firstRule: this.word(link + 1) }).join("\n");
      if (child !== "none") byChild.set(child, [...(byChild.get(child) ?? []), name]);
    }
    return [...byChild].flatMap(([child, names]) => {
      const [first, ...others] = child.split("\n");
      return [`  ${names.join(", ")}: ${first}`, ...others.map((line) => `  ${line}`)];
    });
  }

  private printLeaf(node: number): readonly string[] {
    const isBitmap = this.word(node) === BITMAP;
    const count = this.word(node + 1);
    const columns = isBitmap ? this.words(node + 6, this.word(node + 3)) : [];
    const [entries, entryWords] = isBitmap ? [node + 6 + columns.length, 3] : [node + 2, 2];
    const rules = Array.from({ length: count }, (_, at) => `r${this.word(entries + entryWords * at)}`);
    if (!isBitmap) return [`list ${rules.join(" ")}`];
    const words = this.word(node + 2);
    if (words !== Math.ceil(count / 32)) throw new Error(`${words} words for ${count} rules`);
    if (this.word(entries + 3 * count) !== NO_RULE) throw new Error("no end behind the rules of a bitmap");
    for (const column of columns.slice(0, this.word(node + 4)))
      if (this.word(column) === TAGS_COLUMN) throw new Error("a set among the leading columns");
    return [`bitmap ${rules.join(" ")}`, ...columns.flatMap((column) => this.printColumn(column, rules))];
  }

  private printColumn(column: number, rules: readonly string[]): readonly string[] {
    const kind = this.word(column);
    const fact = this.fact(column + 1);
    if ((kind === TAGS_COLUMN) !== (fact.type === "set")) throw new Error(`${fact.name}: a column of kind ${kind}`);
    const rows: [string, number][] = [];
    if (kind === DIRECT_COLUMN) {
      for (let cell = 0; cell < cellCount(fact); cell++)
        rows.push([cellName(fact, cell), this.word(column + 2 + cell)]);
    } else if (kind === STRETCHES_COLUMN) {
      const [base, shift, count, words] = this.words(column + 3, 4) as [number, number, number, number];
      if (words !== Math.ceil(rules.length / 32)) throw new Error(`${words} words for ${rules.length} rules`);
      rows.push(["absent", this.word(column + 2)]);
      for (let at = 0; at < count; at++)
        rows.push([cellName(fact, at === 0 ? 1 : base + at * 2 ** shift), column + 7 + at * words]);
    } else {
      rows.push(["absent", this.word(column + 3)], ["others", this.word(column + 2)]);
      const entries = this.tableEntries(column + 5, this.word(column + 4), 2);
      for (const [key, entry] of entries) rows.push([keyName(fact, key), this.word(entry + 1)]);
    }
    const byRow = new Map<number, string[]>();
    for (const [name, row] of rows) byRow.set(row, [...(byRow.get(row) ?? []), name]);
    const written =
      kind === DIRECT_COLUMN ? "" : kind === STRETCHES_COLUMN ? ", cut" : kind === CELLS_COLUMN ? ", hashed" : "";
    return [
      `  ${fact.name}${written}`,
      ...[...byRow].map(([row, names]) => `    ${names.join(", ")}: ${this.rulesOfRow(row, rules)}`),
    ];
  }

  private rulesOfRow(row: number, rules: readonly string[]): string {
    const marked = rules.filter((_, bit) => (this.word(row + (bit >>> 5)) >>> (bit & 31)) & 1);
    return marked.length === rules.length ? "all" : marked.length === 0 ? "none" : marked.join(" ");
  }

  /** Keys and places of a hash table's entries, ascending by key. */
  private tableEntries(table: number, shift: number, entryWords: number): readonly (readonly [number, number])[] {
    const slots = 2 ** (32 - shift);
    const entries = Array.from({ length: slots }, (_, slot) => table + slot * entryWords);
    const taken = entries.filter((entry) => this.word(entry) !== -1);
    if (taken.length * 2 > slots) throw new Error(`${taken.length} keys in ${slots} slots`);
    for (const entry of taken) {
      let slot = firstSlot(this.word(entry), shift);
      for (; entries[slot] !== entry; slot = (slot + 1) % slots)
        if (this.word(entries[slot]!) === -1) throw new Error(`key ${this.word(entry)} is not found`);
    }
    return taken.map((entry) => [this.word(entry), entry] as const).sort(([one], [other]) => one - other);
  }

  private fact(place: number): TreeFact {
    const fact = this.tree.facts[this.word(place)];
    if (fact === undefined) throw new Error(`no fact ${this.word(place)}`);
    return fact;
  }

  private word(place: number): number {
    const word = this.nodes[place];
    if (word === undefined) throw new Error(`no word ${place}`);
    return word;
  }

  private words(place: number, count: number): readonly number[] {
    return Array.from({ length: count }, (_, at) => this.word(place + at));
  }
}

function cellName(fact: TreeFact, cell: number): string {
  if (cell === 0) return "absent";
  if (fact.type === "boolean") return cell === 1 ? "false" : "true";
  if (fact.type === "string") return fact.strings.strings[cell - 2] ?? "other";
  return `from ${cell === 1 ? "the least" : (fact.cuts[cell - 2] ?? "beyond all")}`;
}

function keyName(fact: TreeFact, key: number): string {
  return fact.type === "set" ? fact.strings.strings[key - fact.firstTag]! : cellName(fact, key);
}

/** The cells from cut number `at` − 1 on. */
function stretchName(fact: TreeFact, cuts: readonly number[], at: number): string {
  return cellName(fact, at === 0 ? 1 : cuts[at - 1]!);
}
