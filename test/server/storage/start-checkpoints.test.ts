import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

/** Runs in a process of its own: the thread's script is compiled. */
const script = `
  const [, , module, path, kysely] = process.argv;
  const { openDatabase } = await import(module);
  const { sql } = await import(kysely);
  const { statSync, writeFileSync } = await import("node:fs");
  const { db, close } = await openDatabase("sqlite:" + path, { forServer: true });
  const before = statSync(path).size;
  await sql\`create table filler (text text)\`.execute(db);
  const text = "x".repeat(2000);
  let grown = before;
  // Far below the 8,000 pages at which commits would copy the log themselves.
  for (let round = 0; round < 100 && grown <= before + 1_000_000; round++) {
    for (let row = 0; row < 10; row++) await sql\`insert into filler values (\${text})\`.execute(db);
    await new Promise((resolve) => setTimeout(resolve, 20));
    grown = statSync(path).size;
  }
  const logPages = statSync(path + "-wal").size / 4_120;
  const rows = (await sql\`select count(*) as count from filler\`.execute(db)).rows[0].count;
  await close();
  writeFileSync(path + ".seen", JSON.stringify({ before, grown, logPages, rows }));
`;

describe("startCheckpoints()", () => {
  it("copies the log into the database while it is written, and ends with it", { timeout: 60_000 }, () => {
    const folder = mkdtempSync(join(tmpdir(), "routewright-test-"));
    const path = join(folder, "one.db");
    const module = new URL("../../../dist/server/storage/open-database.js", import.meta.url).href;
    writeFileSync(join(folder, "write.mjs"), script);
    const run = spawnSync(process.execPath, [join(folder, "write.mjs"), module, path, import.meta.resolve("kysely")], {
      encoding: "utf8",
    });
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: "" });
    const seen = JSON.parse(readFileSync(`${path}.seen`, "utf8"));
    expect(seen.grown).toBeGreaterThan(seen.before + 1_000_000);
    expect(seen.logPages).toBeLessThan(8_000);
    expect(existsSync(`${path}-wal`)).toBe(false); // closed as one that never had a second connection
  });
});
