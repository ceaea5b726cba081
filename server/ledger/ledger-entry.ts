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
  const { input, output, cachedInput, cacheWrite } = price;
  const text = priceTexts.get(price) ?? JSON.stringify({ input, output, cachedInput, cacheWrite });
  priceTexts.set(price, text);
  return text;
}

/** The spans of time that usage is summed up over. */
export const rollupSpans = { hour: 3_600_000, day: 86_400_000 } as const;

export const ledgerColumns = [
  ...["id", "decision", "at", "key", "tenant", "app", "user_id", "model", "endpoint", "provider", "rule", "policy"],
  ...["revision", "outcome", "status", "error_class", "is_stream", "first_token_ms", "total_ms", "input"],
  ...["cached_input", "cache_write", "audio_input", "image_input", "output", "reasoning", "audio_output", "price"],
  ...["incurred_nano", "charged_nano", "cost_source"],
] as readonly (keyof LedgerRow)[];

export const groupColumns = ["span", "start", "key", "tenant", "app", "model", "endpoint", "rule"] as const;

/** Sums rows up by hour and by day and by what usage is grouped by. */
export function rollUp(rows: readonly LedgerRow[]): readonly RollupRow[] {
  const sums = new Map<string, Sum>();
  for (const row of rows) {
    // Names come from outside and may hold anything but this.
    const group = `${row.key}\0${row.tenant}\0${row.app}\0${row.model}\0${row.endpoint}\0${row.rule}`;
    for (const span of spans) {
      const start = row.at - (row.at % rollupSpans[span]);
      const id = `${span}\0${start}\0${group}`;
      const sum = sums.get(id);
      if (sum === undefined) sums.set(id, sumOf(row, span, start));
      else add(sum, row);
    }
  }
  // Always in the same order, so that servers that write at the same time wait for each other and never in a circle.
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

type Sum = { -readonly [Name in keyof RollupRow]: RollupRow[Name] };

const spans = Object.keys(rollupSpans) as readonly (keyof typeof rollupSpans)[];

export const summedColumns = [
  ...["attempts", "answered", "input", "cached_input", "cache_write", "audio_input", "image_input", "output"],
  ...["reasoning", "audio_output", "incurred_nano", "unknown_cost", "charged_nano", "total_ms"],
] as readonly SummedColumn[];

export type SummedColumn = Exclude<keyof RollupRow, (typeof groupColumns)[number]>;

/** Of one row. */
function sumOf(row: LedgerRow, span: string, start: number): Sum {
  return {
    span,
    start,
    key: row.key,
    tenant: row.tenant,
    app: row.app,
    model: row.model,
    endpoint: row.endpoint,
    rule: row.rule,
    attempts: 1,
    answered: row.outcome === "answered" ? 1 : 0,
    input: row.input,
    cached_input: row.cached_input,
    cache_write: row.cache_write,
    audio_input: row.audio_input,
    image_input: row.image_input,
    output: row.output,
    reasoning: row.reasoning,
    audio_output: row.audio_output,
    incurred_nano: row.incurred_nano ?? 0,
    unknown_cost: row.incurred_nano === null ? 1 : 0,
    charged_nano: row.charged_nano,
    total_ms: row.total_ms,
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
