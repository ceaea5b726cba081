/** What a cell means; colours follow from it (see {@link renderTable}). */
export type Tone = "plain" | "strong" | "good" | "bad" | "unsure" | "faint";

export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
  /** Numbers stand at the right edge of their column. */
  readonly align?: "right";
}
/** A bare text is a plain cell. */
export type Row = readonly (Cell | string)[];

/** ANSI SGR codes (ECMA-48, 8.3.117): bold, green, red, yellow, faint. */
const SGR: Readonly<Record<Tone, string>> = { plain: "", strong: "1", good: "32", bad: "31", unsure: "33", faint: "2" };
const ESCAPE = "\u001b";

/** Lines are broken so as to end here, where words allow it, unless a narrower terminal is named. */
export const WIDTH = 120;
/** A last column narrower than this is not broken: it would be a tower of words. */
const NARROWEST_LAST_COLUMN = 30;
/** How far a last cell that has lines of its own stands in. */
const BELOW = 4;

/** Puts a tone around a text, as ANSI escapes when `color` is on. */
export function paint(text: string, tone: Tone, color: boolean): string {
  return color && tone !== "plain" && text !== "" ? `${ESCAPE}[${SGR[tone]}m${text}${ESCAPE}[0m` : text;
}

/**
 * Lays rows out in columns, two blanks apart, each line without trailing blanks. The last cell of a row is broken at
 * blanks to keep within the width and goes on below itself; where hardly any width is left it stands on lines of its own.
 * Columns that are empty in every row are left out.
 *
 * @param indent blanks before each line.
 * @param width at least 40.
 */
export function renderTable(rows: readonly Row[], indent: number, color: boolean, width = WIDTH): readonly string[] {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === "string" ? plain(cell) : safe(cell))));
  const columns = Math.max(0, ...cells.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    // The last cell of a row may be long: it does not push the columns of other rows aside.
    Math.max(0, ...cells.map((row) => (column < row.length - 1 || row.length === columns ? lengthOf(row[column]) : 0))),
  );
  return cells.flatMap((row) => renderRow(row, widths, { indent, color, width }));
}

interface Layout {
  readonly indent: number;
  readonly color: boolean;
  readonly width: number;
}

function renderRow(
  row: readonly Cell[],
  widths: readonly number[],
  { indent, color, width: lineWidth }: Layout,
): readonly string[] {
  let line = " ".repeat(indent);
  let column = indent;
  for (const [index, cell] of row.slice(0, -1).entries()) {
    const width = widths[index] ?? 0;
    if (width === 0) continue;
    const padding = " ".repeat(width - lengthOf(cell));
    const text = paint(cell.text, cell.tone ?? "plain", color);
    line += `${cell.align === "right" ? padding + text : text + padding}  `;
    column += width + 2;
  }
  const last = row.at(-1);
  if (last === undefined) return [line.trimEnd()];
  const tone = last.tone ?? "plain";
  const room = lineWidth - column;
  const below = indent + BELOW;
  if (room < NARROWEST_LAST_COLUMN && column > below && lengthOf(last) > room) {
    const lines = breakText(last.text, lineWidth - below);
    const cells = line.trim() === "" ? [] : [line.trimEnd()];
    return [...cells, ...lines.map((text) => `${" ".repeat(below)}${paint(text, tone, color)}`)];
  }
  const [first = "", ...more] = breakText(last.text, room);
  const gap = last.align === "right" ? " ".repeat(Math.max(0, (widths[row.length - 1] ?? 0) - lengthOf(last))) : "";
  return [
    `${line}${gap}${paint(first, tone, color)}`.trimEnd(),
    ...more.map((text) => `${" ".repeat(column)}${paint(text, tone, color)}`),
  ];
}

/** Breaks a text at blanks into lines of at most `width`; a longer word stands alone. */
export function breakText(text: string, width: number): readonly string[] {
  if (width < NARROWEST_LAST_COLUMN || [...text].length <= width) return [text];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && [...longer].length > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  lines.push(line);
  return lines;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
const unseen = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/**
 * Control characters, line separators and what turns the direction of reading as `\u{1b}`: facts come from clients, and must
 * not be able to write escapes to an operator's terminal.
 */
export function safeText(text: string): string {
  return text.replace(unseen, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
}

function plain(text: string): Cell {
  return { text: safeText(text) };
}

function safe(cell: Cell): Cell {
  return { ...cell, text: safeText(cell.text) };
}

function lengthOf(cell: Cell | undefined): number {
  return cell === undefined ? 0 : [...cell.text].length;
}
