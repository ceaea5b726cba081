import { CATALOG } from "../policy/root-files.js";
import { lineStarts, positionAt } from "../source/position.js";
import type { SourceFile } from "../source/source-file.js";
import type { Span } from "./diagnostic.js";
import { hideKeys } from "./hide-keys.js";
import { visible } from "./visible.js";

/** The longest stretch of a source line that is shown, in characters. */
const WIDTH = 100;
/** What of a longer line is shown before the place. */
const BEFORE = 60;

export interface FrameLine {
  /** `  14 |` or, for the marks, `     |`. */
  readonly gutter: string;
  readonly text: string;
  readonly isMark: boolean;
}

/**
 * The line of a span, the line above it, and marks below the stretch: to the end of its first line when it has several.
 * A long line is cut around the place, and then stands alone. Control characters are shown as `·`, so that a file cannot
 * write to a terminal, and keys in the catalog as asterisks.
 */
export function codeFrame(file: SourceFile, span: Span): readonly FrameLine[] {
  const { line, column } = positionAt(file, span.start);
  const text = lineText(file, line);
  const from = column - 1 > BEFORE && text.length > WIDTH ? pairStart(text, column - 1 - BEFORE) : 0;
  const to = pairStart(text, from + WIDTH);
  const shown = (whole: string, end: number) => {
    return `${from > 0 ? "…" : ""}${visible(whole.slice(from, end))}${whole.length > end ? "…" : ""}`;
  };
  const width = String(line).length;
  const gutter = (number: number | undefined) => `${String(number ?? "").padStart(width + 2)} |`;
  const marked = visible(text.slice(from, column - 1));
  const stretch = visible(text.slice(column - 1, Math.min(column - 1 + span.end - span.start, to)).trimEnd());
  const marks = `${from > 0 ? " " : ""}${" ".repeat(displayWidth(marked))}${"^".repeat(Math.max(1, displayWidth(stretch)))}`;
  const above = line > 1 && from === 0 ? lineText(file, line - 1) : "";
  const aboveEnd = pairStart(above, WIDTH);
  return [
    ...(above.trim() === "" ? [] : [{ gutter: gutter(line - 1), text: shown(above, aboveEnd), isMark: false }]),
    { gutter: gutter(line), text: shown(text, to), isMark: false },
    { gutter: gutter(undefined), text: marks, isMark: true },
  ];
}

function lineText(file: SourceFile, line: number): string {
  const starts = lineStarts(file);
  const text = file.text.slice(starts[line - 1], starts[line]).replace(/[\r\n]+$/, "");
  return file.name.endsWith(CATALOG) ? hideKeys(text) : text;
}

/** An index that does not cut a surrogate pair: one less than the one given when that would. */
function pairStart(text: string, index: number): number {
  return (text.codePointAt(index - 1) ?? 0) > 0xffff ? index - 1 : index;
}

// East Asian wide and fullwidth forms and emoji take two columns of a terminal (Unicode UAX #11), marks none.
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const zeroWidth = /\p{Mn}|\p{Me}|\p{Cf}/u;

function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += zeroWidth.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}
