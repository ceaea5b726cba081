import type { UsageRow } from "../../ledger/usage-query.js";
import { writeCount, writeUsd } from "../words/write-figures.js";

/** What a chart shows of usage. Buckets of tokens add up (docs/budgets.md). */
export const measures = {
  spend: { title: "Spend", read: (row: UsageRow) => row.charged_usd, write: writeUsd },
  requests: { title: "Calls", read: (row: UsageRow) => row.attempts, write: writeCount },
  tokens: { title: "Tokens", read: (row: UsageRow) => inputOf(row) + outputOf(row), write: writeCount },
} as const;

export type Measure = keyof typeof measures;

export function inputOf(row: UsageRow): number {
  return row.input + row.cached_input + row.cache_write + row.audio_input + row.image_input;
}

export function outputOf(row: UsageRow): number {
  return row.output + row.reasoning + row.audio_output;
}
