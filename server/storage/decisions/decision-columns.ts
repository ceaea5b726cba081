import type { RecordedFact } from "../../../engine/serving.js";
import type { DecisionRow } from "../database-schema.js";
import { storableText } from "../storable-text.js";
import { idsFrom } from "./decision-ids.js";
import type { DecisionFilter, DecisionSummary, StoredDecision } from "./decision-store.js";

/** The columns that lists are filtered by, and what a feed looks at. */
export type DecisionColumns = Omit<DecisionRow, "record">;

/** @param record the decision as JSON. */
export function decisionRow(decision: StoredDecision, summary: DecisionSummary, record: string): DecisionRow {
  const { facts } = decision;
  return {
    id: decision.id,
    time: decision.time,
    revision: decision.policy.revision,
    policy: decision.policy.name,
    rule: summary.rule,
    model: summary.model ?? null,
    provider: summary.provider ?? null,
    status: summary.status,
    api_key: textOf(facts["key"]),
    tenant: textOf(facts["tenant"]),
    app: textOf(facts["app"]),
    outcome: decision.result?.outcome ?? null,
    record,
  };
}

function textOf(fact: RecordedFact | undefined): string | null {
  return typeof fact?.value === "string" ? storableText(fact.value) : null;
}

/** The column of each filter that asks for one value. */
export const filterColumns = {
  rule: "rule",
  model: "model",
  provider: "provider",
  key: "api_key",
  tenant: "tenant",
  app: "app",
  outcome: "outcome",
  revision: "revision",
} as const satisfies Partial<Record<keyof DecisionFilter, keyof DecisionColumns>>;

export const filterNames = Object.keys(filterColumns) as readonly (keyof typeof filterColumns)[];

/** The ids of the times that a filter asks for: from `from` until before `end`. */
export function idRange({ since, until }: DecisionFilter): { readonly from: string; readonly end: string } {
  return {
    from: since === undefined ? "" : idsFrom(Date.parse(since)),
    end: until === undefined ? AFTER_ALL_IDS : idsFrom(Date.parse(until)),
  };
}

/** Sorts after every id. */
export const AFTER_ALL_IDS = "~";

/** Whether a decision is one that a filter asks for; paging does not count. */
export function fitsFilter(columns: DecisionColumns, filter: DecisionFilter): boolean {
  const { from, end } = idRange(filter);
  return (
    filterNames.every((name) => filter[name] === undefined || columns[filterColumns[name]] === filter[name]) &&
    (filter.status === undefined || columns.status === filter.status) &&
    columns.id >= from &&
    columns.id < end
  );
}
