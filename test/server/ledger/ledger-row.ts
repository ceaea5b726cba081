import type { NanoUsd } from "../../../engine/index.js";
import type { LedgerEntry } from "../../../server/ledger/ledger-entry.js";
import { noTokens } from "../../../server/ledger/usage-buckets.js";
import type { LedgerRow } from "../../../server/storage/database-schema.js";

/** A row of an answered call of `key_a`. */
export function ledgerRow(id: string, fields: Partial<LedgerRow> = {}): LedgerRow {
  return {
    id,
    decision: id.replace(/\.\d+$/, ""),
    at: 0,
    key: "key_a",
    ...{ tenant: "", app: "", user_id: "", model: "acme/small", endpoint: "acme/small@left", provider: "left" },
    ...{ rule: "default", policy: "test", revision: "ab".repeat(32), outcome: "answered", status: 200 },
    ...{ error_class: null, is_stream: 0, first_token_ms: null, total_ms: 100 },
    ...{ input: 10, cached_input: 0, cache_write: 0, audio_input: 0, image_input: 0 },
    ...{ output: 5, reasoning: 0, audio_output: 0 },
    ...{ price: null, incurred_nano: 20, charged_nano: 20, cost_source: "usage" },
    ...fields,
  };
}

/** An answered call without a key, that cost nothing. */
export function ledgerEntry(id: string): LedgerEntry {
  const free = 0 as NanoUsd;
  return {
    ...{ id, decision: id.replace(/\.\d+$/, ""), at: 0, model: "acme/small", endpoint: "acme/small@left" },
    ...{ provider: "left", rule: "default", policy: "test", revision: "ab".repeat(32), outcome: "answered" },
    ...{ isStream: false, totalMs: 1 },
    cost: { usage: noTokens, incurred: free, charged: free, source: "none" },
  };
}
