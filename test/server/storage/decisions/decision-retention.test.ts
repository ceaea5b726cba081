import { expect, it } from "vitest";
import { ContentStore } from "../../../../server/storage/content-store.js";
import { createDecisionStore } from "../../../../server/storage/decisions/create-decision-store.js";
import { DecisionRetention } from "../../../../server/storage/decisions/decision-retention.js";
import { openDatabase } from "../../../../server/storage/open-database.js";
import { onBothEngines } from "../../../services/engines.js";
import { decision, decisionId, decisionNumber, REVISION } from "../harness.js";

const silent = { info() {}, warn() {}, error() {} } as never;
const DAY_MS = 86_400_000;
const NOW = 1_800_000_000_000 + 100 * DAY_MS;

onBothEngines((engine) => {
  async function open() {
    const database = await openDatabase(await engine.newUrl());
    const store = createDecisionStore(database, { log: silent, now: Date.now });
    const retain = async (days: number, megabytes: number, contentDays = 3_650) => {
      const retention = new DecisionRetention({ database, log: silent, now: () => NOW, days, contentDays, megabytes });
      const deleted = await retention.sweep();
      await retention.close();
      return deleted;
    };
    const contents = async () =>
      (await database.db.selectFrom("contents").select("id").orderBy("id").execute()).map(({ id }) => id);
    const record = async (numbers: readonly number[], content: string) => {
      const kept = new ContentStore({ database, log: silent, now: Date.now });
      for (const number of numbers) {
        store.record(decision(number), { rule: "r", status: 200 });
        kept.record({ id: decisionId(number), time: 1_800_000_000_000 + number, content });
      }
      await Promise.all([store.flush(), kept.close()]);
    };
    const ids = async () => (await store.list({ limit: 1_000 })).map(({ decision }) => decisionNumber(decision.id));
    return { database, store, retain, ids, record, contents, close: () => store.close().then(() => database.close()) };
  }

  it("deletes what is older than it says, and keeps the rest", async () => {
    const { store, retain, ids, close } = await open();
    for (let day = 0; day < 100; day++) {
      store.record(decision(day * DAY_MS), { rule: "r", status: 200 });
    }
    await store.flush();
    expect(await retain(0, 0)).toBe(0);
    expect(await retain(30, 0)).toBe(70);
    expect(await ids()).toEqual(Array.from({ length: 30 }, (_, index) => (99 - index) * DAY_MS));
    await close();
  });

  it("deletes recorded content with its decision, or earlier by its own age", async () => {
    const { retain, ids, record, contents, close } = await open();
    const days = Array.from({ length: 100 }, (_, day) => day * DAY_MS);
    await record(days, "{}");
    expect(await retain(30, 0)).toBe(70);
    expect(await contents()).toEqual(days.slice(70).map(decisionId));
    expect(await retain(30, 0, 7)).toBe(0);
    expect(await contents()).toEqual(days.slice(93).map(decisionId));
    expect(await ids()).toHaveLength(30);
    await close();
  });

  it("counts recorded content into the room that decisions take", async () => {
    const { retain, record, contents, close } = await open();
    await record(
      Array.from({ length: 100 }, (_, number) => 10_000 + number),
      "x".repeat(10_000),
    );
    const bytes = 10_000 + JSON.stringify(decision(10_000)).length;
    expect(await retain(0, (40 * bytes) / 1_000_000)).toBe(64); // a whole batch
    expect(await contents()).toHaveLength(36);
    await close();
  });

  it("deletes the oldest when they take more room than it says, with the snapshots nothing needs any more", async () => {
    const { database, store, retain, ids, close } = await open();
    const snapshot = { name: "p", files: [], firstServed: "2026-01-01T00:00:00.000Z" };
    await store.saveSnapshot({ ...snapshot, revision: REVISION });
    await store.saveSnapshot({ ...snapshot, revision: "cd".repeat(32) });
    const recent = { revision: "ef".repeat(32), firstServed: new Date(NOW - DAY_MS / 2).toISOString() };
    await store.saveSnapshot({ ...snapshot, ...recent }); // its first decision may still wait to be written
    const bytes = JSON.stringify(decision(10_000)).length;
    for (let number = 10_000; number < 10_700; number++) store.record(decision(number), { rule: "r", status: 200 });
    await store.flush();
    expect(await retain(0, (500 * bytes) / 1_000_000)).toBe(4 * 64); // whole batches
    expect(await ids()).toHaveLength(700 - 256);
    expect((await ids()).at(-1)).toBe(10_256);
    expect(await retain(0, (500 * bytes) / 1_000_000)).toBe(0);
    const left = await database.db.selectFrom("policy_snapshots").select("revision").orderBy("revision").execute();
    expect(left.map(({ revision }) => revision)).toEqual([REVISION, recent.revision]);
    await close();
  });

  it("deletes what is too much once when several servers sweep at the same time", async () => {
    const { store, retain, ids, close } = await open();
    for (let number = 10_000; number < 12_000; number++) store.record(decision(number), { rule: "r", status: 200 });
    await store.flush();
    const bytes = JSON.stringify(decision(10_000)).length;
    await Promise.all([1, 2, 3].map(() => retain(0, (1_000 * bytes) / 1_000_000)));
    expect(await ids()).toHaveLength(2_000 - 16 * 64);
    await close();
  });
});
