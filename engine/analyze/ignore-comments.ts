import { Lexer } from "yaml";
import type { Span } from "../diagnostics/diagnostic.js";
import { type DiagnosticCode, diagnosticCodes } from "../diagnostics/diagnostic-codes.js";
import type { Finding } from "../diagnostics/report.js";
import { lineStarts } from "../source/position.js";
import type { SourceFile } from "../source/source-file.js";

interface IgnoreComment {
  readonly span: Span;
  readonly codes: readonly string[];
  readonly reason: string;
  /** The item on the next line that is not a comment. */
  readonly item: Span | undefined;
}

/**
 * Leaves out the findings of the analysis that a comment `# policy-ignore RW2103: reason` above an item silences, and
 * reports (RW2302) comments that give no reason, name no code of the analysis, or silence nothing.
 * @param couldFind codes that this run looked for: a comment is not blamed for silencing what was not asked.
 */
export function applyIgnoreComments(
  findings: readonly Finding[],
  files: readonly SourceFile[],
  couldFind: (code: DiagnosticCode) => boolean,
): readonly Finding[] {
  const silenced = new Set<Finding>();
  const faults: Finding[] = [];
  for (const comment of files.flatMap(findComments)) {
    const { span, codes, reason } = comment;
    const fault = (message: string, help: string) => {
      faults.push({ code: "RW2302", severity: "warning", message, span, help });
    };
    const form = "write `# policy-ignore RW2103: why this is meant`";
    if (codes.length === 0) fault("a `policy-ignore` comment without a code", form);
    else if (reason === "") fault(`a \`policy-ignore\` comment without a reason`, form);
    for (const code of codes) {
      if (!Object.hasOwn(diagnosticCodes, code) || !code.startsWith("RW2") || code === "RW2302") {
        fault(`\`${code}\` cannot be silenced`, "only findings of the analysis can: `RW2001` and on");
        continue;
      }
      if (reason === "") continue;
      const found = findings.filter((finding) => finding.code === code && isWithin(finding.span, comment.item));
      for (const finding of found) silenced.add(finding);
      if (found.length === 0 && couldFind(code as DiagnosticCode)) {
        fault(`this comment silences nothing: there is no \`${code}\` below it`, "remove it");
      }
    }
  }
  return [...findings.filter((finding) => !silenced.has(finding)), ...faults];
}

function isWithin(span: Span | undefined, item: Span | undefined): boolean {
  if (span === undefined || item === undefined) return false;
  return span.file === item.file && span.start >= item.start && span.start < item.end;
}

function findComments(file: SourceFile): readonly IgnoreComment[] {
  if (!file.text.includes("policy-ignore")) return [];
  const found: IgnoreComment[] = [];
  let offset = 0;
  // The lexer tells comments from `#` inside texts. Its marks (one control character) stand for no source.
  for (const token of new Lexer().lex(file.text)) {
    if (["\u0002", "\u0018", "\u001f", "\ufeff"].includes(token) && !file.text.startsWith(token, offset)) continue;
    const start = offset;
    offset += token.length;
    const [, rest] = /^#\s*policy-ignore\b(.*)$/.exec(token) ?? [];
    if (rest === undefined) continue;
    const [, names = "", reason = ""] = /^([^:]*)(?::(.*))?$/.exec(rest) ?? [];
    found.push({
      span: { file: file.name, start, end: start + token.length },
      codes: names.split(/[\s,]+/).filter((name) => name !== ""),
      reason: reason.trim(),
      item: itemBelow(file, start),
    });
  }
  return found;
}

/** From the next line that holds more than a comment to the last line that is indented deeper. */
function itemBelow(file: SourceFile, offset: number): Span | undefined {
  const starts = lineStarts(file);
  let line = starts.findIndex((_, at) => (starts[at + 1] ?? Number.POSITIVE_INFINITY) > offset) + 1;
  const textOf = (at: number) => file.text.slice(starts[at], starts[at + 1]);
  const isEmpty = (at: number) => /^\s*(#.*)?$/.test(textOf(at).trimEnd());
  while (line < starts.length && isEmpty(line)) line++;
  if (line >= starts.length) return undefined;
  const indent = /^ */.exec(textOf(line))?.[0].length ?? 0;
  let last = line + 1;
  while (last < starts.length && (isEmpty(last) || (/^ */.exec(textOf(last))?.[0].length ?? 0) > indent)) last++;
  return { file: file.name, start: starts[line] as number, end: starts[last] ?? file.text.length };
}
