import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { disguisedBlank, disguisedIndents } from "../disguised-blanks.js";
import { positionAt } from "../position.js";
import type { SourceFile } from "../source-file.js";
import { describeSyntaxError, type ParserError } from "./describe-syntax-error.js";

/** The parser's codes for what tags it does not know, or stand where they cannot. */
const tagErrors = new Set(["TAG_RESOLVE_FAILED", "BAD_COLLECTION_TYPE", "MULTIPLE_TAGS"]);

/**
 * The parser's errors as findings, one a line: what follows on the same line is nearly always the same mistake. After an
 * error that shifts all that follows (an open bracket, a tab) only those of another kind are told.
 */
export function syntaxErrors(file: SourceFile, errors: readonly ParserError[]): readonly Diagnostic[] {
  const conflicts = errors.length === 0 ? [] : mergeConflicts(file);
  if (conflicts.length > 0) return conflicts;
  const indents = errors.length === 0 ? [] : strangeIndents(file, errors);
  if (indents.length > 0) return indents;
  const lines = new Set<number>();
  let isShifted = false;
  return errors.flatMap((error): readonly Diagnostic[] => {
    if (isShifted && isStructural(error)) return [];
    const { start, end, message, help, related, isLast } = tagErrors.has(error.code)
      ? { ...tagFault(error), isLast: false, related: undefined }
      : { related: undefined, isLast: false, help: undefined, ...describeSyntaxError(file.text, error) };
    const { line } = positionAt(file, start);
    if (lines.has(line)) return [];
    lines.add(line);
    if (isLast === true) isShifted = true;
    const place = (from: number, to: number) => ({ file: file.name, start: from, end: to });
    return [
      {
        code: tagErrors.has(error.code) ? "RW1002" : "RW1001",
        severity: "error",
        message,
        span: place(start, end),
        ...(help === undefined ? {} : { help }),
        ...(related === undefined
          ? {}
          : { related: [{ span: place(related.start, related.end), note: related.note }] }),
      },
    ];
  });
}

/** Errors about the shape of the file, which one shape error causes by the dozen; tabs are told each. */
function isStructural({ code }: ParserError): boolean {
  return code !== "BAD_SCALAR_START" && code !== "BAD_DQ_ESCAPE" && code !== "TAB_AS_INDENT";
}

function tagFault({ pos: [start, end] }: ParserError) {
  const help = "remove it; quote text that looks like a number, and write numbers plainly";
  return { start, end: Math.max(start + 1, end), message: "YAML tags (`!…`) are not used in policies", help };
}

function mergeConflicts({ name, text }: SourceFile): readonly Diagnostic[] {
  return [...text.matchAll(/^<{7} .*$/gm)].map((match) => ({
    code: "RW1001",
    severity: "error",
    message: "a merge conflict is not resolved here",
    span: { file: name, start: match.index, end: match.index + match[0].trimEnd().length },
    help: "keep one side, and remove the lines of `<<<<<<<`, `=======` and `>>>>>>>`",
  }));
}

/** Where the parser stumbles at such a line or beside it: within a text of several lines they are no fault. */
function strangeIndents(file: SourceFile, errors: readonly ParserError[]): readonly Diagnostic[] {
  const stumbled = errors.map(({ pos: [start] }) => positionAt(file, start).line);
  return disguisedIndents(file.text).flatMap(({ start, end, blanks }): readonly Diagnostic[] => {
    const { line } = positionAt(file, start);
    if (!stumbled.some((other) => Math.abs(other - line) <= 1)) return [];
    return [
      {
        code: "RW1001",
        severity: "error",
        message: `a blank that is no space (${disguisedBlank(blanks)}) indents this line`,
        span: { file: file.name, start, end },
        help: "indent with spaces",
      },
    ];
  });
}
