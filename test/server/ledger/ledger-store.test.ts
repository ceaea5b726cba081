import { expect, it } from "vitest";
import { appSubject, tenantSubject } from "../../../server/keys/subject.js";
import { windowOf } from "../../../server/ledger/budget-window.js";
import { CommitQueue } from "../../../server/ledger/commit-queue.js";
import { toLedgerRow } from "../../../server/ledger/ledger-entry.js";
import { LedgerStore } from "../../../server/ledger/ledger-store.js";
import type { LedgerRow } from "../../../server/storage/database-schema.js";
import { openDatabase } from "../../../server/storage/open-database.js";
import { onBothEngines } from "../../services/engines.js";
import { ledgerEntry, ledgerRow } from "./ledger-row.js";

const DAY = Date.parse("2026-11-25T00:00:00Z");
const HOUR_MS = 3_600_000;

onBothEngines((engine) => {
  it("sums what was charged by window, for key, tenant and app", async () => {
    const database = await openDatabase(await engine.newUrl());
    const store = new LedgerStore(database);
    const rows = Array.from({ length: 240 }, (_, index) =>
      ledgerRow(`dec_${index}.1`, {
        at: DAY + index * 0.1 * HOUR_MS,
        key: index % 2 === 0 ? "key_a" : "key_b",
        tenant: "t/1",
        app: index % 3 === 0 ? "x" : "",
        charged_nano: 1_000,
      }),
    );
    await store.write(rows);
    await store.write([ledgerRow("dec_free.1", { at: DAY, key: "", tenant: "t/1", charged_nano: 7 })]);
    const sum = (subject: Parameters<typeof store.chargedIn>[0], period: "hour" | "day" | "total", at = DAY) =>
      store.chargedIn(subject, windowOf(period, at));
    expect(await sum("key:key_a", "day")).toBe(120_000);
    expect(await sum("key:key_a", "hour", DAY + 5 * HOUR_MS)).toBe(5_000);
    expect(await sum(tenantSubject("t/1"), "total")).toBe(240_000);
    expect(await sum(appSubject("t/1", "x"), "day")).toBe(80_000);
    expect(await sum("key:key_a", "day", DAY - 1)).toBe(0);
    expect(await store.chargedFor(["dec_3.1", "dec_none.1"])).toEqual(new Map([["dec_3.1", 1_000]]));
    await database.close();
  });

  it("counts a batch once that is written again, whole or in part, also at the same time", async () => {
    const database = await openDatabase(await engine.newUrl());
    const store = new LedgerStore(database);
    const rows = Array.from({ length: 250 }, (_, index) => ledgerRow(`dec_${index}.1`, { at: DAY, charged_nano: 3 }));
    await store.write(rows.slice(0, 100));
    await Promise.all([store.write(rows), store.write(rows.slice(50)), store.write([...rows].reverse())]);
    expect(await store.chargedIn("key:key_a", windowOf("day", DAY))).toBe(750);
    const { count } = await database.db
      .selectFrom("ledger")
      .select((expression) => expression.fn.countAll<number>().as("count"))
      .executeTakeFirstOrThrow();
    expect(count).toBe(250);
    await database.close();
  });

  it("adds calls of several hours and days to the sums of each, once", async () => {
    const database = await openDatabase(await engine.newUrl());
    const store = new LedgerStore(database);
    const rows = Array.from({ length: 40 }, (_, index) =>
      ledgerRow(`dec_${index}.1`, { at: DAY + (index - 20) * 0.25 * HOUR_MS, charged_nano: 1, model: `m${index % 3}` }),
    );
    await store.write(rows.slice(10, 30));
    await store.write(rows);
    const sums = await database.db
      .selectFrom("usage_rollups")
      .select(({ fn }) => ["span", "start", fn.sum<number>("charged_nano").as("charged")])
      .groupBy(["span", "start"])
      .orderBy("start")
      .execute();
    const of = (span: string) => sums.filter((sum) => sum.span === span).map(({ start, charged }) => [start, charged]);
    expect(of("hour")).toEqual(Array.from({ length: 10 }, (_, hour) => [DAY + (hour - 5) * HOUR_MS, 4]));
    expect(of("day")).toEqual([
      [DAY - 24 * HOUR_MS, 20],
      [DAY, 20],
    ]);
    await database.close();
  });

  it("keeps every column of a row, whether or not it is like most", async () => {
    const database = await openDatabase(await engine.newUrl());
    const others = {
      ...{ outcome: "cut", status: null, error_class: "timeout", is_stream: 1, first_token_ms: 3, cost_source: "none" },
      ...{ cached_input: 1, cache_write: 2, audio_input: 3, image_input: 4, reasoning: 5, audio_output: 6 },
    };
    const rows = [
      ledgerRow("dec_1.1", { price: '{"it\'s":1}' }),
      ledgerRow("dec_2.1", others),
      ...Object.entries(others).map(([name, value], at) => ledgerRow(`dec_3.${at + 1}0`, { [name]: value })),
      ledgerRow("dec_4.1"),
    ];
    await new LedgerStore(database).write(rows);
    const ordered = [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(await database.db.selectFrom("ledger").selectAll().orderBy("id").execute()).toEqual(ordered);
    await database.close();
  });

  it("takes whatever a client calls itself", async () => {
    const database = await openDatabase(await engine.newUrl());
    const entry = { ...ledgerEntry("dec_1.1"), user: "a\u0000b\ud800", app: "\u0000" };
    await new LedgerStore(database).write([toLedgerRow(entry)]);
    const { user_id: user } = await database.db.selectFrom("ledger").select("user_id").executeTakeFirstOrThrow();
    expect(user).toMatch(/^a\ufffdb/);
    await database.close();
  });

  it("commits what comes at once together, and says when each row is there", async () => {
    const database = await openDatabase(await engine.newUrl());
    const store = new LedgerStore(database);
    let batches = 0;
    const write = (rows: readonly LedgerRow[]) => {
      batches += 1;
      return store.write(rows);
    };
    const queue = new CommitQueue<LedgerRow>({ write, log: { warn() {}, error() {} } as never });
    await Promise.all(
      Array.from({ length: 1_000 }, (_, index) => committed(queue, ledgerRow(`dec_${index}.1`, { at: DAY }))),
    );
    expect(batches).toBeLessThanOrEqual(6);
    expect(queue.status()).toEqual({ waiting: 0, written: 1_000, rejected: 0 });
    expect(await store.chargedFor(["dec_999.1"])).toHaveProperty("size", 1);
    await queue.close();
    await database.close();
  });
});

function committed<Row>(queue: CommitQueue<Row>, row: Row): Promise<void> {
  return new Promise((resolve) => queue.add(row, resolve));
}

it("CommitQueue goes on trying, in order, and loses nothing", async () => {
  let isLocked = true;
  const written: number[] = [];
  const queue = new CommitQueue<number>({
    write: async (rows) => {
      if (isLocked) throw new Error("database is locked");
      written.push(...rows);
    },
    log: { warn() {}, error() {} } as never,
    retryMs: 5,
    batchRows: 2,
  });
  const done = Promise.all([1, 2, 3].map((row) => committed(queue, row)));
  await expect.poll(() => queue.status().lastError).toBe("database is locked");
  expect(queue.status()).toMatchObject({ waiting: 3, failingForMs: expect.any(Number) });
  isLocked = false;
  await done;
  expect(written).toEqual([1, 2, 3]);
  expect(queue.status()).toEqual({ waiting: 0, written: 3, rejected: 0 });
});

it("CommitQueue sets aside a row that is at fault itself, and goes on", async () => {
  const written = new Set<number>(); // as the store does, it skips what is there
  const logged: string[] = [];
  const queue = new CommitQueue<number>({
    write: async (rows) => {
      if (rows.includes(2)) throw new Error("invalid byte sequence");
      for (const row of rows) written.add(row);
    },
    log: { warn() {}, error: (_fields: object, message: string) => logged.push(message) } as never,
    retryMs: 1,
  });
  await Promise.all([1, 2, 3].map((row) => committed(queue, row)));
  expect([...written]).toEqual([1, 3]);
  expect(queue.status()).toEqual({ waiting: 0, written: 2, rejected: 1 });
  expect(logged.at(-1)).toBe("a ledger row cannot be written, and is set aside");
});
