import type { FlatPrice } from "../../engine/index.js";
import type { LedgerRow, RollupRow } from "../storage/database-schema.js";
import { storableText } from "../storage/storable-text.js";
import type { AttemptCost } from "./attempt-cost.js";
import type { UsageBuckets } from "./usage-buckets.js";

/** One call to a provider, as the ledger keeps it. */
export interface LedgerEntry {
  /** Decision and number of the attempt: `dec_….1`. */
  readonly id: string;
  readonly decision: string;
  /** When the attempt began, epoch milliseconds: it counts in the windows that were open then. */
  readonly at: number;
  readonly key?: string;
  readonly tenant?: string;
  readonly app?: string;
  readonly user?: string;
  readonly model: string;
  readonly endpoint: string;
  readonly provider: string;
  readonly rule: string;
  readonly policy: string;
  /** 64 hex digits. */
  readonly revision: string;
  /** `answered`, `cancelled`, `cut`, `failed`. */
  readonly outcome: string;
  readonly status?: number;
  readonly errorClass?: string;
  readonly isStream: boolean;
  /** Milliseconds. */
  readonly firstTokenMs?: number;
  readonly totalMs: number;
  /** What was paid for the size of its prompt. */
  readonly price?: FlatPrice;
  readonly cost: AttemptCost;
}

export function toLedgerRow(entry: LedgerEntry): LedgerRow {
  const { cost, price } = entry;
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
    ...bucketColumns(cost.usage),
    price: price === undefined ? null : JSON.stringify(price),
    incurred_nano: cost.incurred ?? null,
    charged_nano: cost.charged,
    cost_source: cost.source,
  };
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
  const sums = new Map<string, { -readonly [Name in keyof RollupRow]: RollupRow[Name] }>();
  for (const row of rows) {
    for (const span of spans) {
      const length = rollupSpans[span];
      const start = Math.floor(row.at / length) * length;
      const { key, tenant, app, model, endpoint, rule } = row;
      // Names come from outside and may hold anything but this.
      const id = `${span}\0${start}\0${key}\0${tenant}\0${app}\0${model}\0${endpoint}\0${rule}`;
      let sum = sums.get(id);
      if (sum === undefined) {
        sum = emptySum({ span, start, key, tenant, app, model, endpoint, rule });
        sums.set(id, sum);
      }
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
  }
  // Always in the same order, so that servers that write at the same time wait for each other and never in a circle.
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

const spans = Object.keys(rollupSpans) as readonly (keyof typeof rollupSpans)[];

export const summedColumns = [
  ...["attempts", "answered", "input", "cached_input", "cache_write", "audio_input", "image_input", "output"],
  ...["reasoning", "audio_output", "incurred_nano", "unknown_cost", "charged_nano", "total_ms"],
] as readonly SummedColumn[];

export type SummedColumn = Exclude<keyof RollupRow, (typeof groupColumns)[number]>;

function emptySum(group: Pick<RollupRow, (typeof groupColumns)[number]>): RollupRow {
  return {
    ...group,
    ...{
      attempts: 0,
      answered: 0,
      input: 0,
      cached_input: 0,
      cache_write: 0,
      audio_input: 0,
      image_input: 0,
      output: 0,
    },
    ...{ reasoning: 0, audio_output: 0, incurred_nano: 0, unknown_cost: 0, charged_nano: 0, total_ms: 0 },
  };
}

type BucketColumns = Pick<
  LedgerRow,
  "input" | "cached_input" | "cache_write" | "audio_input" | "image_input" | "output" | "reasoning" | "audio_output"
>;

function bucketColumns(usage: UsageBuckets): BucketColumns {
  return {
    input: usage.input,
    cached_input: usage.cachedInput,
    cache_write: usage.cacheWrite,
    audio_input: usage.audioInput,
    image_input: usage.imageInput,
    output: usage.output,
    reasoning: usage.reasoning,
    audio_output: usage.audioOutput,
  };
}
