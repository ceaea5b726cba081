import { openBrackets, openQuote } from "./open-marks.js";

/** A syntax error in the operator's words. Offsets count UTF-16 units, end exclusive. */
export interface SyntaxFault {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly help?: string;
  readonly related?: { readonly start: number; readonly end: number; readonly note: string };
  /** What can still be trusted after it: nothing, or the next error too. */
  readonly isLast?: boolean;
}

/** An error as the YAML parser reports it; its message is a sentence of its own making, its place often where it noticed. */
export interface ParserError {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [number, number];
}

const COLUMNS = "keys of one mapping begin in the same column, and so do the items of a list";

/** Says what the parser found, and where the mistake was made rather than where it was noticed. */
export function describeSyntaxError(text: string, { code, message, pos }: ParserError): SyntaxFault {
  const at = Math.min(pos[0], text.length);
  const word = wordAt(text, at);
  if (/^Missing closing ['"]quote/.test(message)) {
    const start = openQuote(text, at) ?? at;
    const quote = text.charAt(start);
    return {
      ...mark(start),
      message: `this \`${quote}\` is not closed`,
      help: `close the text with \`${quote}\``,
      isLast: true,
    };
  }
  if (/must .*end with a [\]}]$|^Expected flow/.test(message)) return describeBracket(text, at);
  for (const [pattern, describe] of descriptions) {
    const match = pattern.exec(message);
    if (match !== null) return { ...word, ...describe({ text, word, match, at }) };
  }
  const help = code === "BAD_ALIAS" ? { help: "quote a value that begins with `*` or `&`" } : {};
  return { ...word, message: message.charAt(0).toLowerCase() + message.slice(1), ...help };
}

/** Something that ends the line or another bracket stands where one that is open should be closed. */
function describeBracket(text: string, at: number): SyntaxFault {
  const opener = openBrackets(text, at).at(-1);
  const found = text.charAt(at);
  if (opener === undefined) return { ...mark(at), message: `this \`${found}\` closes nothing`, help: "take it out" };
  const open = text.charAt(opener);
  const closing = open === "[" ? "]" : "}";
  if (found !== "]" && found !== "}") {
    return {
      ...mark(opener),
      message: `this \`${open}\` is not closed`,
      help: `close it with \`${closing}\``,
      isLast: true,
    };
  }
  if (found === closing) {
    return {
      ...mark(at),
      message: `this \`${found}\` is not indented enough`,
      help: "indent it deeper than the key whose value it closes",
      related: { ...mark(opener), note: `it closes this \`${open}\`` },
      isLast: true,
    };
  }
  return {
    ...mark(at),
    message: `\`${found}\` stands where \`${closing}\` belongs`,
    help: "close each bracket with its own kind, the innermost first",
    related: { ...mark(opener), note: `this \`${open}\` is open` },
    isLast: true,
  };
}

interface Found {
  readonly text: string;
  readonly word: { readonly start: number; readonly end: number };
  readonly match: RegExpExecArray;
  readonly at: number;
}

