import { Kysely, Migrator, SqliteDialect, sql } from "kysely";
import { afterEach, describe, expect, it } from "vitest";
import { LedgerStore } from "../../../server/ledger/ledger-store.js";
import type { DatabaseSchema } from "../../../server/storage/database-schema.js";
import { createDecisionStore } from "../../../server/storage/decisions/create-decision-store.js";
import { migrationsOf } from "../../../server/storage/migrations.js";
import { openDatabase } from "../../../server/storage/open-database.js";
import { openPostgres } from "../../../server/storage/open-postgres.js";
import { openSqlite } from "../../../server/storage/open-sqlite.js";
import { hasPostgres } from "../../services/available.js";
import { createDatabase, onBothEngines } from "../../services/engines.js";
import { eventually } from "../../services/eventually.js";
import { startPostgres } from "../../services/postgres.js";
import { ledgerRow } from "../ledger/ledger-row.js";
import { cleanUp, decision, decisionId, decisionNumber, REVISION } from "./harness.js";

const summary = { rule: "default", model: "acme/small", provider: "left", status: 200 };

const silent = { info() {}, warn() {}, error() {} } as never;

afterEach(cleanUp);

onBothEngines((engine) => {
  it("upgrades a database of before batches, with its decisions and its ledger", async () => {
    const url = await engine.newUrl();
    const before = await openOfBeforeBatches(url, engine.name);
    // Two a second: what is put together must not span more ids than batches do.
    const numbers = Array.from({ length: 300 }, (_, index) => index * 500);
    const old = numbers.map((number) => ({
      ...{ id: decisionId(number), time: decision(number).time, revision: number < 50_000 ? "00" : REVISION },
      ...{
        policy: "production",
        rule: number % 1_000 === 0 ? "even" : "odd",
        model: null,
        provider: null,
        status: 200,
      },
      ...{ api_key: "key_a", tenant: null, app: null, outcome: null },
      record: JSON.stringify(decision(number)),
    }));
    for (const row of old) await before.insertInto("decisions").values(row).execute();
    await before
      .insertInto("ledger" as "ledger_rows")
      .values(ledgerRow("dec_old.1", { charged_nano: 5 }))
      .execute();
    await before.destroy();

    let areSignalsHeard = false;
    setImmediate(() => {
      areSignalsHeard = true;
    });
    const database = await openDatabase(url, { forServer: true });
    expect(areSignalsHeard).toBe(true);
    const store = createDecisionStore(database, { log: silent, now: Date.now });
    expect((await store.list({ limit: 1_000 })).map((found) => found.decision)).toEqual(
      [...numbers].reverse().map((number) => decision(number)),
    );
    expect(await store.list({ rule: "even", revision: "00", limit: 1_000 })).toHaveLength(50);
    expect(await store.find(decisionId(7_500))).toEqual(decision(7_500));
    expect(await database.db.selectFrom("decisions").selectAll().orderBy("id").execute()).toEqual(old);
    store.record(decision(200_000), summary);
    expect((await store.list({ model: "acme/small", limit: 1 }))[0]?.decision).toEqual(decision(200_000));

    const ledger = new LedgerStore(database);
    await ledger.write([ledgerRow("dec_new.1", { charged_nano: 7 })]);
    expect(await ledger.chargedFor(["dec_new.1", "dec_old.1"])).toEqual(
      new Map([
        ["dec_new.1", 7],
        ["dec_old.1", 5],
      ]),
    );
    expect(await database.db.selectFrom("ledger").selectAll().orderBy("id").execute()).toEqual([
      ledgerRow("dec_new.1", { charged_nano: 7 }),
      ledgerRow("dec_old.1", { charged_nano: 5 }),
    ]);
    await store.close();
    await database.close();
  });

  it("upgrades all or nothing: an upgrade that was broken off begins again", async () => {
    const url = await engine.newUrl();
    const before = await openOfBeforeBatches(url, engine.name);
    const numbers = Array.from({ length: 200 }, (_, index) => index);
    for (const number of numbers) {
      const { id, time } = decision(number);
      const columns = { policy: "production", rule: "a", status: 200, revision: REVISION };
      const record = JSON.stringify(decision(number));
      await before
        .insertInto("decisions")
        .values({ id, time, record, ...columns } as never)
        .execute();
    }
    // In the way of a late step, when the decisions are moved already.
    await before.schema.createTable("ledger_calls").addColumn("id", "text").execute();
    await before.destroy();

    await expect(openDatabase(url, { forServer: true })).rejects.toThrow(/ledger_calls.* already exists/);
    const cleared = openWithoutMigrations(url);
    await cleared.schema.dropTable("ledger_calls").execute();
    await cleared.destroy();
    const database = await openDatabase(url, { forServer: true });
    const store = createDecisionStore(database, { log: silent, now: Date.now });
    const found = await store.list({ limit: 1_000 });
    expect(found.map(({ decision: { id } }) => decisionNumber(id))).toEqual([...numbers].reverse());
    await store.close();
    await database.close();
  });

  it("is done for a server, which is told before; a command is refused and changes nothing", async () => {
    const url = await engine.newUrl();
    await (await openOfBeforeBatches(url, engine.name)).destroy();
    await expect(openDatabase(url)).rejects.toThrow(
      /cannot be used: its tables are those of an earlier version of Routewright: use that version's command, or start a server of this version/,
    );
    let upgrades = 0;
    const onUpgrade = () => {
      upgrades += 1;
    };
    for (const _ of [1, 2]) await (await openDatabase(url, { forServer: true, onUpgrade })).close();
    expect(upgrades).toBe(1);
    await (await openDatabase(url)).close();
  });

  it("is told of no upgrade where there were no tables", async () => {
    const onUpgrade = () => expect.fail("there is nothing to upgrade");
    await (await openDatabase(await engine.newUrl(), { forServer: true, onUpgrade })).close();
  });

  it("refuses a database that a later version has brought up to date", async () => {
    const url = await engine.newUrl();
    const database = await openDatabase(url);
    await sql`insert into kysely_migration values ('0999_later', '2030-01-01T00:00:00.000Z')`.execute(database.db);
    await database.close();
    for (const forServer of [true, false]) {
      await expect(openDatabase(url, { forServer })).rejects.toThrow(
        /cannot be used: a later version of Routewright has brought it up to date \(by 0999_later, .*\): run that version, or restore the backup/,
      );
    }
  });
});

