import { sql } from "kysely";
import { afterEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../../server/storage/open-database.js";
import { createDecisionStore } from "../../../server/storage/open-decision-store.js";
import { hasPostgres } from "../../services/available.js";
import { createDatabase, onBothEngines } from "../../services/engines.js";
import { eventually } from "../../services/eventually.js";
import { startPostgres } from "../../services/postgres.js";
import { cleanUp, decision, decisionId, decisionNumber, openStore, REVISION } from "./harness.js";

const summary = { rule: "default", model: "acme/small", provider: "left", status: 200 };

afterEach(cleanUp);

onBothEngines((engine) => {
  it("gives decisions back as they were recorded, also after reopening", async () => {
    const url = await engine.newUrl();
    const { store } = await openStore({ url });
    store.record(decision(1), summary);
    await store.flush();
    await store.close();
    const { store: again } = await openStore({ url });
    expect(await again.find(decisionId(1))).toEqual(decision(1));
  });

  it("lists newest first, in pages, by rule and by model", async () => {
    const { store } = await openStore({ url: await engine.newUrl() });
    for (let number = 0; number < 120; number++) {
      store.record(decision(number), { rule: number % 2 === 0 ? "even" : "odd", status: 200 });
    }
    const numbers = async (filter: Parameters<typeof store.list>[0]) =>
      (await store.list(filter)).map((found) => decisionNumber(found.id));
    expect(await numbers({ limit: 3, before: decisionId(70) })).toEqual([69, 68, 67]);
    expect(await numbers({ limit: 2, rule: "odd", before: decisionId(4) })).toEqual([3, 1]);
    expect(await numbers({ model: "acme/small" })).toEqual([]);
  });

  it("lists by time, and by every filter, also where few of very many fit", async () => {
    const { store } = await openStore({ url: await engine.newUrl(), batches: { maxRows: 30_000 } });
    for (let number = 0; number < 21_000; number++) {
      const isRare = number % 10_000 === 7;
      const facts = { tenant: { value: isRare ? "rare" : "t", source: "key" } };
      store.record(decision(number, { facts }), { rule: "r", status: number === 3 ? 503 : 200 });
    }
    const numbers = async (filter: Parameters<typeof store.list>[0]) =>
      (await store.list(filter)).map(({ id }) => decisionNumber(id));
    expect(await numbers({ tenant: "rare" })).toEqual([20_007, 10_007, 7]);
    expect(await numbers({ tenant: "rare", limit: 1, before: decisionId(20_007) })).toEqual([10_007]);
    expect(await numbers({ status: 503 })).toEqual([3]);
    let requestsWereServed = false;
    setImmediate(() => {
      requestsWereServed = true;
    });
    expect(await numbers({ status: 503, tenant: "rare" })).toEqual([]);
    expect(requestsWereServed).toBe(true);
    const time = (number: number) => decision(number).time;
    expect(await numbers({ since: time(20_998) })).toEqual([20_999, 20_998]);
    expect(await numbers({ until: time(2) })).toEqual([1, 0]);
    expect(await numbers({ since: time(10), until: time(20_000), tenant: "rare" })).toEqual([10_007]);
    expect(await numbers({ since: time(10), until: time(30_000), before: decisionId(12), limit: 9 })).toEqual([11, 10]);
    await store.close();
  });

  it("keeps the first snapshot of a revision, bytes and all", async () => {
    const { store } = await openStore({ url: await engine.newUrl() });
    const files = [{ name: "policy.yaml", text: "# grüße\n".repeat(1_000) }];
    const snapshot = { revision: REVISION, name: "production", files, firstServed: "2026-11-24T00:00:00.000Z" };
    await store.saveSnapshot(snapshot);
    await store.saveSnapshot({ ...snapshot, firstServed: "2027-01-01T00:00:00.000Z" });
    expect(await store.findSnapshot(REVISION)).toEqual(snapshot);
  });

  it("gives sums as exact numbers", async () => {
    const database = await openDatabase(await engine.newUrl());
    await database.db
      .insertInto("sequences")
      .values([
        { name: "a", value: 2 ** 52 },
        { name: "b", value: 2 ** 51 + 1 },
      ])
      .execute();
    const { total } = await database.db
      .selectFrom("sequences")
      .select((expression) => expression.fn.sum<number>("value").as("total"))
      .executeTakeFirstOrThrow();
    expect(total).toBe(2 ** 52 + 2 ** 51 + 1);
    await database.close();
  });
});

onBothEngines((engine) => {
  it("upgrades a database of before 0006 with what is in it", async () => {
    const url = await engine.newUrl();
    const before = await openDatabase(url);
    for (const [index, table, columns] of [
      ["ledger_by_time", "ledger", ["at"]],
      ["ledger_by_key", "ledger", ["key", "at"]],
      ["decisions_by_time", "decisions", ["time"]],
      ["decisions_by_rule", "decisions", ["rule", "id"]],
      ["decisions_by_model", "decisions", ["model", "id"]],
      ["decisions_by_key", "decisions", ["api_key", "id"]],
      ["decisions_by_tenant", "decisions", ["tenant", "id"]],
    ] as const) {
      await before.db.schema
        .createIndex(index)
        .ifNotExists()
        .on(table)
        .columns([...columns])
        .execute();
    }
    await before.db.schema.dropIndex("decisions_by_filters").ifExists().execute();
    await sql`delete from kysely_migration where name = '0006_fewer_indexes'`.execute(before.db);
    const old = createDecisionStore(before, { log: { info() {}, warn() {}, error() {} } as never, now: Date.now });
    for (let number = 0; number < 300; number++) old.record(decision(number), summary);
    await old.close();
    await before.close();

    const { store } = await openStore({ url });
    expect(await store.list({ rule: "default", limit: 1_000 })).toHaveLength(300);
    expect(await store.find(decisionId(7))).toEqual(decision(7));
    store.record(decision(300), summary);
    expect((await store.list({ model: "acme/small", limit: 1 }))[0]).toEqual(decision(300));
    await store.close();
  });
});

describe.skipIf(!hasPostgres)("openDatabase() on PostgreSQL", () => {
  it("migrates once when several servers start at the same time, and outlives a crash of the database", async () => {
    const server = await startPostgres();
    try {
      const url = await createDatabase(server.url, "shared");
      const three = await Promise.all([1, 2, 3].map(() => openStore({ url, batches: { batchMs: 10, retryMs: 50 } })));
      const [first] = three;
      first!.store.record(decision(1), summary);
      await first!.store.flush();

      await server.kill();
      first!.store.record(decision(2), summary);
      await eventually(() => expect(first!.store.status().lastError).toBeDefined());
      expect(first!.store.status()).toMatchObject({ waiting: 1, lost: 0 });
      await server.restart();
      await eventually(() => expect(first!.store.status()).toEqual({ waiting: 0, written: 2, lost: 0 }));
      expect(await three[2]!.store.find(decisionId(2))).toEqual(decision(2));
    } finally {
      await cleanUp();
      await server.stop();
    }
  });

  it("says what is wrong without the password", async () => {
    const attempt = openDatabase("postgres://user:hunter2@127.0.0.1:1/db");
    await expect(attempt).rejects.toThrow(/^the database postgres:\/\/user:\*\*\*@127.0.0.1:1\/db cannot be used: /);
    await expect(attempt).rejects.not.toThrow(/hunter2/);
  });
});
