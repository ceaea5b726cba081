import type { Located } from "../../../engine/source/located.js";
import type { Random } from "../../differential/random.js";

/**
 * Writes a document in a random layout: block or flow, any indentation, any quotes, blank lines, comments wherever YAML
 * allows them. What it says is the same, but for the spelling of token counts and tags.
 */
export function scatter(
  root: Located,
  random: Random,
): { readonly text: string; readonly comments: readonly string[] } {
  const scatterer = new Scatterer(random);
  const text = scatterer.document(root);
  return { text, comments: scatterer.comments };
}

class Scatterer {
  readonly comments: string[] = [];
  readonly #density: number;

  constructor(private readonly random: Random) {
    this.#density = random.pick([0, 0.05, 0.3]);
  }

  document(root: Located): string {
    const start = this.random.chance(0.1) ? `${this.ownLines(0)}---\n` : "";
    const text = `${start}${this.block(root, 0, "")}${this.ownLines(0)}`;
    return this.random.chance(0.1) ? text.replaceAll("\n", "\r\n") : text;
  }

  /** Entries on lines of their own, each line ended. */
  block(node: Located, indent: number, role: string): string {
    const pad = " ".repeat(indent);
    if (node.kind === "scalar") return `${pad}${this.scalar(node, false, role)}\n`;
    let text = "";
    if (node.kind === "map") {
      for (const { key, value } of node.entries) {
        text += `${this.ownLines(indent)}${pad}${this.key(key)}:${this.value(value, indent, false, roleOf(key, role))}`;
      }
    } else {
      for (const item of node.items) {
        text += `${this.ownLines(indent)}${pad}-`;
        const isCompact = item.kind === "map" && item.entries.length > 0 && this.random.chance(0.6);
        if (isCompact) {
          const gap = this.random.integer(1, 3);
          const inner = this.block(item, indent + 1 + gap, role);
          // The first entry moves up beside the dash when no comment or blank line stands before it.
          text += /^ *[#\n]/.test(inner) ? `\n${inner}` : " ".repeat(gap) + inner.trimStart();
        } else text += this.value(item, indent, true, role);
      }
    }
    return text + (this.random.chance(0.2) ? this.ownLines(indent) : "");
  }

  /** What follows `key:` or `-`, up to the end of its last line. */
  value(node: Located, indent: number, isItem: boolean, role: string): string {
    const isEmpty = node.kind === "map" ? node.entries.length === 0 : node.kind === "list" && node.items.length === 0;
    if (node.kind === "scalar" && node.value === null && node.source === "") return `${this.endOfLine()}\n`;
    if (node.kind !== "scalar" && !isEmpty && this.random.chance(0.6)) {
      const isFlush = node.kind === "list" && !isItem && this.random.chance(0.3);
      const step = isFlush ? 0 : this.random.integer(1, 4);
      return `${this.endOfLine()}\n${this.block(node, indent + step, role)}`;
    }
    if (node.kind === "scalar" && typeof node.value === "string" && /^\S+(?: \S+)*$/.test(node.value)) {
      if (this.random.chance(0.05)) {
        const lines = node.value.split(" ").join(`\n${" ".repeat(indent + 6)}`);
        return ` >-${this.endOfLine()}\n${" ".repeat(indent + 6)}${lines}\n`;
      }
      if (this.random.chance(0.05)) return ` |-${this.endOfLine()}\n${" ".repeat(indent + 6)}${node.value}\n`;
    }
    const text = node.kind === "scalar" ? this.scalar(node, false, role) : this.flow(node, indent + 1, role);
    const isMoved = this.random.chance(this.#density / 3);
    const before = isMoved ? `${this.endOfLine()}\n${this.ownLines(indent + 1)}${" ".repeat(indent + 1)}` : " ";
    return `${before}${text}${this.endOfLine()}\n`;
  }

  /** @param indent continuation lines are indented at least so far. */
  flow(node: Located, indent: number, role: string): string {
    if (node.kind === "scalar") return this.scalar(node, true, role);
    const parts =
      node.kind === "map"
        ? node.entries.map(({ key, value }) => `${this.key(key)}: ${this.flow(value, indent, roleOf(key, role))}`)
        : node.items.map((item) => this.flow(item, indent, role));
    const [open, close] = node.kind === "map" ? ["{", "}"] : ["[", "]"];
    const isSpread = this.random.chance(0.2);
    const gap = () =>
      isSpread && this.random.chance(0.6)
        ? `${this.endOfLine()}\n${this.ownLines(indent)}${" ".repeat(indent + this.random.integer(0, 3))}`
        : this.random.pick(["", " "]);
    let text = open;
    for (const [index, part] of parts.entries()) {
      const comma = index === parts.length - 1 && this.random.chance(0.8) ? "" : ", ";
      text += `${gap()}${part}${this.random.chance(0.1) ? gap() : ""}${comma}`;
    }
    return `${text}${gap()}${close}`;
  }

  scalar(node: Extract<Located, { kind: "scalar" }>, isFlow: boolean, role: string): string {
    const { value, source } = node;
    if (value === null) return "null";
    if (role === "tokens" && /^\d+(k|M)?$/.test(source)) return this.tokens(source);
    if (typeof value !== "string") return source;
    const text = role === "tags" && this.random.chance(0.3) ? value.toUpperCase() : value;
    const isPlain = isFlow
      ? /^[A-Za-z][\w./@-]*(?: [\w./@-]+)*$/.test(text)
      : /^[A-Za-z][\w.,/@'(){}[\]-]*(?: [\w.,/@'(){}[\]-]+)*$/.test(text);
    const style = this.random.next();
    if (isPlain && !/^(?:true|false|null|yes|no|on|off)$/i.test(text) && style < 0.6) return text;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: single quotes cannot escape these
    if (style < 0.8 && !/[\u0000-\u001f]/.test(text)) return `'${text.replaceAll("'", "''")}'`;
    return JSON.stringify(text);
  }

  tokens(source: string): string {
    const count = Number(source.replace("k", "000").replace("M", "000000"));
    const spellings = [String(count), source];
    if (count % 100 === 0 && count > 0) spellings.push(`${count / 1000}k`);
    if (count % 10_000 === 0 && count > 0) spellings.push(`${count / 1e6}M`);
    return this.random.pick(spellings);
  }

  key(key: string): string {
    return /^[A-Za-z][\w./@-]*$/.test(key) && this.random.chance(0.9) ? key : JSON.stringify(key);
  }

  ownLines(indent: number): string {
    let text = "";
    while (this.random.chance(this.#density)) {
      if (this.random.chance(0.3)) text += this.random.pick(["\n", "\n\n", "  \n"]);
      else text += `${" ".repeat(indent + this.random.pick([0, 0, 0, 1, 2]))}${this.comment()}\n`;
    }
    return text;
  }

  endOfLine(): string {
    return this.random.chance(this.#density / 2) ? ` ${this.comment()}` : this.random.pick(["", "", " "]);
  }

  comment(): string {
    const text = this.random.pick(["#", "# note", "#note", "# - a: b", "# { x: [1, 2] }", '# it\'s "quoted" # twice']);
    const comment = text === "#" ? "#" : `${text} ${this.comments.length}`;
    this.comments.push(comment);
    return comment;
  }
}

function roleOf(key: string, role: string): string {
  if (role !== "" || key === "logic" || key === "attributes" || key === "pools") return role === "" ? "verbatim" : role;
  if (key === "context_tokens" || key === "context_window" || key === "max_output_tokens") return "tokens";
  return key === "tags" || key === "key_tags" ? "tags" : "";
}
