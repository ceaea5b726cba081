import { parseInstant } from "../../engine/serving.js";
import { InvalidSettings } from "../keys/read-key-settings.js";
import { whyNoId } from "../storage/why-no-id.js";
import {
  emptyUsageRow,
  type UsageAnswer,
  type UsageGroup,
  type UsageQuery,
  type UsageRow,
  usageGroups,
} from "./usage-query.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DEFAULT_DAYS = 30;
/** Parameters of a query. */
const known: readonly string[] = ["by", "from", "to", "interval", ...usageGroups];

/**
 * Reads a query as `/admin/usage` and `policy usage` take it: `by` (also `day` and `hour`), `from`, `to`, `interval`, and
 * any group as a filter. Without times: the last 30 days, today included. Times are widened to whole hours.
 * @throws InvalidSettings naming what is wrong.
 */
export function readUsageQuery(given: Readonly<Record<string, unknown>>, now: number): UsageQuery {
  const texts = readTexts(given);
  const only = Object.fromEntries([...texts].filter(([name]) => groupOf(name) !== undefined));
  return { ...readSpan(texts, now), only, ...readGrouping(texts) };
}

function readTexts(given: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== "string" || value.length > 500) throw new InvalidSettings(name.slice(0, 100), "give it once");
    if (!known.includes(name)) {
      throw new InvalidSettings(name.slice(0, 100), `there is no such parameter; there are ${known.join(", ")}`);
    }
    const whyNot = whyNoId(name, value);
    if (whyNot !== undefined) throw new InvalidSettings(name, whyNot);
    texts.set(name, value);
  }
  return texts;
}

/** An interval may stand in `by` too. */
function readGrouping(texts: ReadonlyMap<string, string>): Pick<UsageQuery, "by" | "interval"> {
  const wordsOf = (name: string) =>
    texts
      .get(name)
      ?.split(",")
      .map((word) => word.trim()) ?? [];
  const intervals = new Set<"day" | "hour">();
  const by = new Set<UsageGroup>();
  for (const name of ["by", "interval"]) {
    for (const word of wordsOf(name)) {
      const group = name === "by" ? groupOf(word) : undefined;
      if (group !== undefined) by.add(group);
      else if (word === "day" || word === "hour") intervals.add(word);
      else
        throw new InvalidSettings(
          name,
          `it takes ${[...(name === "by" ? usageGroups : []), "day", "hour"].join(", ")}`,
        );
    }
    if (intervals.size > 1) throw new InvalidSettings(name, "it takes day or hour, not both");
  }
  const [interval] = intervals;
  return { by: [...by], ...(interval === undefined ? {} : { interval }) };
}

/** Whole hours. */
function readSpan(texts: ReadonlyMap<string, string>, now: number): Pick<UsageQuery, "from" | "to"> {
  const [from, to] = [readTime(texts, "from"), readTime(texts, "to")];
  const until = to ?? Math.floor(now / DAY_MS) * DAY_MS + DAY_MS;
  const since = from ?? Math.floor((until - 1) / DAY_MS) * DAY_MS - (DEFAULT_DAYS - 1) * DAY_MS;
  if (since >= until) {
    const end = new Date(until).toISOString().slice(0, 16);
    throw new InvalidSettings("from", `it must be before \`to\`, ${to === undefined ? "left out: " : ""}${end}Z`);
  }
  return { from: Math.floor(since / HOUR_MS) * HOUR_MS, to: Math.ceil(until / HOUR_MS) * HOUR_MS };
}

/** An answer as JSON, with the times and groups that it is about: `from` until before `to`. */
export function usageToJson({ rows, isCut }: UsageAnswer, { from, to, by, interval }: UsageQuery): object {
  const iso = (time: number) => new Date(time).toISOString();
  return { from: iso(from), to: iso(to), by, interval, ...(isCut ? { truncated: true } : {}), usage: rows };
}

/** A table of rows as CSV (RFC 4180), with a head also when there are none. */
export function usageToCsv(rows: readonly UsageRow[], query: UsageQuery): string {
  const columns = Object.keys(rows[0] ?? emptyUsageRow(query));
  const cell = (value: unknown) => {
    const text = String(value ?? "");
    // A spreadsheet would run what begins like this.
    const safe = /^[=+\-@\t\r]/.test(text) && typeof value === "string" ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [columns, ...rows.map((row) => columns.map((column) => row[column as "input"]))]
    .map((line) => `${line.map(cell).join(",")}\r\n`)
    .join("");
}

function groupOf(word: string): UsageGroup | undefined {
  return usageGroups.find((group) => group === word);
}

function readTime(texts: ReadonlyMap<string, string>, name: string): number | undefined {
  const text = texts.get(name);
  if (text === undefined) return undefined;
  const time = parseInstant(text);
  if (time === undefined) {
    throw new InvalidSettings(name, "it takes a date, 2026-11-01, or a time, 2026-11-01T12:00:00Z");
  }
  return time;
}
