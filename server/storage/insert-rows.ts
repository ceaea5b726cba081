import { CompiledQuery, type Kysely } from "kysely";
import type { DatabaseSchema } from "./database-schema.js";

/** Rows in one statement: of each size the text is made once, and the database parses it once. */
const SIZES = [64, 16, 4, 1] as const;

/** How rows of one table are inserted. */
export interface Insert<Row> {
  readonly table: keyof DatabaseSchema;
  readonly columns: readonly (keyof Row & string)[];
  /** What follows the values: `on conflict …`. */
  readonly tail: string;
}

const texts = new WeakMap<Insert<never>, Map<string, string>>();

/**
 * Inserts many rows in few statements. Kysely's own `values()` builds, compiles and has the database parse each statement anew,
 * which takes several times what the inserting does.
 *
 * @param db a transaction, so that it is all or nothing.
 * @returns how many rows were inserted or updated.
 * @throws the driver's error.
 */
export async function insertRows<Row extends object>(
  db: Kysely<DatabaseSchema>,
  engine: "sqlite" | "postgres",
  insert: Insert<Row>,
  rows: readonly Row[],
): Promise<number> {
  let affected = 0;
  for (let start = 0; start < rows.length; ) {
    const left = rows.length - start;
    const size = SIZES.find((one) => one <= left) ?? 1;
    const parameters: unknown[] = [];
    for (let at = start; at < start + size; at++) {
      for (const column of insert.columns) parameters.push(rows[at]?.[column]);
    }
    const result = await db.executeQuery(CompiledQuery.raw(textFor(insert, engine, size), parameters));
    affected += Number(result.numAffectedRows ?? 0);
    start += size;
  }
  return affected;
}

function textFor<Row>(insert: Insert<Row>, engine: "sqlite" | "postgres", size: number): string {
  const known = texts.get(insert) ?? new Map<string, string>();
  texts.set(insert, known);
  const name = `${engine} ${size}`;
  const text = known.get(name) ?? write(insert, engine, size);
  known.set(name, text);
  return text;
}

function write<Row>({ table, columns, tail }: Insert<Row>, engine: "sqlite" | "postgres", size: number): string {
  const place = engine === "sqlite" ? () => "?" : (index: number) => `$${index + 1}`;
  const tuple = (row: number) => `(${columns.map((_, at) => place(row * columns.length + at)).join(", ")})`;
  const tuples = Array.from({ length: size }, (_, row) => tuple(row)).join(", ");
  const names = columns.map((column) => `"${column}"`).join(", ");
  return `insert into "${table}" (${names}) values ${tuples} ${tail}`;
}
