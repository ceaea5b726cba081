import { CompiledQuery, type Kysely } from "kysely";
import type { DatabaseSchema } from "./database-schema.js";
import { type Insert, type InsertRows, insertText, putValues, RowExists } from "./insert-rows.js";

/** Rows in one statement: of each size the text is made once. */
const SIZES = [64, 16, 4, 1] as const;

/**
 * Inserts many rows in few statements, each a round trip. Kysely's own `values()` builds and compiles each statement anew, which
 * takes several times what the inserting does.
 */
export function insertIntoPostgres(db: Kysely<DatabaseSchema>): InsertRows {
  return (parts) =>
    db.transaction().execute(async (transaction) => {
      for (const { into, rows } of parts) {
        let inserted = 0;
        for (let start = 0; start < rows.length; ) {
          const size = SIZES.find((one) => one <= rows.length - start) ?? 1;
          const values: unknown[] = [];
          for (const row of rows.slice(start, start + size)) putValues(into, row, values, values.length);
          const result = await transaction.executeQuery(CompiledQuery.raw(textFor(into, size), values));
          inserted += Number(result.numAffectedRows ?? 0);
          start += size;
        }
        if (into.mustBeNew && inserted < rows.length) throw new RowExists();
      }
    });
}

const texts = new WeakMap<Insert<never>, Map<number, string>>();

function textFor(into: Insert<never>, rows: number): string {
  const known = texts.get(into) ?? new Map<number, string>();
  texts.set(into, known);
  const text = known.get(rows) ?? insertText(into, rows, (index) => `$${index + 1}`);
  known.set(rows, text);
  return text;
}