/** By the parser's messages. */
const descriptions: readonly (readonly [
  RegExp,
  (found: Found) => Partial<SyntaxFault> & { readonly message: string },
])[] = [
  [
    /^Tabs are not allowed/,
    ({ at }) => ({ ...mark(at), message: "a tab indents this line", help: "indent with spaces", isLast: true }),
  ],
  [
    /items must start at the same column$|^Sequence item without - indicator$/,
    ({ text, word }) => ({ message: `${shown(text, word)} begins in the wrong column`, help: COLUMNS }),
  ],
  [
    /^A block sequence may not be used|^Unexpected block-seq-ind/,
    () => ({ message: "a list item stands where a key belongs", help: COLUMNS }),
  ],
  [
    /^Nested mappings are not allowed|^Implicit keys of flow/,
    ({ text, at }) =>
      lineFrom(text, at).includes(": ")
        ? {
            message: "a second `: ` stands in this line",
            help: "quote a value that holds `: `; a mapping within another begins on a line of its own",
          }
        : { message: "the line below this value is indented as if it were part of it", help: COLUMNS },
  ],
  [
    /^Implicit map keys need to be followed|^Implicit keys need to be on a single line|^Map comment/,
    ({ text, word }) => ({
      message: `${shown(text, word)} is no key, no list item, and not part of a value`,
      help: "write `key: value`, with a blank after the colon",
    }),
  ],
  [
    /^Block collections are not allowed within flow|^Missing , /,
    () => ({ message: "a `, ` is missing", help: "write `, ` between the entries within `{ }` and `[ ]`" }),
  ],
  [
    // The latter of what stands behind a blank.
    /^Block scalar header includes extra characters|^Not a YAML token/,
    ({ text, at }) => ({
      ...mark(Math.max(text.lastIndexOf(">", at), text.lastIndexOf("|", at))),
      message: "`>` and `|` begin a text of several lines, which starts in the line below",
      help: "quote a value that begins with one; a comparison is written `{ gte: 200k }`",
      isLast: true,
    }),
  ],
  [
    /^Unexpected (?:,|empty item) in/,
    ({ at }) => ({
      ...mark(at),
      message: "nothing stands before this `,`",
      help: "take the comma out, or add a value",
    }),
  ],
  [
    /^Unexpected .* at node end|^Unexpected .* token/,
    ({ text, word, at }) =>
      describeNoColon(text, at) ?? {
        message: `${shown(text, word)} stands after the end of a value`,
        help: "quote the whole value; a quote or bracket above may be closed too early",
        isLast: true,
      },
  ],
  [
    /^Plain value cannot start with .*?(\S)$/,
    ({ text, at }) => ({
      ...mark(at),
      message: `a value cannot begin with ${text.charAt(at) === "`" ? "a backtick" : `\`${text.charAt(at)}\``}`,
      help: text.charAt(at) === "`" ? "put quotes in place of the backticks" : "put it in quotes",
    }),
  ],
  [
    /^Invalid escape sequence (.*)$/,
    ({ at, match: [, sequence = ""] }) => ({
      start: at,
      end: at + sequence.length,
      message: `\`${sequence}\` means nothing in double quotes`,
      help: "write `\\\\` for a backslash, or use single quotes",
    }),
  ],
];

/** `match:{ … }`, `to [ … ]`: YAML takes key and bracket for one text, and notices at the closing bracket. */
function describeNoColon(text: string, at: number): (SyntaxFault & { readonly isLast: true }) | undefined {
  const line = text.lastIndexOf("\n", at - 1) + 1;
  const [, before = "", key = "", bracket] = /^(\s*(?:- )?)([a-z_]+)(?::| )([{[])/.exec(text.slice(line, at)) ?? [];
  if (bracket === undefined) return undefined;
  const start = line + before.length;
  return {
    start,
    end: start + key.length,
    message: `no \`: \` stands between \`${key}\` and \`${bracket}\``,
    help: `write \`${key}: ${bracket}\`, with a blank after the colon`,
    isLast: true,
  };
}

function mark(start: number): { readonly start: number; readonly end: number } {
  return { start, end: start + 1 };
}

/** The first word at or after an offset; where nothing follows, the last character before it. */
function wordAt(text: string, at: number): { readonly start: number; readonly end: number } {
  const found = /\S/.exec(text.slice(at));
  if (found === null) return mark(Math.max(0, text.trimEnd().length - 1));
  const start = at + found.index;
  const [, word = ""] = /^([^\s,[\]{}]*?)(?:[\s,[\]{}]|:\s|:?$)/.exec(text.slice(start, start + 200)) ?? [];
  return { start, end: start + Math.max(1, word.length) };
}

function shown(text: string, { start, end }: { readonly start: number; readonly end: number }): string {
  const word = text.slice(start, end).trim();
  return word === "" ? "this" : `\`${word.length <= 40 ? word : `${word.slice(0, 39)}…`}\``;
}

/** The rest of the line at an offset. */
function lineFrom(text: string, at: number): string {
  const end = text.indexOf("\n", at);
  return text.slice(at, end === -1 ? undefined : end);
}
