import { lineStarts, positionAt } from "../source/position.js";
import type { SourceFile } from "../source/source-file.js";
import type { Span } from "./diagnostic.js";

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
 * Long lines are cut around the place. Control characters are shown as `·`, so that a file cannot write to a terminal.
 */
export function codeFrame(file: SourceFile, span: Span): readonly FrameLine[] {
  const { line, column } = positionAt(file, span.start);
  const text = lineText(file, line);
  const from = column - 1 > BEFORE && text.length > WIDTH ? column - 1 - BEFORE : 0;
  const shown = (whole: string) => {
    const part = whole.slice(from, from + WIDTH);
    return `${from > 0 && part !== "" ? "…" : ""}${part}${whole.length > from + WIDTH ? "…" : ""}`;
  };
  const width = String(line).length;
  const gutter = (number: number | undefined) => `${String(number ?? "").padStart(width + 2)} |`;
  const marked = text.slice(from, column - 1);
  const stretch = text.slice(column - 1, Math.min(column - 1 + span.end - span.start, from + WIDTH)).trimEnd();
  const marks = `${from > 0 ? " " : ""}${" ".repeat(displayWidth(marked))}${"^".repeat(Math.max(1, displayWidth(stretch)))}`;
  const above = line > 1 ? lineText(file, line - 1) : "";
  return [
    ...(above.trim() === "" ? [] : [{ gutter: gutter(line - 1), text: clean(shown(above)), isMark: false }]),
    { gutter: gutter(line), text: clean(shown(text)), isMark: false },
    { gutter: gutter(undefined), text: marks, isMark: true },
  ];
}

function lineText(file: SourceFile, line: number): string {
  const starts = lineStarts(file);
  return file.text.slice(starts[line - 1], starts[line]).replace(/[\r\n]+$/, "");
}

/** A tab is shown as one blank, so that the marks stand under what they mark. */
function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
  return text.replaceAll("\t", " ").replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "·");
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
