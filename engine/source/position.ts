import type { Span } from "../diagnostics/diagnostic.js";
import type { SourceFile } from "./source-file.js";

/** A place as people read it: both 1-based; columns count UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const lineStartsOf = new WeakMap<SourceFile, Uint32Array>();

/**
 * Where a span begins.
 * @param files the set the span points into; a span into none of them is at 1:1.
 */
export function positionOf(files: readonly SourceFile[], span: Span): Position {
  const file = files.find(({ name }) => name === span.file);
  return file === undefined ? { line: 1, column: 1 } : positionAt(file, span.start);
}

/** The place of an offset in one file. */
export function positionAt(file: SourceFile, offset: number): Position {
  const starts = lineStarts(file);
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] as number) + 1 };
}

/** The offset at which each line begins; a line ends with `\n`, `\r\n` or a lone `\r`. Kept for each file. */
export function lineStarts(file: SourceFile): Uint32Array {
  let starts = lineStartsOf.get(file);
  if (starts === undefined) {
    const found = [0];
    for (const match of file.text.matchAll(/\r\n|\n|\r/g)) found.push(match.index + match[0].length);
    starts = Uint32Array.from(found);
    lineStartsOf.set(file, starts);
  }
  return starts;
}
