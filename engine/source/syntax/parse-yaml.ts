import { Composer, type Document, type ParsedNode } from "yaml";
import type { Diagnostic, Span } from "../../diagnostics/diagnostic.js";
import { writeCount } from "../../units/write-figures.js";
import { limits } from "../limits.js";
import { locate } from "../locate.js";
import { type Located, shorten } from "../located.js";
import type { SourceFile } from "../source-file.js";
import { findStrayCharacter } from "./find-stray-character.js";
import { readTokens } from "./read-tokens.js";
import { syntaxErrors } from "./syntax-errors.js";

export interface ParsedFile {
  /** Undefined when the file is empty, or when nothing of it can be trusted. */
  readonly root?: Located;
  readonly diagnostics: readonly Diagnostic[];
  /** Values that were refused, and maps that lost an entry so: more complaints about them would be about our repair. */
  readonly refused: ReadonlySet<Located>;
}

type YamlDocument = Document.Parsed<ParsedNode, true>;

/**
 * Reads one YAML 1.2 file (core schema) into located values. All syntax errors are reported, one a line. What
 * policies do not use is refused: aliases, anchors, tags, directives, merge keys, several documents, duplicate keys.
 */
export function parseYaml(file: SourceFile): ParsedFile {
  const refuse = (diagnostic: Omit<Diagnostic, "severity">): ParsedFile => ({
    diagnostics: [{ ...diagnostic, severity: "error" }],
    refused: new Set(),
  });
  const place = (start: number, end: number): Span => ({ file: file.name, start, end });
  if (file.text.length > limits.fileSize) {
    const message = `the file has ${writeCount(file.text.length)} characters; a policy file may have ${writeCount(limits.fileSize)}`;
    const help = "split it: rules can be moved to files of their own with `include`";
    return refuse({ code: "RW1004", message, help, span: place(0, 1) });
  }
  const stray = findStrayCharacter(file.text);
  if (stray !== undefined) {
    const { start, message, help } = stray;
    return refuse({ code: "RW1001", message, help, span: place(start, start + 1) });
  }
  const reading = readTokens(file.text);
  if (reading.kind === "too-deep") {
    const message = `maps and lists nest deeper than ${limits.nesting} levels here`;
    return refuse({
      code: "RW1004",
      message,
      help: "say it with fewer levels",
      span: place(reading.start, reading.end),
    });
  }
  const options = { version: "1.2", schema: "core", strict: true, uniqueKeys: false, prettyErrors: false } as const;
  const composer = new Composer<ParsedNode, true>({ ...options, logLevel: "silent" });
  return readDocuments(file, [...composer.compose(reading.tokens)]);
}

function readDocuments(file: SourceFile, documents: readonly YamlDocument[]): ParsedFile {
  const [document, second] = documents;
  if (document === undefined) return { diagnostics: [], refused: new Set() };
  const diagnostics = [
    ...syntaxErrors(
      file,
      documents.flatMap(({ errors }) => errors),
    ),
    ...(second === undefined ? [] : [refuseDocument(file, document, second)]),
    ...refuseDirectives(file, document),
  ];
  if (document.errors.length > 0 || second !== undefined || document.contents === null)
    return { diagnostics, refused: new Set() };
  const { located, diagnostics: refusals, refused } = locate(file, document.contents);
  return { root: located, diagnostics: [...diagnostics, ...refusals], refused };
}

function refuseDocument({ name, text }: SourceFile, first: YamlDocument, second: YamlDocument): Diagnostic {
  // Between the two stands the mark `---`; after `...` it may be left out, and the second begins with its first value.
  const from = first.range[1];
  const mark = /^---/m.exec(text.slice(from, second.range[0] + 3));
  const start = mark === null ? second.range[0] : from + mark.index;
  const found = start + Math.max(0, text.slice(start).search(/[^ \t\r\n]/));
  return {
    code: "RW1002",
    severity: "error",
    message: "a second document begins here; a policy file holds one",
    span: { file: name, start: found, end: found + (mark === null ? 1 : 3) },
    help: "remove this line if it is one document; else move what follows to a file of its own and `include` it",
  };
}

function refuseDirectives(file: SourceFile, document: YamlDocument): readonly Diagnostic[] {
  return [...file.text.slice(0, document.range[0]).matchAll(/^%\S[^\r\n]*/gm)].map((match) => {
    const [line] = match;
    const start = match.index;
    return {
      code: "RW1002",
      severity: "error",
      message: `\`${shorten(line)}\` is a YAML directive; policies are plain YAML 1.2`,
      span: { file: file.name, start, end: start + line.length },
      help: "remove the line",
    };
  });
}
