import type { UsageRow } from "../../ledger/usage-query.js";
import type { UsageAnswer } from "../admin/answers.js";
import { Folded } from "../parts/folded.js";
import { Scroll } from "../parts/scroll.js";
import { writeDay } from "../words/write-time.js";
import type { Group } from "./groups.js";
import { type Measure, measures } from "./measures.js";
import { UsageDays } from "./usage-days.js";

export interface UsageChartProps {
  readonly daily: UsageAnswer;
  readonly by: Group;
  readonly measure: Measure;
  readonly nameOf: (value: string) => string;
}

/** Values with a colour of their own; all others share the last. */
const COLOURS = 5;
const DAY_MS = 86_400_000;
const HEIGHT = 160;
const GAP = 12;
/** Of a bar and a gap: every day has its name where they are few, every third where they are many. */
const WIDE = 56;
const NARROW = 30;
const MOST_WIDE = 16;

/** A bar a day, its parts by value of the group; and its figures, for those who cannot point at a bar. */
export function UsageChart({ daily, by, measure, nameOf }: UsageChartProps) {
  const { read, write, title } = measures[measure];
  const names = largest(daily.usage, by, read);
  const isRest = (name: string) => !names.includes(name);
  const byDay = rowsByDay(daily.usage);
  const days = daysOf(daily).map((day) => {
    const rows = byDay.get(day) ?? [];
    const of = (fits: (name: string) => boolean) =>
      rows.filter((row) => fits(row[by] ?? "")).reduce((sum, row) => sum + read(row), 0);
    return { day, parts: [...names.map((name) => of((one) => one === name)), of(isRest)] };
  });
  const hasRest = days.some(({ parts }) => (parts[names.length] ?? 0) > 0);
  const most = Math.max(...days.map(({ parts }) => parts.reduce((a, b) => a + b, 0)));
  if (most === 0) return <p class="faint">{title}: nothing to draw in these days.</p>;
  const step = days.length <= MOST_WIDE ? WIDE : NARROW;
  const width = days.length * step + GAP;
  return (
    <figure class="card chart">
      <figcaption>
        <strong>{title} by day</strong> <small>most: {write(most)} a day</small>
        <ul class="legend">
          {names.map((name, index) => (
            <li key={name}>
              <i class={`part${index}`} /> {nameOf(name)}
            </li>
          ))}
          {hasRest ? (
            <li>
              <i class="part-rest" /> others
            </li>
          ) : null}
        </ul>
      </figcaption>
      <Scroll label={`${title} by day`}>
        <svg
          ref={showEnd}
          viewBox={`0 0 ${width} ${HEIGHT + 24}`}
          width={width}
          height={HEIGHT + 24}
          role="img"
          aria-label={`${title} by day and ${by}`}
        >
          <line x1="0" x2={width} y1={HEIGHT} y2={HEIGHT} class="axis" />
          {days.map(({ day, parts }, index) => {
            let top = HEIGHT;
            return (
              <g key={day} transform={`translate(${index * step + GAP} 0)`}>
                {parts.map((part, place) => {
                  const height = (part / most) * (HEIGHT - 4);
                  top -= height;
                  const name = names[place];
                  return part === 0 ? null : (
                    <rect
                      key={name ?? "others"}
                      class={name === undefined ? "part-rest" : `part${place}`}
                      y={top}
                      width={step - GAP}
                      height={height}
                    >
                      <title>{`${day} ${name === undefined ? "others" : nameOf(name)}: ${write(part)}`}</title>
                    </rect>
                  );
                })}
                <text x={(step - GAP) / 2} y={HEIGHT + 16}>
                  {step === WIDE || (days.length - 1 - index) % 3 === 0 ? writeDay(day) : ""}
                </text>
              </g>
            );
          })}
        </svg>
      </Scroll>
      <Folded class="daily" summary="The figures by day">
        {() => <UsageDays names={[...names.map(nameOf), ...(hasRest ? ["others"] : [])]} days={days} write={write} />}
      </Folded>
    </figure>
  );
}

/** Where not all days have room, the newest are seen first. */
function showEnd(chart: SVGSVGElement | null): void {
  const scroll = chart?.parentElement;
  if (scroll != null) scroll.scrollLeft = scroll.scrollWidth;
}

function largest(rows: readonly UsageRow[], by: Group, read: (row: UsageRow) => number): readonly string[] {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(row[by] ?? "", (sums.get(row[by] ?? "") ?? 0) + read(row));
  return [...sums]
    .filter(([, sum]) => sum > 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, COLOURS)
    .map(([name]) => name);
}

function rowsByDay(usage: readonly UsageRow[]): ReadonlyMap<string, readonly UsageRow[]> {
  const days = new Map<string, UsageRow[]>();
  for (const row of usage) {
    const day = (row.time ?? "").slice(0, 10);
    const rows = days.get(day);
    if (rows === undefined) days.set(day, [row]);
    else rows.push(row);
  }
  return days;
}

/** Every day of the answer, those without usage too: `2026-11-26`. */
function daysOf({ from, to }: UsageAnswer): readonly string[] {
  const days: string[] = [];
  for (let at = Date.parse(from); at < Date.parse(to); at += DAY_MS) days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}
