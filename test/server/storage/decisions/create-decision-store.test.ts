import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { openSqlite } from "../../../../server/storage/open-sqlite.js";
import { eventually } from "../../../services/eventually.js";
import { cleanUp, decision, decisionId, decisionNumber, newFolder, openStore, REVISION } from "../harness.js";

const summary = { rule: "default", model: "acme/small", provider: "left", status: 200 };

afterEach(cleanUp);

describe("createDecisionStore()", () => {
  it("makes the folder and gives a decision back as it was recorded, also after reopening", async () => {
    const file = join(await newFolder(), "deep/er/routewright.db");
    const { store } = await openStore({ url: `sqlite:${file}` });
    store.record(decision(1), summary);
    expect(await store.find(decisionId(1))).toEqual(decision(1)); // still waiting
    await store.flush();
    expect(await store.find(decisionId(1))).toEqual(decision(1));
    await store.close();
    expect((await stat(file)).size).toBeGreaterThan(0);
    const { store: again } = await openStore({ url: `sqlite:${file}` });
    expect(await again.find(decisionId(1))).toEqual(decision(1));
    expect(await again.find("dec_none")).toBeUndefined();
  });

  it("writes by itself, without flush", async () => {
    const { store } = await openStore({ url: "sqlite::memory:" });
    store.record(decision(1), summary);
    expect(store.status()).toEqual({ waiting: 1, written: 0, lost: 0 });
    await eventually(() => expect(store.status()).toEqual({ waiting: 0, written: 1, lost: 0 }));
  });

  it("lists newest first, in pages, by rule and by model", async () => {
    const { store } = await openStore({ url: "sqlite::memory:" });
    for (let number = 0; number < 120; number++) {
      const [rule, model] = number % 2 === 0 ? ["even", "acme/small"] : ["odd", undefined];
      store.record(decision(number), { rule, status: 200, ...(model === undefined ? {} : { model }) });
    }
    const numbers = async (filter: Parameters<typeof store.list>[0]) =>
      (await store.list(filter)).map(({ decision }) => decisionNumber(decision.id));
    expect(await numbers({})).toEqual(Array.from({ length: 50 }, (_, index) => 119 - index));
    expect(await numbers({ limit: 3, before: decisionId(70) })).toEqual([69, 68, 67]);
    expect(await numbers({ limit: 2, rule: "even" })).toEqual([118, 116]);
    expect(await numbers({ limit: 2, rule: "odd", before: decisionId(4) })).toEqual([3, 1]);
    expect(await numbers({ limit: 1_000, model: "acme/small" })).toHaveLength(60);
    expect(await numbers({ rule: "none" })).toEqual([]);
    await expect(store.list({ limit: 1_001 })).rejects.toThrow("limit must be a whole number from 1 to 1000, not 1001");
    await expect(store.list({ limit: 0 })).rejects.toThrow(RangeError);
  });

  it("keeps the first snapshot of a revision, compressed", async () => {
    const file = join(await newFolder(), "routewright.db");
    const { store } = await openStore({ url: `sqlite:${file}` });
    const files = [{ name: "policy.yaml", text: "# grüße\n".repeat(10_000) }];
    const snapshot = { revision: REVISION, name: "production", files, firstServed: "2026-11-24T00:00:00.000Z" };
    await store.saveSnapshot(snapshot);
    await store.saveSnapshot({ ...snapshot, firstServed: "2027-01-01T00:00:00.000Z" });
    expect(await store.findSnapshot(REVISION)).toEqual(snapshot);
    expect(await store.findSnapshot("00")).toBeUndefined();
    const [row] = openSqlite(file).prepare("select length(files) as bytes from policy_snapshots").all([]);
    expect((row as { bytes: number }).bytes).toBeLessThan(2_000);
  });

  it("loses nothing over 10,000 rows that come while batches are written", async () => {
    const { store } = await openStore({ url: `sqlite:${join(await newFolder(), "routewright.db")}` });
    for (let number = 0; number < 10_000; number++) {
      store.record(decision(number), summary);
      if (number % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await store.flush();
    expect(store.status()).toEqual({ waiting: 0, written: 10_000, lost: 0 });
    const seen = new Set<string>();
    for (let before: string | undefined; ; ) {
      const page = await store.list({ limit: 1_000, ...(before === undefined ? {} : { before }) });
      if (page.length === 0) break;
      for (const { decision } of page) seen.add(decision.id);
      before = page.at(-1)?.decision.id;
    }
    expect(seen.size).toBe(10_000);
  });

  it("writes what waits when it is closed", async () => {
    const url = `sqlite:${join(await newFolder(), "routewright.db")}`;
    const { store } = await openStore({ url });
    for (let number = 0; number < 1_234; number++) store.record(decision(number), summary);
    await store.close();
    const { store: again } = await openStore({ url });
    expect(await again.find(decisionId(1_233))).toBeDefined();
  });

  it("uses WAL with synchronous NORMAL", async () => {
    const file = join(await newFolder(), "routewright.db");
    await openStore({ url: `sqlite:${file}` });
    const other = openSqlite(file);
    expect(other.prepare("pragma journal_mode").all([])).toEqual([{ journal_mode: "wal" }]);
    other.close();
  });

  it("goes on when the database refuses to write, says so, and loses nothing once it can", async () => {
    const file = join(await newFolder(), "routewright.db");
    const { store, logged } = await openStore({ url: `sqlite:${file}`, batches: { batchMs: 10, retryMs: 20 } });
    const other = openSqlite(file);
    other.exec("begin immediate"); // somebody's backup holds the lock
    store.record(decision(1), summary);
    await eventually(() => expect(store.status().lastError).toMatch(/lock/));
    store.record(decision(2), summary);
    expect(await store.list({})).toEqual([]);
    expect(store.status()).toMatchObject({ waiting: 2, written: 0, lost: 0 });
    other.exec("rollback");
    await eventually(() => expect(store.status()).toEqual({ waiting: 0, written: 2, lost: 0 }));
    expect(logged.map((line) => line.level)).toEqual(["error", "warn"]);

    other.exec(
      "create trigger refuse before insert on decision_batches begin select raise(abort, 'disk I/O error'); end",
    );
    store.record(decision(3), summary);
    await eventually(() => expect(store.status().lastError).toMatch("disk I/O error"));
    other.exec("drop trigger refuse");
    await eventually(() => expect(store.status()).toEqual({ waiting: 0, written: 3, lost: 0 }));
    other.close();
  });

  it("closes the database after the snapshot that is being written", async () => {
    const file = join(await newFolder(), "routewright.db");
    const { store } = await openStore({ url: `sqlite:${file}` });
    const snapshot = { revision: REVISION, name: "p", files: [], firstServed: "2026-11-24T00:00:00.000Z" };
    const saved = store.saveSnapshot(snapshot);
    await store.close();
    await saved;
    const { store: again } = await openStore({ url: `sqlite:${file}` });
    expect(await again.findSnapshot(REVISION)).toEqual(snapshot);
  });

  it.skipIf(process.platform === "win32")("is its owner's alone, and whole in one file when closed", async () => {
    const folder = await newFolder();
    const { store } = await openStore({ url: `sqlite:${join(folder, "routewright.db")}` });
    store.record(decision(1), summary);
    await store.flush();
    const modes = await Promise.all(
      (await readdir(folder)).map(async (name) => [name, ((await stat(join(folder, name))).mode & 0o777).toString(8)]),
    );
    expect(Object.fromEntries(modes)).toEqual({
      "routewright.db": "600",
      "routewright.db-shm": "600",
      "routewright.db-wal": "600",
    });
    await store.close();
    // libsql may leave its index (-shm), which holds no data.
    const log = await stat(join(folder, "routewright.db-wal")).catch(() => undefined);
    expect(log?.size ?? 0).toBe(0);
  });

  it("tries a snapshot again that could not be written", async () => {
    const file = join(await newFolder(), "routewright.db");
    const { store } = await openStore({ url: `sqlite:${file}`, batches: { batchMs: 10, retryMs: 20 } });
    const other = openSqlite(file);
    other.exec("begin immediate");
    const snapshot = { revision: REVISION, name: "p", files: [], firstServed: "2026-11-24T00:00:00.000Z" };
    await expect(store.saveSnapshot(snapshot)).rejects.toThrow(/lock/);
    expect(await store.findSnapshot(REVISION)).toEqual(snapshot);
    other.exec("rollback");
    store.record(decision(1), summary);
    await eventually(() =>
      expect(other.prepare("select revision from policy_snapshots").all([])).toEqual([{ revision: REVISION }]),
    );
    other.close();
  });

  it.each([
    [
      "postgres://user:secret@127.0.0.1:1/db",
      /^the database postgres:\/\/user:\*\*\*@127.0.0.1:1\/db cannot be used: /,
    ],
    ["postgres://user:secret@host:port/db", /DATABASE_URL is no valid URL; write postgres:\/\/USER:PASSWORD@HOST/],
    ["mysql://db", /DATABASE_URL "mysql:\/\/db" is not understood; write sqlite:/],
    ["sqlite://data.db", /is not understood/],
    ["routewright.db", /is not understood/],
  ])("refuses %s in words", async (url, message) => {
    await expect(openStore({ url })).rejects.toThrow(message);
  });

  it("says why a file cannot be used", async () => {
    const folder = await newFolder();
    const longName = join(folder, `${"x".repeat(300)}.db`);
    await expect(openStore({ url: `sqlite:${longName}` })).rejects.toThrow(/x\.db cannot be used: ENAMETOOLONG: /);
    await mkdir(join(folder, "folder.db"));
    await expect(openStore({ url: `sqlite:${join(folder, "folder.db")}` })).rejects.toThrow(
      /^the database sqlite:.*folder\.db cannot be used: unable to open database file; it must be a file that whoever runs this may write$/,
    );
    await writeFile(join(folder, "text.db"), "not a database at all, but long enough to be read as one ".repeat(50));
    await expect(openStore({ url: `sqlite:${join(folder, "text.db")}` })).rejects.toThrow(
      /cannot be used: file is not a database; name another file, or restore the backup$/,
    );
  });

  it("does not keep the process alive", async () => {
    const { stdout } = await runScript(`
      store.record(decision(1), { rule: "r", status: 200 });
      console.log("end of script");
    `);
    expect(stdout).toContain("end of script");
  });

  it("loses only the newest decisions to kill -9, and opens again", async () => {
    const file = join(await newFolder(), "routewright.db");
    // Records a row a millisecond and prints, before each, its number and when it was recorded.
    const child = spawn(
      process.execPath,
      scriptArguments(
        `let number = 0;
       setInterval(() => {
         console.log(number + " " + Date.now());
         store.record(decision(number++), { rule: "r", status: 200 });
       }, 1);`,
        file,
      ),
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const recorded: { readonly number: number; readonly at: number }[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      const [number = 0, at = 0] = line.split(" ").map(Number);
      recorded.push({ number, at });
      if (recorded.length === 1_500) child.kill("SIGKILL");
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    expect(child.signalCode).toBe("SIGKILL");

    const { store } = await openStore({ url: `sqlite:${file}` });
    const kept = new Set<number>();
    for (let before: string | undefined; ; ) {
      const page = await store.list({ limit: 1_000, ...(before === undefined ? {} : { before }) });
      if (page.length === 0) break;
      for (const { decision } of page) kept.add(decisionNumber(decision.id));
      before = page.at(-1)?.decision.id;
    }
    const lost = recorded.filter(({ number }) => !kept.has(number));
    const endedAt = recorded.at(-1)?.at ?? 0;
    console.log(
      `kill -9 lost ${lost.length} of ${recorded.length}, the oldest ${endedAt - (lost[0]?.at ?? endedAt)} ms old`,
    );
    expect(kept.size).toBeGreaterThan(0);
    for (let number = 0; number < kept.size; number++) expect(kept.has(number)).toBe(true); // no holes
  });
});

function scriptArguments(script: string, file: string): string[] {
  const here = (name: string) => pathToFileURL(join(import.meta.dirname, name)).href;
  const log = "{ info() {}, warn() {}, error() {} }";
  return [
    "--import",
    here("../../run-typescript.mjs"),
    "--input-type=module",
    "--eval",
    `import { decision, openDecisionStore } from ${JSON.stringify(here("../harness.ts"))};
     const store = await openDecisionStore({ url: ${JSON.stringify(`sqlite:${file}`)}, log: ${log}, now: Date.now });
     ${script}`,
  ];
}

async function runScript(script: string) {
  return promisify(execFile)(process.execPath, scriptArguments(script, join(await newFolder(), "a.db")), {
    timeout: 20_000,
  });
}
