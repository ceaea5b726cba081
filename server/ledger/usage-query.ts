import { type NanoUsd, nanoToUsd } from "../../engine/serving.js";
import type { TokenColumns } from "../storage/database-schema.js";
import type { Database } from "../storage/open-database.js";
import { summedColumns } from "./ledger-entry.js";

export const usageGroups = ["model", "endpoint", "rule", "key", "tenant", "app"] as const;
export type UsageGroup = (typeof usageGroups)[number];

/** Which usage, and how it is put together. */
export interface UsageQuery {
  /** Epoch milliseconds, whole hours: from `from` until before `to`. */
  readonly from: number;
  readonly to: number;
  /** A row for each value; none: one row for all. */
  readonly by: readonly UsageGroup[];
  /** A row for each of these too: a time series, in UTC. */
  readonly interval?: "hour" | "day";
  /** Only usage with these values. */
  readonly only: Readonly<Partial<Record<UsageGroup, string>>>;
}

/** Usage summed up. Tokens are in buckets that add up; money is USD. */
export interface UsageRow extends TokenColumns, Readonly<Partial<Record<UsageGroup, string>>> {
  /** Start of the interval, ISO 8601. */
  readonly time?: string;
  /** Beside `key`: what people call it; empty for a key without a name, and for calls without a key. */
  readonly key_name?: string;
  readonly attempts: number;
  readonly answered: number;
  /** What the operator owes, as far as it is known. */
  readonly incurred_usd: number;
  /** Attempts whose cost is not known, and not in the sum. */
  readonly unknown_cost: number;
  /** What counted towards budgets. */
  readonly charged_usd: number;
  /** Mean time of an attempt, whole milliseconds. */
  readonly mean_ms: number;
}

export interface UsageAnswer {
  readonly rows: readonly UsageRow[];
  /** There was more than {@link MAX_USAGE_ROWS}: the cheapest, of a time series the latest, are left out. */
  readonly isCut: boolean;
}

/** Sums of an answer at most. */
export const MAX_USAGE_ROWS = 10_000;
const DAY_MS = 86_400_000;

/**
 * Sums up usage, from the sums by day where the query's times allow it, else by hour: never from the ledger's own rows,
 * so it stays fast however many there are. Dearest first, a time series by time before.
 */
export async function queryUsage({ db }: Pick<Database, "db">, query: UsageQuery): Promise<UsageAnswer> {
  const { from, to, by, interval, only } = query;
  const isDaily = interval !== "hour" && from % DAY_MS === 0 && to % DAY_MS === 0;
  const groups = [...(interval === undefined ? [] : (["start"] as const)), ...by];
  let select = db
    .selectFrom("usage_rollups")
    // As text: a sum may be beyond what the driver reads exactly, and is shown in dollars.
    .select(({ cast, fn }) => summedColumns.map((name) => cast<string | null>(fn.sum(name), "text").as(name)))
    .where("span", "=", isDaily ? "day" : "hour")
    .where("start", ">=", from)
    .where("start", "<", to)
    .limit(MAX_USAGE_ROWS + 1);
  for (const name of usageGroups) {
    const value = only[name];
    if (value !== undefined) select = select.where(name, "=", value);
  }
  for (const name of groups) select = select.select(name).groupBy(name) as unknown as typeof select;
  if (interval !== undefined) select = select.orderBy("start" as never);
  select = select.orderBy(({ fn }) => fn.sum("charged_nano"), "desc");
  const found = (await select.execute()) as unknown as readonly Record<string, number | string | null>[];
  const isCut = found.length > MAX_USAGE_ROWS;
  const rows = isCut ? found.slice(0, MAX_USAGE_ROWS) : found;
  const isEmpty = rows.length === 1 && rows[0]?.["attempts"] === null; // a sum over nothing
  const names = by.includes("key") ? await keyNames(db) : undefined;
  const shown = isEmpty ? [] : rows.map((row) => toUsageRow(row, query, names));
  // Sums by hour give a row an hour, also when days were asked for.
  return { rows: interval === "day" && !isDaily ? mergeByDay(shown, by) : shown, isCut };
}

async function keyNames(db: Database["db"]): Promise<ReadonlyMap<string, string>> {
  const keys = await db.selectFrom("api_keys").select(["id", "name"]).execute();
  return new Map(keys.map(({ id, name }) => [id, name]));
}

/** What a row looks like, with nothing in it. */
export function emptyUsageRow(query: UsageQuery): UsageRow {
  return toUsageRow({}, query);
}

function toUsageRow(
  row: Readonly<Record<string, number | string | null>>,
  { by, interval }: UsageQuery,
  names?: ReadonlyMap<string, string>,
): UsageRow {
  const count = (name: string) => Number(row[name] ?? 0);
  const start = count("start");
  const attempts = count("attempts");
  return {
    ...(interval === undefined
      ? {}
      : { time: new Date(interval === "day" ? start - (start % DAY_MS) : start).toISOString() }),
    ...Object.fromEntries(by.map((name) => [name, String(row[name])])),
    ...(by.includes("key") ? { key_name: names?.get(String(row["key"])) ?? "" } : {}),
    attempts,
    answered: count("answered"),
    input: count("input"),
    cached_input: count("cached_input"),
    cache_write: count("cache_write"),
    audio_input: count("audio_input"),
    image_input: count("image_input"),
    output: count("output"),
    reasoning: count("reasoning"),
    audio_output: count("audio_output"),
    incurred_usd: nanoToUsd(count("incurred_nano") as NanoUsd),
    unknown_cost: count("unknown_cost"),
    charged_usd: nanoToUsd(count("charged_nano") as NanoUsd),
    mean_ms: attempts === 0 ? 0 : Math.round(count("total_ms") / attempts),
  };
}

function mergeByDay(rows: readonly UsageRow[], by: readonly UsageGroup[]): readonly UsageRow[] {
  const merged = new Map<string, UsageRow>();
  for (const row of rows) {
    const id = JSON.stringify([row.time, ...by.map((name) => row[name])]);
    const before = merged.get(id);
    merged.set(id, before === undefined ? row : addUsage(before, row));
  }
  return [...merged.values()];
}

function addUsage(first: UsageRow, second: UsageRow): UsageRow {
  const sum = { ...first } as Record<string, unknown> & UsageRow;
  for (const [name, value] of Object.entries(second)) {
    if (typeof value === "number") (sum as Record<string, unknown>)[name] = Number(first[name as "input"]) + value;
  }
  const attempts = first.attempts + second.attempts;
  const usd = (value: number) => Math.round(value * 1e9) / 1e9;
  return {
    ...sum,
    incurred_usd: usd(sum.incurred_usd),
    charged_usd: usd(sum.charged_usd),
    mean_ms: Math.round((first.mean_ms * first.attempts + second.mean_ms * second.attempts) / Math.max(1, attempts)),
  };
}
