import type { Kysely } from "kysely";
import type { DatabaseSchema } from "./database-schema.js";
import { type Insert, type InsertRows, insertText, putValues, RowExists, type RowsToInsert } from "./insert-rows.js";
import type { SqliteConnection } from "./open-sqlite.js";

/**
 * Inserts with prepared statements, straight on the connection: begin to commit is one step of the event loop. Through
 * Kysely each statement costs more than what SQLite does for it.
 *
 * @param db of the same connection: it says whose turn it is.
 */
export function insertIntoSqlite(db: Kysely<DatabaseSchema>, connection: SqliteConnection): InsertRows {
  return (parts) => db.connection().execute(async () => connection.transaction(() => parts.forEach(insert)));

  function insert({ into, rows }: RowsToInsert): void {
    const inserted = into.asOneParameter === true ? insertTogether(into, rows) : insertEach(into, rows);
    if (into.mustBeNew && inserted < rows.length) throw new RowExists();
  }

  function insertEach(into: Insert<never>, rows: readonly object[]): number {
    const { text, values } = statementFor(into);
    let inserted = 0;
    for (const row of rows) {
      putValues(into, row, values);
      inserted += Number(connection.prepare(text).run(values).changes);
    }
    return inserted;
  }

  function insertTogether(into: Insert<never>, rows: readonly object[]): number {
    const lists = rows.map((row) => into.columns.map((column) => row[column as keyof typeof row]));
    return Number(connection.prepare(statementFor(into).text).run([JSON.stringify(lists)]).changes);
  }
}

interface Statement {
  readonly text: string;
  /** Used again for each row. */
  readonly values: unknown[];
}

const statements = new WeakMap<Insert<never>, Statement>();

function statementFor(into: Insert<never>): Statement {
  const known = statements.get(into);
  if (known !== undefined) return known;
  const text = into.asOneParameter === true ? listText(into) : insertText(into, 1, () => "?");
  const made: Statement = { text, values: [] };
  statements.set(into, made);
  return made;
}

/** For rows that are given as a JSON list of lists. */
function listText({ table, columns, tail }: Insert<never>): string {
  const values = columns.map((_, at) => `value ->> ${at}`).join(", ");
  // "where true": without it SQLite reads `on` of the tail as that of a join.
  return `insert into "${table}" (${columns.map((column) => `"${column}"`).join(", ")}) select ${values} from json_each(?) where true ${tail}`;
}
