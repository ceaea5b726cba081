import type { FlatPrice } from "../../engine/index.js";
import type { LedgerRow, RollupRow } from "../storage/database-schema.js";
import { storableText } from "../storage/storable-text.js";
import type { AttemptCost } from "./attempt-cost.js";
import { bucketNames, type UsageBuckets } from "./usage-buckets.js";

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

const groupColumns = ["span", "start", "key", "tenant", "app", "model", "endpoint", "rule"] as const;

/** Sums rows up by hour and by day and by what usage is grouped by. */
export function rollUp(rows: readonly LedgerRow[]): readonly RollupRow[] {
  const sums = new Map<string, { -readonly [Name in keyof RollupRow]: RollupRow[Name] }>();
  for (const row of rows) {
    for (const [span, length] of Object.entries(rollupSpans)) {
      const one = rollupOf(row, span, Math.floor(row.at / length) * length);
      const id = JSON.stringify(groupColumns.map((name) => one[name]));
      const sum = sums.get(id);
      if (sum === undefined) sums.set(id, one);
      else for (const name of summedColumns) sum[name] += one[name];
    }
  }
  // Always in the same order, so that servers that write at the same time wait for each other and never in a circle.
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

export const summedColumns = [
  ...["attempts", "answered", "input", "cached_input", "cache_write", "audio_input", "image_input", "output"],
  ...["reasoning", "audio_output", "incurred_nano", "unknown_cost", "charged_nano", "total_ms"],
] as readonly SummedColumn[];

export type SummedColumn = Exclude<keyof RollupRow, (typeof groupColumns)[number]>;

function rollupOf(row: LedgerRow, span: string, start: number): RollupRow {
  const { key, tenant, app, model, endpoint, rule, input, cached_input, cache_write, audio_input, image_input } = row;
  return {
    ...{ span, start, key, tenant, app, model, endpoint, rule },
    attempts: 1,
    answered: row.outcome === "answered" ? 1 : 0,
    ...{ input, cached_input, cache_write, audio_input, image_input },
    output: row.output,
    reasoning: row.reasoning,
    audio_output: row.audio_output,
    incurred_nano: row.incurred_nano ?? 0,
    unknown_cost: row.incurred_nano === null ? 1 : 0,
    charged_nano: row.charged_nano,
    total_ms: row.total_ms,
  };
}

type BucketColumns = Pick<
  LedgerRow,
  "input" | "cached_input" | "cache_write" | "audio_input" | "image_input" | "output" | "reasoning" | "audio_output"
>;

function bucketColumns(usage: UsageBuckets): BucketColumns {
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(bucketNames.map((name) => [snake(name), usage[name]])) as unknown as BucketColumns;
}
