import type { Span } from "../diagnostics/diagnostic.js";
import type { Located, LocatedEntry, LocatedList, LocatedMap, LocatedScalar } from "../source/located.js";
import { lineStarts, positionAt } from "../source/position.js";
import type { SourceFile } from "../source/source-file.js";
import { isSection } from "./is-section.js";
import { oneLine } from "./one-line.js";
import type { Comment } from "./scan-comments.js";
import { writeBlockText, writeText } from "./write-text.js";

/** Lines are at most this long, where their content can be broken. */
const LINE_WIDTH = 120;

/**
 * Prints a document in the canonical layout. Comments are taken in the order written, each exactly once: those on
 * lines of their own before what follows them, those at the end of a line behind what stands there.
 *
 * @param source what `root` and `comments` were read from: it says where blank lines are.
 */
export function printDocument(root: Located, source: SourceFile, comments: readonly Comment[]): string {
  return new Printer(source, comments).document(root);
}

class Printer {
  readonly #lines: string[] = [];
  /** The first comment that is not printed yet. */
  #next = 0;
  /** Whether a blank line of the source is kept here: not at the head of a block. */
  #mayBreak = false;

  constructor(
    private readonly file: SourceFile,
    private readonly comments: readonly Comment[],
  ) {}

  document(root: Located): string {
    if (root.kind === "scalar") this.#text(root, "", 0);
    else this.#block(root, 0, [], false, -1);
    this.#ownLines(Number.POSITIVE_INFINITY, 0);
    return `${this.#lines.join("\n")}\n`;
  }

