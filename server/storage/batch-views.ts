import type { LedgerRow } from "./database-schema.js";
import type { summaryColumns } from "./decision-batch.js";

/** What a view's column holds. */
type Kind = "text" | "number";

const decisionColumns: Readonly<Record<(typeof summaryColumns)[number], Kind>> = {
  ...{ id: "text", time: "text", policy: "text", rule: "text", model: "text", provider: "text", status: "number" },
  ...{ api_key: "text", tenant: "text", app: "text", outcome: "text" },
};

const ledgerColumns: Readonly<Record<Exclude<keyof LedgerRow, "id">, Kind>> = {
  ...{ decision: "text", at: "number", key: "text", tenant: "text", app: "text", user_id: "text" },
  ...{ model: "text", endpoint: "text", provider: "text", rule: "text", policy: "text", revision: "text" },
  ...{ outcome: "text", status: "number", error_class: "text", is_stream: "number", first_token_ms: "number" },
  ...{ total_ms: "number", input: "number", cached_input: "number", cache_write: "number", audio_input: "number" },
  ...{ image_input: "number", output: "number", reasoning: "number", audio_output: "number", price: "text" },
  ...{ incurred_nano: "number", charged_nano: "number", cost_source: "text" },
};

/**
 * Views with a row for each decision and each call, for people who look into the database. Those of the ledger's ids are
 * found fast, all else reads all.
 */
export function batchViews(engine: "sqlite" | "postgres"): readonly string[] {
  const valueIn = engine === "sqlite" ? sqliteValue : postgresValue;
  const list = (columns: Readonly<Record<string, Kind>>, text: string, place: string) =>
    Object.entries(columns).map(([name, kind]) => `${valueIn(text, name, place, kind)} as "${name}"`);
  const [place, record, lines] =
    engine === "sqlite"
      ? ["line.key", "line.value", "json_each('[' || replace(batch.records, char(10), ',') || ']') as line"]
      : [
          "line.place - 1",
          "line.record",
          "unnest(string_to_array(batch.records, chr(10))) with ordinality as line(record, place)",
        ];
  const names = Object.keys(ledgerColumns).map((name) => `"${name}"`);
  return [
    `create view decisions as
      select ${list(decisionColumns, "batch.summaries", place ?? "").join(", ")}, batch.revision, ${record} as record
      from decision_batches as batch, ${lines}`,
    `create view ledger as
      select call.id, ${list(ledgerColumns, "batch.calls", "call.place").join(", ")}
      from ledger_calls as call join ledger_batches as batch on batch.id = call.batch
      union all select id, ${names.join(", ")} from ledger_rows`,
  ];
}

/** Of `packColumns`: a list with a value for each row, or the value of all. */
function sqliteValue(text: string, name: string, place: string): string {
  const value = `json_extract(${text}, '$.${name}')`;
  return `case json_type(${text}, '$.${name}') when 'array' then json_extract(${text}, '$.${name}[' || ${place} || ']') else ${value} end`;
}

function postgresValue(text: string, name: string, place: string, kind: Kind): string {
  const value = `(${text}::json -> '${name}')`;
  const one = `${text}::json ->> '${name}'`;
  const chosen = `case json_typeof${value} when 'array' then ${value} ->> (${place})::int else ${one} end`;
  return kind === "number" ? `(${chosen})::bigint` : `(${chosen})`;
}
