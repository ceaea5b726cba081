import type { LedgerRow } from "./database-schema.js";
import type { summaryColumns } from "./decisions/decision-batch.js";

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
  return engine === "sqlite" ? sqliteViews() : postgresViews();
}

function sqliteViews(): readonly string[] {
  /** Of `packColumns`: a list with a value for each row, or the value of all. */
  const valueIn = (text: string, place: string) => (name: string) =>
    `case json_type(${text}, '$.${name}') when 'array' then json_extract(${text}, '$.${name}[' || ${place} || ']')
      else json_extract(${text}, '$.${name}') end`;
  return [
    decisionsView(
      valueIn("batch.summaries", "line.key"),
      "line.value",
      "json_each('[' || replace(batch.records, char(10), ',') || ']') as line",
    ),
    ledgerView(valueIn("batch.calls", "call.place"), ""),
  ];
}

/** A batch is parsed once for all its rows: "offset 0" keeps PostgreSQL from doing that for each value. */
function postgresViews(): readonly string[] {
  const parsed = (text: string) => `cross join lateral (select ${text}::jsonb as columns offset 0) as parsed`;
  const valueIn = (place: string) => (name: string, kind: Kind) => {
    const value = `(parsed.columns -> '${name}')`;
    const chosen = `case jsonb_typeof${value} when 'array' then ${value} ->> ${place} else parsed.columns ->> '${name}' end`;
    return kind === "number" ? `(${chosen})::bigint` : chosen;
  };
  return [
    decisionsView(
      valueIn("(line.place - 1)::int"),
      "line.record",
      `unnest(string_to_array(batch.records, chr(10))) with ordinality as line(record, place) ${parsed("batch.summaries")}`,
    ),
    ledgerView(valueIn("call.place"), parsed("batch.calls")),
  ];
}

type ValueIn = (name: string, kind: Kind) => string;

function decisionsView(valueIn: ValueIn, record: string, lines: string): string {
  return `create view decisions as
    select ${selected(decisionColumns, valueIn)}, batch.revision, ${record} as record
    from decision_batches as batch cross join ${lines}`;
}

function ledgerView(valueIn: ValueIn, joined: string): string {
  const names = Object.keys(ledgerColumns).map((name) => `"${name}"`);
  return `create view ledger as
    select call.id, ${selected(ledgerColumns, valueIn)}
    from ledger_calls as call join ledger_batches as batch on batch.id = call.batch ${joined}
    union all select id, ${names.join(", ")} from ledger_rows`;
}

function selected(columns: Readonly<Record<string, Kind>>, valueIn: ValueIn): string {
  return Object.entries(columns)
    .map(([name, kind]) => `${valueIn(name, kind)} as "${name}"`)
    .join(", ");
}
