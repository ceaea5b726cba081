import { expect, it } from "vitest";
import { withoutPassword } from "../../server/without-password.js";

it.each([
  ["postgres://rw:secret@host:5432/db", "postgres://rw:***@host:5432/db"],
  ["postgres://rw:12/s@e?c#ret@host/db", "postgres://rw:***@host/db"],
  [
    "postgres://host:5432/db?user=rw&password=secret&sslmode=require",
    "postgres://host:5432/db?user=rw&password=***&sslmode=require",
  ],
  ["postgres://host:5432/db", "postgres://host:5432/db"],
  ["sqlite:./data/a.db", "sqlite:./data/a.db"],
])("withoutPassword(%s)", (url, shown) => {
  expect(withoutPassword(url)).toBe(shown);
});
