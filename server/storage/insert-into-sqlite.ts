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
    const statement = connection.prepare(textFor(into));
    const values: unknown[] = [];
    let inserted = 0;
    for (const row of rows) {
      putValues(into, row, values);
      inserted += Number(statement.run(values).changes);
    }
    if (into.mustBeNew && inserted < rows.length) throw new RowExists();
  }
}

const texts = new WeakMap<Insert<never>, string>();

function textFor(into: Insert<never>): string {
  const text = texts.get(into) ?? insertText(into, 1, () => "?");
  texts.set(into, text);
  return text;
}
