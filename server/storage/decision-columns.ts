import type { DecisionRow } from "./database-schema.js";
import type { DecisionFilter, DecisionSummary, StoredDecision } from "./decision-store.js";
import { storableText } from "./storable-text.js";

/** The columns that lists are filtered by, and what a feed looks at. */
export type DecisionColumns = Omit<DecisionRow, "record">;

export function decisionColumns(decision: StoredDecision, summary: DecisionSummary): DecisionColumns {
  const fact = (name: string) => {
    const value = decision.facts[name]?.value;
    return typeof value === "string" ? storableText(value) : null;
  };
  return {
    id: decision.id,
    time: decision.time,
    revision: decision.policy.revision,
    policy: decision.policy.name,
    rule: summary.rule,
    model: summary.model ?? null,
    provider: summary.provider ?? null,
    status: summary.status,
    api_key: fact("key"),
    tenant: fact("tenant"),
    app: fact("app"),
    outcome: decision.result?.outcome ?? null,
  };
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

/** Whether a decision is one that a filter asks for; paging does not count. */
export function fitsFilter(columns: DecisionColumns, filter: DecisionFilter): boolean {
  return (
    filterNames.every((name) => filter[name] === undefined || columns[filterColumns[name]] === filter[name]) &&
    (filter.status === undefined || columns.status === filter.status) &&
    (filter.since === undefined || columns.time >= filter.since) &&
    (filter.until === undefined || columns.time < filter.until)
  );
}
