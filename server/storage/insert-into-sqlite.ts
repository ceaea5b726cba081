import type { Kysely } from "kysely";
import type { DatabaseSchema } from "./database-schema.js";
import { type Insert, type InsertRows, insertText, putValues, RowExists, type RowsToInsert } from "./insert-rows.js";
import type { SqliteConnection } from "./open-sqlite.js";

/**
 * Inserts with prepared statements, straight on the connection: begin to commit is one step of the event loop. Through
 * Kysely each statement costs more than what SQLite does for it, and asking it for the connection as much as a commit.
 *
 * @param db of the same connection: it says whose turn it is while a transaction of several steps is under way.
 */
export function insertIntoSqlite(db: Kysely<DatabaseSchema>, connection: SqliteConnection): InsertRows {
  return async (parts) => {
    const insertAll = () => connection.transaction(() => parts.forEach(insert));
    if (connection.isInTransaction) await db.connection().execute(async () => insertAll());
    else insertAll();
  };

  function insert({ into, rows }: RowsToInsert): void {
    const { together } = into as Insert<object>;
    const isAlone = together === undefined || rows.length === 1;
    const inserted = isAlone ? insertEach(into, rows) : run(together.text, together.values(rows));
    if (into.mustBeNew && inserted < rows.length) throw new RowExists();
  }

  function insertEach(into: Insert<never>, rows: readonly object[]): number {
    const { text, values } = statementFor(into);
    let inserted = 0;
    for (const row of rows) {
      putValues(into, row, values);
      inserted += run(text, values);
    }
    return inserted;
  }

  function run(text: string, values: readonly unknown[]): number {
    return Number(connection.prepare(text).run(values).changes);
  }
}

interface Statement {
  readonly text: string;
  /** Used again for each row. */
  readonly values: unknown[];
}

const statements = new WeakMap<Insert<never>, Statement>();

/** For one row. */
function statementFor(into: Insert<never>): Statement {
  const known = statements.get(into);
  if (known !== undefined) return known;
  const made: Statement = { text: insertText(into, 1, (index) => `?${index + 1}`), values: [] };
  statements.set(into, made);
  return made;
}
