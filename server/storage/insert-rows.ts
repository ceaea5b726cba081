import type { DatabaseSchema } from "./database-schema.js";

/** How rows of one table are inserted. */
export interface Insert<Row> {
  readonly table: keyof DatabaseSchema;
  /** What of a row is passed as parameters: the table's columns, unless `tuples` says otherwise. */
  readonly columns: readonly (keyof Row & string)[];
  /** Several rows of the table for each, from the same parameters: what is bound once costs half. */
  readonly tuples?: Tuples<Row>;
  /** What follows the values: `on conflict …`. */
  readonly tail: string;
  /** A row that the tail leaves out undoes the whole transaction ({@link RowExists}). */
  readonly mustBeNew?: true;
  /** For SQLite: all rows in one statement of few parameters. For narrow rows that costs less than binding each. */
  readonly together?: Together<Row>;
}

interface Tuples<Row> {
  /** The table's. */
  readonly columns: readonly string[];
  /** The values of each row as SQL. @param place gives the parameter of one of the `columns` of {@link Insert}. */
  values(place: (column: keyof Row & string) => string): readonly (readonly string[])[];
}

interface Together<Row> {
  readonly text: string;
  values(rows: readonly Row[]): readonly unknown[];
}

/** Rows for one table. */
export interface RowsToInsert {
  readonly into: Insert<never>;
  readonly rows: readonly object[];
}

/** Inserts rows of some tables in one transaction, all or none. @throws RowExists, or the driver's error. */
export type InsertRows = (parts: readonly RowsToInsert[]) => Promise<void>;

/** A row was there already, and nothing was inserted. */
export class RowExists extends Error {
  override readonly name = "RowExists";
}

export function rowsFor<Row extends object>(into: Insert<Row>, rows: readonly Row[]): RowsToInsert {
  return { into, rows };
}

/** The statement for so many rows. @param parameter writes a parameter, by its index from 0. */
export function insertText(into: Insert<never>, rows: number, parameter: (index: number) => string): string {
  const { table, columns, tail } = into;
  const names: readonly string[] = columns;
  const tuples = Array.from({ length: rows }, (_, row) => {
    const place = (column: string) => parameter(row * columns.length + names.indexOf(column));
    return into.tuples === undefined ? [names.map(place)] : into.tuples.values(place);
  });
  const values = tuples.flat().map((tuple) => `(${tuple.join(", ")})`);
  const targets = (into.tuples?.columns ?? names).map((column) => `"${column}"`);
  return `insert into "${table}" (${targets.join(", ")}) values ${values.join(", ")} ${tail}`;
}

/** Writes a row's values behind each other, in the order of the columns. */
export function putValues({ columns }: Pick<Insert<never>, "columns">, row: object, values: unknown[], from = 0): void {
  for (let at = 0; at < columns.length; at++) values[from + at] = row[columns[at] as keyof typeof row];
}
