import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { KeyRing } from "../../../server/keys/key-ring.js";
import { KeyStore } from "../../../server/keys/key-store.js";
import { openAccounting } from "../../../server/ledger/open-accounting.js";
import { openDatabase } from "../../../server/storage/open-database.js";

const newPath = () => join(mkdtempSync(join(tmpdir(), "routewright-test-")), "one.db");

/** What a server says when it opens the file. */
async function openAsServer(path: string) {
  const said: string[] = [];
  const log = pino({ level: "warn" }, { write: (line) => void said.push(JSON.parse(line).msg) });
  const database = await openDatabase(`sqlite:${path}`, { forServer: true });
  const ring = await KeyRing.open({ store: new KeyStore(database), log, now: Date.now });
  const accounting = await openAccounting({ database, ring, redisUrl: undefined, log, now: Date.now });
  return {
    said,
    async close() {
      await accounting.close();
      await ring.close();
      await database.close();
    },
  };
}

describe("an SQLite file that two servers use", () => {
  it("is told by the second of them, since each counts budgets for itself; commands and servers that ended do not count", async () => {
    const path = newPath();
    const one = await openAsServer(path);
    expect(one.said).toEqual([]);
    expect(statSync(`${path}-server`).size).toBe(0);
    const command = await openDatabase(`sqlite:${path}`);
    const two = await openAsServer(path);
    expect(two.said).toEqual([expect.stringMatching(/^another server uses this database: .*until one is stopped/)]);
    await Promise.all([one.close(), two.close()]);
    const three = await openAsServer(path);
    expect(three.said).toEqual([]);
    await Promise.all([three.close(), command.close()]);
  });

  it("is free at once when a server is killed", { timeout: 60_000 }, async () => {
    const path = newPath();
    const module = new URL("../../../dist/server/storage/open-database.js", import.meta.url).href;
    const script = `const { openDatabase } = await import(${JSON.stringify(module)});
      await openDatabase(${JSON.stringify(`sqlite:${path}`)}, { forServer: true });
      console.log("open"); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    const second = await openDatabase(`sqlite:${path}`, { forServer: true });
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    const third = await openDatabase(`sqlite:${path}`, { forServer: true });
    expect([second.isShared, third.isShared]).toEqual([true, false]);
    await Promise.all([second.close(), third.close()]);
  });
});
