import type { DecisionBatchRow, DecisionRow } from "../database-schema.js";
import type { Insert } from "../insert-rows.js";
import { packColumns } from "../packed-columns.js";
import { spanOf } from "./decision-ids.js";

/** A batch that is there was written before, as it is. */
export const DECISION_BATCHES: Insert<DecisionBatchRow> = {
  table: "decision_batches",
  columns: ["id", "first_id", "last_id", "revision", "decisions", "bytes", "summaries", "records"],
  tail: "on conflict (id) do nothing",
};

/** The columns that are kept in `summaries`. */
export const summaryColumns = [
  "id",
  "time",
  "policy",
  "rule",
  "model",
  "provider",
  "status",
  "api_key",
  "tenant",
  "app",
  "outcome",
] as const satisfies readonly (keyof DecisionRow)[];

/**
 * Puts decisions together, many in one row: one row a span of ids and policy revision. The same decisions in the same order
 * give the same batches.
 */
export function toDecisionBatches(rows: readonly DecisionRow[]): readonly DecisionBatchRow[] {
  const groups = new Map<string, DecisionRow[]>();
  for (const row of rows) {
    const name = `${spanOf(row.id)} ${row.revision}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  return [...groups.values()].map(toBatch);
}

function toBatch(rows: readonly DecisionRow[]): DecisionBatchRow {
  const [{ id, revision } = { id: "", revision: "" }] = rows;
  const sorted = [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
  const records = sorted.map(({ record }) => record).join("\n");
  return {
    id,
    first_id: sorted[0]?.id ?? "",
    last_id: sorted.at(-1)?.id ?? "",
    revision,
    decisions: rows.length,
    bytes: records.length,
    summaries: packColumns(summaryColumns, sorted),
    records,
  };
}

/** The records of a batch, each a `StoredDecision` as JSON, in the order of their ids: JSON has no line ends of its own. */
export function recordsOf({ records }: Pick<DecisionBatchRow, "records">): readonly string[] {
  return records.split("\n");
}
