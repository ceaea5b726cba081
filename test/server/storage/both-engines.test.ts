import { open } from "node:fs/promises";
import { sql } from "kysely";
import { afterEach, describe, expect, it } from "vitest";
import { createDecisionStore } from "../../../server/storage/decisions/create-decision-store.js";
import { openDatabase } from "../../../server/storage/open-database.js";
import { hasPostgres } from "../../services/available.js";
import { createDatabase, onBothEngines } from "../../services/engines.js";
import { eventually } from "../../services/eventually.js";
import { startPostgres } from "../../services/postgres.js";
import { cleanUp, decision, decisionId, decisionNumber, openStore, REVISION } from "./harness.js";

const summary = { rule: "default", model: "acme/small", provider: "left", status: 200 };

const silent = { info() {}, warn() {}, error() {} } as never;

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

  it("refuses a server a database that can only be read, before it serves", async () => {
    const url = await engine.newUrl();
    const database = await openDatabase(url);
    if (engine.name === "postgres") {
      await sql
        .raw(`alter database ${url.split("/").at(-1)} set default_transaction_read_only = on`)
        .execute(database.db);
    }
    await database.close();
    if (engine.name === "sqlite") {
      const file = await open(url.slice("sqlite:".length), "r+");
      await file.write(new Uint8Array([3]), 0, 1, 18); // a format that SQLite may read and not write
      await file.close();
    }
    await expect(openDatabase(url, { forServer: true })).rejects.toThrow(/read-?only|can only be read/);
    const opened = await openDatabase(url); // `policy usage` may look at a copy
    await opened.close();
  });

  it("lists newest first, in pages, by rule and by model", async () => {
    const { store } = await openStore({ url: await engine.newUrl() });
    for (let number = 0; number < 120; number++) {
      store.record(decision(number), { rule: number % 2 === 0 ? "even" : "odd", status: 200 });
    }
    const numbers = async (filter: Parameters<typeof store.list>[0]) =>
      (await store.list(filter)).map(({ decision }) => decisionNumber(decision.id));
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
      (await store.list(filter)).map(({ decision }) => decisionNumber(decision.id));
    expect(await numbers({ tenant: "rare" })).toEqual([20_007, 10_007, 7]);
    expect(await numbers({ tenant: "rare", limit: 1, before: decisionId(20_007) })).toEqual([10_007]);
    expect(await numbers({ status: 503 })).toEqual([3]);
    expect(await store.list({ tenant: "rare" }, AbortSignal.abort())).toEqual([]); // of the newest batches
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
  it("puts decisions of one time together, and finds each by its own id among batches that overlap", async () => {
    const database = await openDatabase(await engine.newUrl());
    const store = createDecisionStore(database, { log: silent, now: Date.now });
    const texts = new Map<string, string>();
    // Of a minute, in an order of their own: streams end later than they begin.
    const numbers = Array.from({ length: 640 }, (_, index) => ((index * 271) % 640) * 100);
    for (const [at, number] of numbers.entries()) {
      const one = decision(number, { facts: { note: { value: `line\nend \u2028 ${number}`, source: "body" } } });
      texts.set(one.id, JSON.stringify(one));
      store.record(one, { rule: at % 2 === 0 ? "a" : "b", status: 200, model: `m${at % 7}` });
      if (at % 64 === 63) await store.flush();
    }
    const batches = await database.db.selectFrom("decision_batches").selectAll().execute();
    expect(batches.reduce((sum, { decisions }) => sum + decisions, 0)).toBe(640);
    expect(batches.length).toBeLessThanOrEqual(10 * 3);
    for (const { first_id: first, last_id: last } of batches) expect(first.slice(0, 11)).toBe(last.slice(0, 11));
    for (const [id, text] of texts) expect(JSON.stringify(await store.find(id))).toBe(text);
    expect(await store.find(`${decisionId(100)}0`)).toBeUndefined();

    const seen: string[] = [];
    for (let before: string | undefined; ; before = seen.at(-1)) {
      const page = await store.list({ limit: 9, rule: "a", ...(before === undefined ? {} : { before }) });
      if (page.length === 0) break;
      seen.push(...page.map(({ decision }) => decision.id));
    }
    const wanted = numbers.filter((_, at) => at % 2 === 0).sort((a, b) => b - a);
    expect(seen.map(decisionNumber)).toEqual(wanted);
    const rows = await database.db.selectFrom("decisions").select(["id", "model", "status", "record"]).execute();
    expect(new Map(rows.map(({ id, record }) => [id, record]))).toEqual(texts);
    for (const { id, model } of rows) expect(model).toBe(`m${numbers.indexOf(decisionNumber(id)) % 7}`);
    await store.close();
    await database.close();
  });

  it("serves requests while it looks for one decision among many of its time", async () => {
    const database = await openDatabase(await engine.newUrl());
    const store = createDecisionStore(database, { log: silent, now: Date.now });
    // Of one span of ids (2 ** 15 ms). Each batch begins early and ends late in it, so any may hold the id.
    const start = 2 ** 15 - (1_800_000_000_000 % 2 ** 15);
    for (let number = 0; number < 300; number++) {
      for (const one of [number, 20_000 - number]) store.record(decision(start + one), summary);
      await store.flush();
    }
    expect(await database.db.selectFrom("decision_batches").select("id").execute()).toHaveLength(300);
    let turns = 0;
    let isLooking = true;
    const count = () => {
      turns += 1;
      if (isLooking) setImmediate(count);
    };
    setImmediate(count);
    for (const number of [0, 299])
      expect(await store.find(decisionId(start + number))).toEqual(decision(start + number));
    expect(await store.find(decisionId(start + 10_000))).toBeUndefined();
    isLooking = false;
    expect(turns).toBeGreaterThan(3);
    await store.close();
    await database.close();
  });

  it("finds and lists nothing by ids and revisions of another form", async () => {
    const { store } = await openStore({ url: await engine.newUrl() });
    for (const number of [1, 2]) store.record(decision(number), summary);
    await store.flush();
    const { length } = decisionId(1);
    const others = ["", "d", "dec_", "~", "zzz", "\u0000", "dec_\ud800", `${decisionId(1)}\u0000`, `${decisionId(1)}!`];
    for (const id of [
      ...others,
      decisionId(1).slice(0, 11),
      decisionId(1).slice(0, length - 1),
      decisionId(1).toLowerCase(),
    ]) {
      expect(await store.find(id), JSON.stringify(id)).toBeUndefined();
      expect(await store.list({ revision: id, before: id }), JSON.stringify(id)).toEqual([]);
    }
  });

  it("writes a batch once whose fate was unknown, with what came since", async () => {
    const database = await openDatabase(await engine.newUrl());
    let isCut = true;
    const insert: typeof database.insert = async (parts) => {
      await database.insert(parts);
      if (isCut) throw new Error("connection lost after the commit");
    };
    const batches = { batchMs: 5, retryMs: 5 };
    const store = createDecisionStore({ ...database, insert }, { log: silent, now: Date.now, batches });
    store.record(decision(1), summary);
    await eventually(() => expect(store.status().lastError).toMatch("connection lost"));
    for (const number of [2, 3]) store.record(decision(number), summary);
    isCut = false;
    await eventually(() => expect(store.status()).toEqual({ waiting: 0, written: 3, lost: 0 }));
    expect((await store.list({})).map(({ decision }) => decisionNumber(decision.id))).toEqual([3, 2, 1]);
    await store.close();
    await database.close();
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
