import fc from "fast-check";
import { expect, it } from "vitest";
import { packColumns, unpackColumns } from "../../../server/storage/packed-columns.js";

const value = fc.oneof(fc.string({ unit: "binary" }), fc.integer(), fc.constantFrom(null, "", 0, "same", "[1]"));

it("gives every value back, also where all rows or none share it", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ a: value, b: value, c: fc.constant("x") }), { minLength: 1 }), (rows) => {
      const valueAt = unpackColumns(packColumns(["a", "b", "c"], rows));
      const back = rows.map((_, place) => ({
        a: valueAt("a", place),
        b: valueAt("b", place),
        c: valueAt("c", place),
      }));
      expect(back).toEqual(rows);
    }),
  );
});

it("writes a value once that all rows share", () => {
  const rows = [1, 2].map((number) => ({ number, name: "same", nothing: null }));
  expect(packColumns(["number", "name", "nothing"], rows)).toBe('{"number":[1,2],"name":"same","nothing":null}');
});
