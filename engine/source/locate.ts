import { isAlias, isMap, isScalar, isSeq, type Pair, type ParsedNode, type Scalar } from "yaml";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.js";
import type { DiagnosticCode } from "../diagnostics/diagnostic-codes.js";
import { type Located, type LocatedEntry, type LocatedScalar, shorten } from "./located.js";
import type { SourceFile } from "./source-file.js";
import { helpForTypographicQuotes } from "./typographic-quotes.js";

/** Keys that reach an object's prototype. */
const forbiddenKeys = new Set(["__proto__", "constructor", "prototype"]);

/** What they hold is read by people, who may want typographic quotes. */
const textsForPeople = new Set(["because", "deny", "description", "name"]);

/** Turns what the YAML parser built into located values; recursion is bounded by the nesting limit. */
export function locate(
  file: SourceFile,
  root: ParsedNode,
): {
  readonly located: Located;
  readonly diagnostics: readonly Diagnostic[];
  /** Placeholders of values that were refused, and maps that lost an entry so. */
  readonly refused: ReadonlySet<Located>;
} {
  const locating = new Locating(file);
  return { located: locating.node(root), diagnostics: locating.diagnostics, refused: locating.refused };
}

class Locating {
  readonly diagnostics: Diagnostic[] = [];
  readonly refused = new Set<Located>();

  constructor(private readonly file: SourceFile) {}

  node(node: ParsedNode, { isItem = false, key }: { isItem?: boolean; key?: string } = {}): Located {
    const span = this.spanOf(node);
    if (isAlias(node)) {
      const message = `YAML aliases (\`*${shorten(node.source)}\`) are not used in policies`;
      const isText = !this.file.text.includes(`&${node.source}`);
      const help = isText ? `quote it if it is text: "*${shorten(node.source)}"` : "write the value out";
      this.refuse("RW1002", span, message, help);
      return this.placeholder(null, span);
    }
    this.refuseProperties(node, span);
    if (isMap(node)) return this.map(node.items as readonly Pair<ParsedNode, ParsedNode | null>[], span, isItem);
    if (isSeq(node))
      return {
        kind: "list",
        items: (node.items as readonly ParsedNode[]).map((n) => this.node(n, { isItem: true })),
        span,
      };
    if (!(key !== undefined && textsForPeople.has(key)) && this.hasTypographicQuotes(node))
      return this.placeholder(null, span);
    return this.scalar(node.value, node.source ?? "", span);
  }

  /** Stands for a value that was refused. */
  private placeholder(value: null | 0, span: Span): LocatedScalar {
    const placeholder = { kind: "scalar", value, source: value === null ? "" : "0", span } as const;
    this.refused.add(placeholder);
    return placeholder;
  }

  private map(pairs: readonly Pair<ParsedNode, ParsedNode | null>[], span: Span, isItem: boolean): Located {
    const byKey = new Map<string, LocatedEntry>();
    let isComplete = true;
    /** The first key of a list's item comes again: a dash is missing, and what follows belongs to the next item. */
    let isNextItem = false;
    for (const { key: keyNode, value } of pairs) {
      const key = this.key(keyNode);
      if (key === undefined) {
        isComplete = false;
        // What a refused key holds is read for its own faults; that a merge key holds an alias is no other one.
        if (value !== null && !isAlias(value)) this.node(value);
        continue;
      }
      const keySpan = this.spanOf(keyNode);
      const empty = { kind: "scalar", value: null, source: "", span: keySpan } as const;
      const located = value === null ? empty : this.node(value, { key });
      const first = byKey.get(key);
      if (first === undefined) byKey.set(key, { key, keySpan, value: located });
      else if (!isNextItem) {
        isNextItem = isItem && byKey.keys().next().value === key;
        const help = isNextItem ? `, or begin another item of the list: \`- ${shorten(key)}: …\`` : "";
        this.refuse("RW1003", keySpan, `\`${shorten(key)}\` stands twice in this mapping`, `keep one of them${help}`, {
          span: first.keySpan,
          note: "first written here",
        });
      }
    }
    const map = { kind: "map", entries: [...byKey.values()], span } as const;
    if (!isComplete) this.refused.add(map);
    return map;
  }

