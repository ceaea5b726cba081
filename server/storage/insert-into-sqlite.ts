import type { Kysely } from "kysely";
import type { DatabaseSchema } from "./database-schema.js";
import { type Insert, type InsertRows, insertText, putValues, RowExists, type RowsToInsert } from "./insert-rows.js";
import type { SqliteConnection } from "./open-sqlite.js";

/**
 * Inserts with prepared statements of one row each, straight on the connection: begin to commit is one step of the event
 * loop. Through Kysely each statement costs more than what SQLite does for it, and one of many rows saves nothing.
 *
 * @param db of the same connection: it says whose turn it is.
 */
export function insertIntoSqlite(db: Kysely<DatabaseSchema>, connection: SqliteConnection): InsertRows {
  return (parts) => db.connection().execute(async () => connection.transaction(() => parts.forEach(insert)));

  function insert({ into, rows }: RowsToInsert): void {
    const { full, usual } = formsOf(into);
    let inserted = 0;
    for (const row of rows) {
      const form = usual === undefined || !isUsual(row, into) ? full : usual;
      putValues(form, row, form.values);
      inserted += Number(connection.prepare(form.text).run(form.values).changes);
    }
    if (into.mustBeNew && inserted < rows.length) throw new RowExists();
  }
}

/** A statement for one row, and the columns whose values it takes. */
interface Form {
  readonly text: string;
  readonly columns: Insert<never>["columns"];
  /** Used again for each row. */
  readonly values: unknown[];
}

interface Forms {
  readonly full: Form;
  /** For rows that hold in some columns what is usual there. */
  readonly usual: Form | undefined;
}

const forms = new WeakMap<Insert<never>, Forms>();

function formsOf(into: Insert<never>): Forms {
  const known = forms.get(into);
  if (known !== undefined) return known;
  const { columns, usual } = into;
  const place = (index: number) => {
    const column = columns[index] ?? "";
    return usual !== undefined && Object.hasOwn(usual, column) ? literal(usual[column] ?? null) : "?";
  };
  const made: Forms = {
    full: { text: insertText(into, 1, () => "?"), columns, values: [] },
    usual:
      usual === undefined
        ? undefined
        : {
            text: insertText(into, 1, place),
            columns: columns.filter((column) => !Object.hasOwn(usual, column)),
            values: [],
          },
  };
  forms.set(into, made);
  return made;
}

function isUsual(row: object, { usual = {} }: Insert<never>): boolean {
  for (const column in usual) if (row[column as keyof typeof row] !== usual[column]) return false;
  return true;
}

function literal(value: string | number | null): string {
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
}
