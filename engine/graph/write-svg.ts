import { breakText } from "../explain/text-table.js";
import type { GraphRow, PolicyGraph } from "./graph-rows.js";

/** Sizes in pixels. Texts are measured by this mean width of a letter, which fits common sans-serif fonts at 13 px. */
const LETTER = 6.9;
const LINE = 18;
const PAD = 12;
const GAP = 16;
const MARGIN = 32;
const LEFT = { x: MARGIN, width: 520 };
const RIGHT = { x: MARGIN + 520 + 96, width: 500 };
const WIDTH = RIGHT.x + RIGHT.width + MARGIN;

const colors = {
  deny: { fill: "#fde8e8", stroke: "#c0392b" },
  require: { fill: "#fef5e0", stroke: "#b7791f" },
  route: { fill: "#e8f0fe", stroke: "#2b5fc0" },
  default: { fill: "#f4f4f5", stroke: "#71717a" },
  target: { fill: "#eef7ee", stroke: "#2f855a" },
} as const;

/**
 * The graph as an SVG of its own, without scripts, fonts or other files: conditions on the left, one below the other as
 * they are asked; where a request goes on the right.
 */
export function writeSvg({ title, guards, routes, pools }: PolicyGraph): string {
  const parts: string[] = [];
  let y = MARGIN;
  const heading = (text: string, size: number) => {
    y += size + 4;
    parts.push(`<text x="${MARGIN}" y="${y}" font-size="${size}" font-weight="600">${escapeXml(text)}</text>`);
    y += 14;
  };
  heading(title, 20);
  if (guards.length > 0) {
    heading("Guards: all that apply act, wherever they stand; they act unless their condition is false", 14);
    for (const row of guards) y = drawRow(parts, row, y, row.kind, undefined) + GAP / 2;
    y += GAP;
  }
  heading("Routes: the first whose condition is true", 14);
  let above: number | undefined;
  for (const row of routes) {
    y = drawRow(parts, row, y, "target", above) + GAP + 6;
    above = y - GAP - 6;
  }
  if (pools.length > 0) {
    heading("Pools", 14);
    for (const { name, items } of pools) {
      const lines = breakText(`${name}: ${items.join(", ")}`, Math.floor((WIDTH - 2 * MARGIN) / LETTER));
      for (const line of lines) {
        y += LINE;
        parts.push(textLine(MARGIN, y, line));
      }
      y += 4;
    }
  }
  const height = y + MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, 'Helvetica Neue', Arial, sans-serif" font-size="13" fill="#1f2430">
<title>${escapeXml(title)}</title>
<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#555"/></marker></defs>
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
${parts.join("\n")}
</svg>
`;
}

/**
 * Draws a rule: its condition, an arrow, its effect.
 * @param above where the box above ends, for the arrow from it.
 * @returns where the row ends.
 */
function drawRow(
  parts: string[],
  row: GraphRow,
  y: number,
  target: keyof typeof colors,
  above: number | undefined,
): number {
  const condition = row.condition.flatMap((line) => wrap(line, LEFT.width));
  const effect = row.effect.flatMap((line) => wrap(line, RIGHT.width));
  const height = Math.max(2 * PAD + (1 + condition.length) * LINE, 2 * PAD + effect.length * LINE) - 4;
  const middle = y + height / 2;
  if (above !== undefined) {
    const x = LEFT.x + 40;
    parts.push(`<path d="M${x} ${above}V${y - 1}" stroke="#555" marker-end="url(#arrow)"/>`);
    parts.push(`<text x="${x + 8}" y="${(above + y) / 2 + 4}" font-size="11" fill="#666">else</text>`);
  }
  parts.push(box(LEFT.x, y, LEFT.width, height, row.kind));
  const place = `<tspan fill="#666" font-size="11" font-weight="400" dx="8">${escapeXml(row.place)}</tspan>`;
  parts.push(`<text x="${LEFT.x + PAD}" y="${y + PAD + 10}" font-weight="600">${escapeXml(row.title)}${place}</text>`);
  for (const [index, line] of condition.entries()) {
    parts.push(textLine(LEFT.x + PAD, y + PAD + 10 + (index + 1) * LINE, line));
  }
  parts.push(`<path d="M${LEFT.x + LEFT.width} ${middle}H${RIGHT.x - 2}" stroke="#555" marker-end="url(#arrow)"/>`);
  parts.push(box(RIGHT.x, y, RIGHT.width, height, target));
  const start = y + (height - effect.length * LINE) / 2 + 13;
  for (const [index, line] of effect.entries()) parts.push(textLine(RIGHT.x + PAD, start + index * LINE, line));
  return y + height;
}

function wrap(text: string, width: number): readonly string[] {
  const letters = Math.floor((width - 2 * PAD) / LETTER);
  return breakText(text.replaceAll("\n", " "), letters).flatMap((line) => {
    // A word that is longer than the box is cut hard.
    const pieces = line.match(new RegExp(`.{1,${letters}}`, "gu"));
    return pieces ?? [""];
  });
}

function box(x: number, y: number, width: number, height: number, kind: keyof typeof colors): string {
  const { fill, stroke } = colors[kind];
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="${fill}" stroke="${stroke}"/>`;
}

function textLine(x: number, y: number, text: string): string {
  return `<text x="${x}" y="${y}">${escapeXml(text)}</text>`;
}

function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML cannot hold control characters
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
  );
}
