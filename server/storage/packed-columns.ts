/** A value of a column. */
export type Value = string | number | null;

/**
 * Rows as one JSON text by columns, `{"status":200,"id":["a","b"]}`: a value that all rows share stands alone, else there is
 * one for each row. Binding one text costs a database far less than binding each value.
 *
 * @param names the columns; at least one row must be there.
 */
export function packColumns<Row extends object>(names: readonly (keyof Row & string)[], rows: readonly Row[]): string {
  const packed: Record<string, unknown> = {};
  for (const name of names) {
    const first = rows[0]?.[name];
    let at = 1;
    while (at < rows.length && rows[at]?.[name] === first) at++;
    packed[name] = at >= rows.length ? first : rows.map((row) => row[name]);
  }
  return JSON.stringify(packed);
}

/** @returns reads the value of a column in the row of that place, from 0. */
export function unpackColumns(text: string): (name: string, place: number) => Value {
  const packed = JSON.parse(text) as Readonly<Record<string, Value | readonly Value[]>>;
  return (name, place) => {
    const value = packed[name] ?? null;
    return (Array.isArray(value) ? value[place] : value) as Value;
  };
}
