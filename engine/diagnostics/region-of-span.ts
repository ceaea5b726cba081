import { positionAt } from "../source/position.js";
import type { SourceFile } from "../source/source-file.js";
import type { Span } from "./diagnostic.js";

/** A stretch of a file in lines and columns, 1-based; the end column is that of the first character beyond. */
export interface Region {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine?: number;
  readonly endColumn?: number;
}

/** Where a span lies; one into none of the files is at 1:1. An empty span has the character after it. */
export function regionOfSpan(files: readonly SourceFile[], span: Span): Region {
  const file = files.find(({ name }) => name === span.file);
  if (file === undefined) return { startLine: 1, startColumn: 1 };
  const start = positionAt(file, span.start);
  const end = positionAt(file, Math.min(Math.max(span.end, span.start + 1), file.text.length));
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}
