import type { DatabaseSchema } from "./database-schema.js";

/** How rows of one table are inserted. */
export interface Insert<Row> {
  readonly table: keyof DatabaseSchema;
  readonly columns: readonly (keyof Row & string)[];
  /** What follows the values: `on conflict …`. */
  readonly tail: string;
  /** A row that the tail leaves out undoes the whole transaction ({@link RowExists}). */
  readonly mustBeNew?: true;
  /** Many narrow rows: SQLite takes them as one parameter, which costs it less than three for each row. */
  readonly asOneParameter?: true;
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

/** The statement for so many rows. @param place writes a parameter, by its index from 0. */
export function insertText(
  { table, columns, tail }: Pick<Insert<never>, "table" | "columns" | "tail">,
  rows: number,
  place: (index: number) => string,
): string {
  const tuple = (row: number) => `(${columns.map((_, at) => place(row * columns.length + at)).join(", ")})`;
  const tuples = Array.from({ length: rows }, (_, row) => tuple(row)).join(", ");
  return `insert into "${table}" (${columns.map((column) => `"${column}"`).join(", ")}) values ${tuples} ${tail}`;
}

/** Writes a row's values behind each other, in the order of the columns. */
export function putValues({ columns }: Pick<Insert<never>, "columns">, row: object, values: unknown[], from = 0): void {
  for (let at = 0; at < columns.length; at++) values[from + at] = row[columns[at] as keyof typeof row];
}