  /**
   * The entries of a map or list, each beginning on a line of its own at `indent`.
   * @param outerColumn the column of the key above it: comments in that column are not the block's own.
   */
  #block(
    node: LocatedMap | LocatedList,
    indent: number,
    path: readonly string[],
    isLogic: boolean,
    outerColumn: number,
  ) {
    if (node.kind === "list") {
      for (const item of node.items) {
        this.#ownLines(this.#contentStart(item), indent);
        this.#blankLine(item.span.start);
        this.#item(item, indent, path, isLogic);
        this.#mayBreak = true;
      }
    } else {
      for (const entry of node.entries) {
        this.#ownLines(entry.keySpan.start, indent);
        this.#blankLine(entry.keySpan.start);
        this.#entry(entry, indent, " ".repeat(indent), path, isLogic);
        this.#mayBreak = true;
      }
    }
    this.#trailing(node, indent, outerColumn);
  }

  #item(item: Located, indent: number, path: readonly string[], isLogic: boolean): void {
    const dash = `${" ".repeat(indent)}- `;
    const isOneKey = item.kind === "map" && item.entries.length === 1;
    const line = isOneKey ? undefined : this.#inline(item, dash.length, path, isLogic);
    if (line !== undefined) {
      this.#lines.push(dash + line);
      this.#endOfLine(item.span.end);
    } else if (item.kind === "scalar") {
      this.#text(item, dash, indent + 2);
    } else {
      const comment = this.#claim(item);
      if (comment !== undefined) this.#lines.push(" ".repeat(indent) + comment);
      if (item.kind === "list") {
        this.#lines.push(dash.trimEnd());
        this.#mayBreak = false;
        this.#block(item, indent + 2, path, isLogic, -1);
      } else {
        const [first, ...rest] = item.entries as [LocatedEntry, ...LocatedEntry[]];
        this.#entry(first, indent + 2, dash, path, isLogic);
        this.#mayBreak = true;
        this.#block({ ...item, entries: rest }, indent + 2, path, isLogic, -1);
      }
    }
  }

  /** @param prefix what stands before the key: blanks, or blanks and a dash. */
  #entry(entry: LocatedEntry, indent: number, prefix: string, path: readonly string[], isLogic: boolean): void {
    const { key, keySpan, value } = entry;
    const start = `${prefix}${writeText(key, "block")}:`;
    const inner = [...path, key];
    const inLogic = isLogic || key === "logic";
    if (value.kind === "scalar" && value.value === null && value.source === "") {
      this.#lines.push(start);
      this.#endOfLine(keySpan.end);
      return;
    }
    const line = this.#inline(value, start.length + 1, inner, inLogic, keySpan);
    if (line !== undefined || value.kind === "scalar") {
      // What stands between the key and its value goes above both.
      this.#ownLines(value.span.start, prefix.endsWith("- ") ? indent - 2 : indent);
      if (line === undefined) this.#text(value as LocatedScalar, `${start} `, indent + 2);
      else {
        this.#lines.push(`${start} ${line}`);
        this.#endOfLine(value.span.end);
      }
      return;
    }
    this.#lines.push(start);
    this.#endOfLine(keySpan.end, value.span.start);
    const comment = this.#claim(value);
    if (comment !== undefined) {
      if (this.#lines.at(-1) === start) this.#lines[this.#lines.length - 1] = `${start} ${comment}`;
      else this.#lines.push(`${" ".repeat(indent + 2)}${comment}`);
    }
    this.#mayBreak = false;
    this.#block(value, indent + 2, inner, inLogic, this.#columnOf(keySpan.start));
  }

  /** A scalar that does not fit the line, or has several. */
  #text(scalar: LocatedScalar, start: string, indent: number): void {
    const text = typeof scalar.value === "string" ? scalar.value : scalar.source;
    const block = writeBlockText(text, Math.max(40, LINE_WIDTH - indent));
    this.#lines.push(`${start}${block === undefined ? writeText(text, "block") : block.header}`);
    this.#endOfLine(scalar.span.end);
    for (const line of block?.lines ?? []) this.#lines.push(line === "" ? "" : " ".repeat(indent) + line);
  }

  /** The value on one line, when it may stand on one here. */
  #inline(node: Located, column: number, path: readonly string[], isLogic: boolean, keySpan?: Span) {
    if (node.kind === "scalar") {
      const line = oneLine(node, "block", Number.POSITIVE_INFINITY, isLogic);
      return line !== undefined && (column + line.length <= LINE_WIDTH || !line.includes(" ")) ? line : undefined;
    }
    const isEmpty = (node.kind === "map" ? node.entries : node.items).length === 0;
    if (isEmpty) return node.kind === "map" ? "{}" : "[]";
    if (this.#holdsComments(node, keySpan) || isSection(node, path)) return undefined;
    return oneLine(node, "flow", LINE_WIDTH - column, isLogic);
  }

  /** Whether comments belong into a collection: within its brackets, or for a block from its key to what trails it. */
  #holdsComments(node: Located, keySpan: Span | undefined): boolean {
    const isFlow = this.#isFlow(node);
    const first = this.#indexFrom(isFlow ? node.span.start : (keySpan?.end ?? node.span.start));
    const comment = this.comments[first];
    if (comment === undefined) return false;
    if (comment.start < node.span.end) return true;
    return (
      !isFlow && this.#trails(comment, node, keySpan === undefined ? -1 : this.#columnOf(keySpan.start), node.span.end)
    );
  }

  /**
   * Whether a comment after the last entry of a block belongs to it: it is indented like the entries, or deeper.
   * @param end of the entry, or of a comment below it that belongs to the block.
   */
  #trails(comment: Comment, { span: { start } }: Located, outerColumn: number, end: number): boolean {
    if (!comment.ownsLine || comment.column < Math.max(this.#columnOf(start), outerColumn + 1)) return false;
    return /^\s*(?:#[^\n]*\n\s*)*$/.test(this.file.text.slice(end, comment.start));
  }

  /** Comments before a place, each on a line of its own. */
  #ownLines(before: number, indent: number): void {
    for (let comment = this.comments[this.#next]; comment !== undefined && comment.start < before; ) {
      this.#blankLine(comment.start);
      this.#lines.push(" ".repeat(indent) + comment.text);
      this.#mayBreak = true;
      comment = this.comments[++this.#next];
    }
  }

  /** The comment at the end of the line on which `end` lies, unless something else begins before it. */
  #endOfLine(end: number, before = Number.POSITIVE_INFINITY): void {
    const comment = this.comments[this.#next];
    if (comment === undefined || comment.ownsLine || comment.start >= before) return;
    // Between may stand what closes a flow collection or separates its items, nothing else.
    if (comment.start >= end && !/^[ \t,:\]}]*$/.test(this.file.text.slice(end, comment.start))) return;
    this.#next++;
    this.#lines.push(`${this.#lines.pop() ?? ""} ${comment.text}`);
  }

  /** The comment behind the closing bracket of a flow collection that is about to be written out. */
  #claim(node: Located): string | undefined {
    const { span } = node;
    const comment = this.comments[this.#next];
    if (comment === undefined || comment.ownsLine || comment.start < span.end) return undefined;
    if (!this.#isFlow(node)) return undefined;
    if (!/^[ \t,\]}]*$/.test(this.file.text.slice(span.end, comment.start))) return undefined;
    this.#next++;
    return comment.text;
  }

  /** Comments after the last entry that are indented like the entries: they belong to this block. */
  #trailing(node: Located, indent: number, outerColumn: number): void {
    if (this.#isFlow(node)) {
      this.#ownLines(node.span.end, indent);
      return;
    }
    let { end } = node.span;
    let comment = this.comments[this.#next];
    while (comment !== undefined && this.#trails(comment, node, outerColumn, end)) {
      this.#ownLines(comment.start + 1, indent);
      end = comment.start;
      comment = this.comments[this.#next];
    }
  }

  #isFlow({ span }: Located): boolean {
    return /[[{]/.test(this.file.text.charAt(span.start));
  }

  /** Where the content of a list item begins: comments before that stand above the item, its first value's included. */
  #contentStart(item: Located): number {
    if (item.kind === "scalar") return item.span.start;
    if (item.kind === "list") return item.items[0] === undefined ? item.span.start : this.#contentStart(item.items[0]);
    const [first] = item.entries;
    if (first === undefined) return item.span.start;
    return first.value.kind === "scalar" || this.#isFlow(first.value) ? first.value.span.start : first.keySpan.start;
  }

  #indexFrom(offset: number): number {
    let low = this.#next;
    let high = this.comments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.comments[middle] as Comment).start < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #columnOf(offset: number): number {
    return positionAt(this.file, offset).column - 1;
  }

  /** One blank line where the source has any before this place, but never at the head of a block. */
  #blankLine(offset: number): void {
    if (!this.#mayBreak || this.#lines.at(-1) === "") return;
    const starts = lineStarts(this.file);
    const { line } = positionAt(this.file, offset);
    const lineStart = starts[line - 1] as number;
    if (line === 1 || !/^[\s-]*$/.test(this.file.text.slice(lineStart, offset))) return;
    if (/^\s*$/.test(this.file.text.slice(starts[line - 2], lineStart))) this.#lines.push("");
  }
}
