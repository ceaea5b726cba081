import { Composer, type Document, type ParsedNode, Parser } from "yaml";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.js";
import { findDeepNesting } from "./check-nesting.js";
import { limits } from "./limits.js";
import { locate } from "./locate.js";
import type { Located } from "./located.js";
import type { SourceFile } from "./source-file.js";

export interface ParsedFile {
  /** Undefined when the file is empty, or when nothing of it can be trusted. */
  readonly root?: Located;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads one YAML 1.2 file (core schema) into located values. All syntax errors are reported, one a line. What
 * policies do not use is refused: aliases, anchors, tags, directives, merge keys, several documents, duplicate keys.
 */
export function parseYaml(file: SourceFile): ParsedFile {
  const place = (start: number, end: number): Span => ({ file: file.name, start, end });
  const refuse = (start: number, message: string, help: string): ParsedFile => ({
    diagnostics: [{ code: "RW1004", severity: "error", message, help, span: place(start, start + 1) }],
  });
  if (file.text.length > limits.fileSize) {
    const message = `the file has ${file.text.length} characters; a policy file may have ${limits.fileSize}`;
    return refuse(0, message, "split it: rules can be moved to files of their own with `include`");
  }
  const deep = findDeepNesting(file.text);
  if (deep !== undefined) {
    const message = `maps and lists nest deeper than ${limits.nesting} levels here`;
    return refuse(deep, message, "say it with fewer levels");
  }
  let documents: readonly Document.Parsed<ParsedNode, true>[];
  try {
    const tokens = new Parser().parse(file.text);
    const options = { version: "1.2", schema: "core", strict: true, uniqueKeys: false, prettyErrors: false } as const;
    documents = [...new Composer<ParsedNode, true>({ ...options, logLevel: "silent" }).compose(tokens)];
  } catch (error) {
    const message = `the YAML parser gives up: ${error instanceof Error ? error.message : String(error)}`;
    return { diagnostics: [{ code: "RW1001", severity: "error", message, span: place(0, 1) }] };
  }
  return readDocuments(file, documents);
}

function readDocuments(file: SourceFile, documents: readonly Document.Parsed<ParsedNode, true>[]): ParsedFile {
  const diagnostics = documents.flatMap((document) => syntaxErrors(file, document));
  const [document, second] = documents;
  if (document === undefined) return { diagnostics };
  if (second !== undefined) {
    const start = second.range[0];
    diagnostics.push({
      code: "RW1002",
      severity: "error",
      message: "a second document begins here; a policy file holds one",
      span: { file: file.name, start: Math.max(0, start - 4), end: Math.max(1, start - 1) },
      help: "move it to a file of its own and `include` it",
    });
  }
  const directive = /^%\S.*$/m.exec(file.text.slice(0, document.range[0]));
  if (directive !== null) {
    diagnostics.push({
      code: "RW1002",
      severity: "error",
      message: `\`${directive[0].slice(0, 40)}\` is a YAML directive; policies are plain YAML 1.2`,
      span: { file: file.name, start: directive.index, end: directive.index + directive[0].length },
      help: "remove the line",
    });
  }
  if (document.errors.length > 0 || document.contents === null) return { diagnostics };
  const { located, diagnostics: refusals } = locate(file, document.contents);
  return { root: located, diagnostics: [...diagnostics, ...refusals] };
}

/** One error a line: what follows on the same line is nearly always the same mistake. */
function syntaxErrors(file: SourceFile, document: Document.Parsed<ParsedNode, true>): Diagnostic[] {
  const lines = new Set<number>();
  return document.errors.flatMap(({ code, message, pos }): Diagnostic[] => {
    const start = Math.min(pos[0], file.text.length);
    const line = file.text.lastIndexOf("\n", start - 1);
    if (lines.has(line)) return [];
    lines.add(line);
    const span = { file: file.name, start, end: Math.max(start + 1, Math.min(pos[1], file.text.length)) };
    if (code === "TAG_RESOLVE_FAILED" || code === "BAD_COLLECTION_TYPE" || code === "MULTIPLE_TAGS") {
      const help = "remove it; quote text that looks like a number, and write numbers plainly";
      return [{ code: "RW1002", severity: "error", message: "YAML tags (`!…`) are not used in policies", span, help }];
    }
    const text = message.charAt(0).toLowerCase() + message.slice(1);
    return [{ code: "RW1001", severity: "error", message: text, span, ...helpFor(code) }];
  });
}

function helpFor(code: string): { readonly help?: string } {
  const help = syntaxHelp[code];
  return help === undefined ? {} : { help };
}

/** What to do about the parser's errors, by its codes. */
const syntaxHelp: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "indent with spaces",
  BAD_ALIAS: "quote a value that begins with `*` or `&`",
  BAD_SCALAR_START: "quote the value",
  BAD_INDENT: "keys of one mapping and items of one list begin in the same column",
  UNEXPECTED_TOKEN: "keys of one mapping and items of one list begin in the same column",
  BLOCK_AS_IMPLICIT_KEY: "quote a value that holds `: `, and write one key a line",
  MULTILINE_IMPLICIT_KEY: "close the quote or the bracket on the same line, or mend the indentation",
  MISSING_CHAR: "close every quote and bracket, and write `, ` between items",
};
