import type { FlatPrice } from "../../engine/serving.js";
import type { LedgerRow, RollupRow } from "../storage/database-schema.js";
import { storableText } from "../storage/storable-text.js";
import type { AttemptCost } from "./attempt-cost.js";

/** One call to a provider, as the ledger keeps it. */
export interface LedgerEntry {
  /** Decision and number of the attempt: `dec_….1`. */
  readonly id: string;
  readonly decision: string;
  /** When the attempt began, epoch milliseconds: it counts in the windows that were open then. */
  readonly at: number;
  readonly key?: string | undefined;
  readonly tenant?: string | undefined;
  readonly app?: string | undefined;
  readonly user?: string | undefined;
  readonly model: string;
  readonly endpoint: string;
  readonly provider: string;
  readonly rule: string;
  readonly policy: string;
  /** 64 hex digits. */
  readonly revision: string;
  /** `answered`, `cancelled`, `cut`, `failed`. */
  readonly outcome: string;
  readonly status?: number | undefined;
  readonly errorClass?: string | undefined;
  readonly isStream: boolean;
  /** Milliseconds. */
  readonly firstTokenMs?: number | undefined;
  readonly totalMs: number;
  /** What is paid for the size of its prompt. */
  readonly price?: FlatPrice | undefined;
  readonly cost: AttemptCost;
}

/** Written out, for spreading makes large objects of a slow kind. */
export function toLedgerRow(entry: LedgerEntry): LedgerRow {
  const { cost, price } = entry;
  const { usage } = cost;
  return {
    id: entry.id,
    decision: entry.decision,
    at: entry.at,
    key: entry.key ?? "",
    tenant: entry.tenant ?? "",
    app: storableText(entry.app ?? ""),
    user_id: storableText(entry.user ?? ""),
    model: entry.model,
    endpoint: entry.endpoint,
    provider: entry.provider,
    rule: entry.rule,
    policy: entry.policy,
    revision: entry.revision,
    outcome: entry.outcome,
    status: entry.status ?? null,
    error_class: entry.errorClass ?? null,
    is_stream: entry.isStream ? 1 : 0,
    first_token_ms: entry.firstTokenMs === undefined ? null : Math.round(entry.firstTokenMs),
    total_ms: Math.round(entry.totalMs),
    input: usage.input,
    cached_input: usage.cachedInput,
    cache_write: usage.cacheWrite,
    audio_input: usage.audioInput,
    image_input: usage.imageInput,
    output: usage.output,
    reasoning: usage.reasoning,
    audio_output: usage.audioOutput,
    price: price === undefined ? null : priceText(price),
    incurred_nano: cost.incurred ?? null,
    charged_nano: cost.charged,
    cost_source: cost.source,
  };
}

const priceTexts = new WeakMap<FlatPrice, string>();

/** Of each price made once. What costs more above a size is left out: it has a row's price of its own. */
function priceText(price: FlatPrice): string {
  const { input, output, cachedInput, cacheWrite, cacheWrite1h } = price;
  const text = priceTexts.get(price) ?? JSON.stringify({ input, output, cachedInput, cacheWrite, cacheWrite1h });
  priceTexts.set(price, text);
  return text;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

export const ledgerColumns = [
  ...["id", "decision", "at", "key", "tenant", "app", "user_id", "model", "endpoint", "provider", "rule", "policy"],
  ...["revision", "outcome", "status", "error_class", "is_stream", "first_token_ms", "total_ms", "input"],
  ...["cached_input", "cache_write", "audio_input", "image_input", "output", "reasoning", "audio_output", "price"],
  ...["incurred_nano", "charged_nano", "cost_source"],
] as readonly (keyof LedgerRow)[];

/** What usage is grouped by beside its time. */
export const groupColumns = ["key", "tenant", "app", "model", "endpoint", "rule"] as const;

/** Sums of one hour: a row of usage for it, and what is added to that of its day. Both by their start, epoch milliseconds. */
export interface HourSum extends Omit<RollupRow, "span" | "start"> {
  readonly hour: number;
  readonly day: number;
}

/** Rows of one hour each, in the order they have. */
export function byHour(rows: readonly LedgerRow[]): readonly (readonly LedgerRow[])[] {
  const hours = new Map<number, LedgerRow[]>();
  for (const row of rows) {
    const hour = row.at - (row.at % HOUR_MS);
    const some = hours.get(hour);
    if (some === undefined) hours.set(hour, [row]);
    else some.push(row);
  }
  return [...hours.values()];
}

/** Sums rows of one hour up by what usage is grouped by. */
export function rollUp(rows: readonly LedgerRow[]): readonly HourSum[] {
  const sums = new Map<string, Sum>();
  let last: Sum | undefined;
  for (const row of rows) {
    if (last === undefined || !isOf(last, row)) {
      // Names come from outside and may hold anything but this.
      const group = `${row.key}\0${row.tenant}\0${row.app}\0${row.model}\0${row.endpoint}\0${row.rule}`;
      last = sums.get(group) ?? emptySum(row);
      sums.set(group, last);
    }
    add(last, row);
  }
  // Always in the same order, so that servers that write at the same time wait for each other and never in a circle.
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

type Sum = { -readonly [Name in keyof HourSum]: HourSum[Name] };

/** Most of what is written together is of few groups, often of one. */
function isOf(sum: Sum, row: LedgerRow): boolean {
  return (
    sum.key === row.key &&
    sum.rule === row.rule &&
    sum.endpoint === row.endpoint &&
    sum.model === row.model &&
    sum.app === row.app &&
    sum.tenant === row.tenant
  );
}

export const summedColumns = [
  ...["attempts", "answered", "input", "cached_input", "cache_write", "audio_input", "image_input", "output"],
  ...["reasoning", "audio_output", "incurred_nano", "unknown_cost", "charged_nano", "total_ms"],
] as readonly SummedColumn[];

export type SummedColumn = Exclude<keyof RollupRow, "span" | "start" | (typeof groupColumns)[number]>;

/** Of the group and the hour of a row, with nothing in it. */
function emptySum(row: LedgerRow): Sum {
  return {
    hour: row.at - (row.at % HOUR_MS),
    day: row.at - (row.at % DAY_MS),
    key: row.key,
    tenant: row.tenant,
    app: row.app,
    model: row.model,
    endpoint: row.endpoint,
    rule: row.rule,
    attempts: 0,
    answered: 0,
    input: 0,
    cached_input: 0,
    cache_write: 0,
    audio_input: 0,
    image_input: 0,
    output: 0,
    reasoning: 0,
    audio_output: 0,
    incurred_nano: 0,
    unknown_cost: 0,
    charged_nano: 0,
    total_ms: 0,
  };
}

function add(sum: Sum, row: LedgerRow): void {
  sum.attempts += 1;
  if (row.outcome === "answered") sum.answered += 1;
  sum.input += row.input;
  sum.cached_input += row.cached_input;
  sum.cache_write += row.cache_write;
  sum.audio_input += row.audio_input;
  sum.image_input += row.image_input;
  sum.output += row.output;
  sum.reasoning += row.reasoning;
  sum.audio_output += row.audio_output;
  if (row.incurred_nano === null) sum.unknown_cost += 1;
  else sum.incurred_nano += row.incurred_nano;
  sum.charged_nano += row.charged_nano;
  sum.total_ms += row.total_ms;
}
