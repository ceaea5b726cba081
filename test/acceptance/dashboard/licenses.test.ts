import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";

it("the built dashboard has the licenses of what is bundled in it", async () => {
  const text = await readFile(join(import.meta.dirname, "../../../dist/dashboard/licenses.md"), "utf8");
  expect(text).toMatch(/preact.*MIT/s);
  expect(text).toMatch(/eventsource-parser.*MIT/s);
  expect(text).toContain("Permission is hereby granted");
});