  private key(node: ParsedNode): string | undefined {
    const span = this.spanOf(node);
    if (isAlias(node)) {
      const message = `YAML aliases (\`*${shorten(node.source)}\`) are not used in policies`;
      this.refuse("RW1002", span, message, "write the key out");
      return undefined;
    }
    this.refuseProperties(node, span);
    if (!isScalar(node) || typeof node.value !== "string") {
      const source = isScalar(node) ? (node.source ?? "") : "";
      if (/^\d+$/.test(source) && /\d,$/.test(this.file.text.slice(Math.max(0, span.start - 2), span.start))) {
        const help = "write whole numbers without commas, and decimals with a point";
        this.refuse("RW1302", span, "a comma within a number ends it", help);
        return undefined;
      }
      const help = source === "" ? "write `key: value`" : `put it in quotes if it is a name: "${shorten(source)}"`;
      this.refuse("RW1103", span, "a key must be text", help);
      return undefined;
    }
    if (this.hasTypographicQuotes(node)) return undefined;
    if (node.value === "<<" && node.type === "PLAIN") {
      this.refuse("RW1002", span, "YAML merge keys (`<<`) are not used in policies", "write the keys out");
      return undefined;
    }
    if (forbiddenKeys.has(node.value)) {
      this.refuse("RW1103", span, `\`${node.value}\` cannot be a key`, "choose another name");
      return undefined;
    }
    return node.value;
  }

  private scalar(value: unknown, source: string, span: Span): LocatedScalar {
    if (typeof value === "number") {
      if (!Number.isFinite(value)) {
        this.refuse(
          "RW1302",
          span,
          `\`${shorten(source)}\` is not a number a policy can hold`,
          "write a finite number",
        );
        return this.placeholder(0, span);
      }
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
        const help = "whole numbers go up to 9007199254740991; quote it if it is a name";
        this.refuse("RW1302", span, `\`${shorten(source)}\` is too large to be exact`, help);
        return this.placeholder(0, span);
      }
      const [, sign = "", digits] = /^([-+]?)0+(\d+)$/.exec(source) ?? [];
      if (digits !== undefined) {
        const help = `write \`${sign}${digits}\`; quote it if it is a name: "${shorten(source)}"`;
        this.refuse("RW1302", span, `\`${shorten(source)}\` begins with a zero: YAML 1.1 reads it as octal`, help);
        return this.placeholder(0, span);
      }
      return { kind: "scalar", value, source, span };
    }
    if (value === null || typeof value === "string" || typeof value === "boolean") {
      return { kind: "scalar", value, source: typeof value === "string" ? value : source, span };
    }
    return { kind: "scalar", value: String(value), source, span }; // INVARIANT: the core schema gives nothing else
  }

  private hasTypographicQuotes(node: Scalar.Parsed): boolean {
    const source = node.source ?? "";
    const help = node.type === "PLAIN" ? helpForTypographicQuotes(source) : undefined;
    if (help === undefined) return false;
    const message = `\`${shorten(source)}\` begins with a typographic quote, which YAML takes as part of the text`;
    this.refuse("RW1103", this.spanOf(node), message, help);
    return true;
  }

  private refuseProperties(node: ParsedNode, span: Span): void {
    if (isAlias(node)) return;
    if (node.anchor !== undefined) {
      const at = this.file.text.lastIndexOf(`&${node.anchor}`, span.start);
      const where = at >= 0 ? { ...span, start: at, end: at + node.anchor.length + 1 } : span;
      this.refuse("RW1002", where, `YAML anchors (\`&${shorten(node.anchor)}\`) are not used in policies`, "remove it");
    }
    if (node.tag !== undefined) {
      const at = this.file.text.lastIndexOf("!", span.start);
      const written = /^\S*/.exec(this.file.text.slice(at, span.start))?.[0] ?? "";
      const where = at >= 0 ? { ...span, start: at, end: at + Math.max(1, written.length) } : span;
      const help = "remove it; quote text that looks like a number, and write numbers plainly";
      this.refuse("RW1002", where, "YAML tags (`!…`) are not used in policies", help);
    }
  }

  private refuse(
    code: DiagnosticCode,
    span: Span,
    message: string,
    help?: string,
    related?: { readonly span: Span; readonly note: string },
  ): void {
    this.diagnostics.push({
      code,
      severity: "error",
      message,
      span,
      ...(help === undefined ? {} : { help }),
      ...(related === undefined ? {} : { related: [related] }),
    });
  }

  private spanOf(node: ParsedNode): Span {
    const [start, end] = node.range;
    // A block's range reaches to the next token; the blank lines between are not part of it.
    let last = end;
    while (last > start && /\s/.test(this.file.text.charAt(last - 1))) last--;
    if (last > start) return { file: this.file.name, start, end: last };
    // An empty value has no text: the dash, colon or comma before it stands for it.
    let before = Math.max(start, 1);
    while (before > 1 && /\s/.test(this.file.text.charAt(before - 1))) before--;
    return { file: this.file.name, start: before - 1, end: before };
  }
}