describe.skipIf(!hasPostgres)("a server that starts while another upgrades PostgreSQL", () => {
  it("waits for it, however long a statement may take otherwise", async () => {
    const server = await startPostgres();
    const url = await createDatabase(server.url, "waiting");
    const other = openPostgres(url, { connections: 1, statementMs: 0 });
    // Long enough for each statement that does not wait, on a busy machine too.
    const statementMs = 3_000;
    const watch = openPostgres(url, { connections: 1, statementMs });
    try {
      await (await openOfBeforeBatches(url, "postgres")).destroy();
      const { lock } = await holdUpgradeLock(other);
      const opening = openDatabase(url, { forServer: true, statementMs });
      await eventually(async () => {
        const { rows } = await sql`select 1 from pg_locks where locktype = 'advisory' and not granted`.execute(watch);
        expect(rows).toHaveLength(1);
      });
      // Another statement that waits is given up meanwhile.
      await expect(sql`select pg_sleep(60)`.execute(watch)).rejects.toThrow("Query read timeout");
      await sql`select pg_advisory_unlock(${lock}::bigint)`.execute(other);
      await (await opening).close();
    } finally {
      await Promise.all([other.destroy(), watch.destroy()]);
      await server.stop();
    }
  });
});

/** Takes the lock that Kysely's migrator takes on PostgreSQL, as it does: one of a session. */
async function holdUpgradeLock(db: Kysely<DatabaseSchema>): Promise<{ readonly lock: string }> {
  await db.getExecutor().adapter.acquireMigrationLock(db, { lockTable: "", lockRowId: "" });
  const { rows } = await sql<{ readonly lock: string }>`
    select ((classid::bigint << 32) | objid::bigint)::text as lock from pg_locks where locktype = 'advisory'`.execute(
    db,
  );
  return rows[0]!;
}

/** A database with the tables of before 0007_batches. */
async function openOfBeforeBatches(url: string, engine: "sqlite" | "postgres"): Promise<Kysely<DatabaseSchema>> {
  const db = openWithoutMigrations(url);
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrationsOf(engine) } });
  expect((await migrator.migrateTo("0006_fewer_indexes")).error).toBeUndefined();
  return db;
}

function openWithoutMigrations(url: string): Kysely<DatabaseSchema> {
  return url.startsWith("sqlite:")
    ? new Kysely({ dialect: new SqliteDialect({ database: openSqlite(url.slice("sqlite:".length)) }) })
    : openPostgres(url, { connections: 2 });
}
