import { setImmediate as nextTurn } from "node:timers/promises";
import { type Kysely, type Migration, Migrator, sql } from "kysely";
import { batchViews } from "./batch-views.js";
import type { DatabaseSchema } from "./database-schema.js";
import { toDecisionBatches } from "./decisions/decision-batch.js";

/** What the two engines spell differently. */
export interface ColumnTypes {
  /** Text that is compared and sorted by its bytes, whatever the database's language. */
  readonly id: ReturnType<typeof sql>;
  readonly bytes: ReturnType<typeof sql>;
}

const columnTypes: Readonly<Record<"sqlite" | "postgres", ColumnTypes>> = {
  sqlite: { id: sql`text`, bytes: sql`blob` },
  postgres: { id: sql`text collate "C"`, bytes: sql`bytea` },
};

type Change = (db: Kysely<unknown>, types: ColumnTypes, engine: "sqlite" | "postgres") => Promise<void>;

/**
 * Every change of the tables, in order. A migration that was released is never edited; a change is a new one.
 * Names sort: Kysely runs them alphabetically and records each in the table `kysely_migration`.
 */
const changes: Readonly<Record<string, Change>> = {
  async "0001_decisions_and_snapshots"(db, types) {
    await db.schema
      .createTable("decisions")
      .addColumn("id", types.id, (column) => column.primaryKey().notNull())
      .addColumn("time", "text", (column) => column.notNull())
      .addColumn("revision", "text", (column) => column.notNull())
      .addColumn("policy", "text", (column) => column.notNull())
      .addColumn("rule", "text", (column) => column.notNull())
      .addColumn("model", "text")
      .addColumn("provider", "text")
      .addColumn("status", "integer", (column) => column.notNull())
      .addColumn("record", "text", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("decisions_by_rule").on("decisions").columns(["rule", "id"]).execute();
    await db.schema.createIndex("decisions_by_model").on("decisions").columns(["model", "id"]).execute();
    await db.schema
      .createTable("policy_snapshots")
      .addColumn("revision", "text", (column) => column.primaryKey().notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("files", types.bytes, (column) => column.notNull())
      .addColumn("first_served", "text", (column) => column.notNull())
      .execute();
  },

  async "0002_keys"(db, types) {
    await db.schema
      .createTable("api_keys")
      .addColumn("id", types.id, (column) => column.primaryKey().notNull())
      .addColumn("hash", "text", (column) => column.notNull())
      .addColumn("previous_hash", "text")
      .addColumn("previous_until", "bigint")
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("settings", "text", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("expires_at", "bigint")
      .addColumn("revoked_at", "bigint")
      .addColumn("last_used_at", "bigint")
      .addColumn("version", "bigint", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("api_keys_by_version").on("api_keys").columns(["version"]).execute();
    await db.schema
      .createTable("spend_limits")
      .addColumn("subject", types.id, (column) => column.primaryKey().notNull())
      .addColumn("limits", "text", (column) => column.notNull())
      .addColumn("version", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("sequences")
      .addColumn("name", "text", (column) => column.primaryKey().notNull())
      .addColumn("value", "bigint", (column) => column.notNull())
      .execute();
    await sql`insert into sequences (name, value) values ('keys', 0)`.execute(db);
  },

  async "0003_ledger"(db, types) {
    const counts = ["input", "cached_input", "cache_write", "audio_input", "image_input", "output", "reasoning"];
    let ledger = db.schema
      .createTable("ledger")
      .addColumn("id", types.id, (column) => column.primaryKey().notNull())
      .addColumn("decision", types.id, (column) => column.notNull())
      .addColumn("at", "bigint", (column) => column.notNull());
    for (const name of ["key", "tenant", "app", "user_id", "model", "endpoint", "provider", "rule", "policy"]) {
      ledger = ledger.addColumn(name, "text", (column) => column.notNull());
    }
    ledger = ledger
      .addColumn("revision", "text", (column) => column.notNull())
      .addColumn("outcome", "text", (column) => column.notNull())
      .addColumn("status", "integer")
      .addColumn("error_class", "text")
      .addColumn("is_stream", "integer", (column) => column.notNull())
      .addColumn("first_token_ms", "bigint")
      .addColumn("total_ms", "bigint", (column) => column.notNull());
    for (const name of [...counts, "audio_output"]) {
      ledger = ledger.addColumn(name, "bigint", (column) => column.notNull());
    }
    await ledger
      .addColumn("price", "text")
      .addColumn("incurred_nano", "bigint")
      .addColumn("charged_nano", "bigint", (column) => column.notNull())
      .addColumn("cost_source", "text", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("ledger_by_time").on("ledger").columns(["at"]).execute();
    await db.schema.createIndex("ledger_by_key").on("ledger").columns(["key", "at"]).execute();

    const groups = ["key", "tenant", "app", "model", "endpoint", "rule"];
    let rollups = db.schema
      .createTable("usage_rollups")
      .addColumn("span", "text", (column) => column.notNull())
      .addColumn("start", "bigint", (column) => column.notNull());
    for (const name of groups) rollups = rollups.addColumn(name, "text", (column) => column.notNull());
    const sums = ["attempts", "answered", ...counts, "audio_output", "incurred_nano", "unknown_cost", "charged_nano"];
    for (const name of [...sums, "total_ms"]) {
      rollups = rollups.addColumn(name, "bigint", (column) => column.notNull());
    }
    await rollups.addPrimaryKeyConstraint("usage_rollups_primary", ["span", "start", ...groups] as never[]).execute();
    for (const name of ["key", "tenant", "app"]) {
      await db.schema.createIndex(`rollups_by_${name}`).on("usage_rollups").columns([name, "span", "start"]).execute();
    }
  },

  async "0004_decision_filters"(db) {
    for (const name of ["api_key", "tenant", "app", "outcome"]) {
      await db.schema.alterTable("decisions").addColumn(name, "text").execute();
    }
    await db.schema.createIndex("decisions_by_key").on("decisions").columns(["api_key", "id"]).execute();
    await db.schema.createIndex("decisions_by_tenant").on("decisions").columns(["tenant", "id"]).execute();
    await db.schema.createIndex("decisions_by_time").on("decisions").columns(["time"]).execute();
  },

  async "0005_contents"(db, types) {
    await db.schema
      .createTable("contents")
      .addColumn("id", types.id, (column) => column.primaryKey().notNull())
      .addColumn("time", "bigint", (column) => column.notNull())
      .addColumn("content", "text", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("contents_by_time").on("contents").columns(["time"]).execute();
  },

  async "0006_fewer_indexes"(db, _types, engine) {
    const drop = async (...names: readonly string[]) => {
      for (const name of names) await db.schema.dropIndex(name).execute();
    };
    // Nothing looks for ledger rows but by their ids; usage and budgets are read from the sums. Ids of decisions sort by time.
    await drop("ledger_by_time", "ledger_by_key", "decisions_by_time");
    if (engine === "postgres") return;
    // SQLite writes indexes on the server's own CPU. One that grows at its end costs a tenth of four that grow everywhere, and
    // reading a million of its entries, where few decisions fit a filter, takes 0.2 s (`list` does it in pieces).
    await drop("decisions_by_rule", "decisions_by_model", "decisions_by_key", "decisions_by_tenant");
    await db.schema
      .createIndex("decisions_by_filters")
      .on("decisions")
      .columns(["id", "rule", "model", "provider", "api_key", "tenant", "app", "outcome", "status", "revision"])
      .execute();
  },

  async "0007_batches"(db, types, engine) {
    await db.schema
      .createTable("decision_batches")
      .addColumn("id", types.id, (column) => column.primaryKey().notNull())
      .addColumn("first_id", types.id, (column) => column.notNull())
      .addColumn("last_id", types.id, (column) => column.notNull())
      .addColumn("revision", "text", (column) => column.notNull())
      .addColumn("decisions", "integer", (column) => column.notNull())
      .addColumn("bytes", "integer", (column) => column.notNull())
      .addColumn("summaries", "text", (column) => column.notNull())
      .addColumn("records", "text", (column) => column.notNull())
      .execute();
    // All that is asked but for what batches hold, so that it is found without reading them.
    await db.schema
      .createIndex("decision_batches_by_ids")
      .on("decision_batches")
      .columns(["last_id", "first_id", "revision", "decisions", "bytes"])
      .execute();
    await moveDecisions(db as Kysely<DatabaseSchema>);
    await db.schema.dropTable("decisions").execute();

    // Rows that are there stay as they are: a ledger may hold tens of millions.
    await db.schema.alterTable("ledger").renameTo("ledger_rows").execute();
    await db.schema
      .createTable("ledger_batches")
      .addColumn("id", types.id, (column) => column.primaryKey().notNull())
      .addColumn("calls", "text", (column) => column.notNull())
      .execute();
    const calls = db.schema
      .createTable("ledger_calls")
      .addColumn("id", types.id, (column) => column.primaryKey().notNull())
      .addColumn("batch", types.id, (column) => column.notNull())
      .addColumn("place", "integer", (column) => column.notNull());
    await (engine === "sqlite" ? calls.modifyEnd(sql`without rowid`) : calls).execute();
    for (const view of batchViews(engine)) await sql.raw(view).execute(db);
  },
};

/** Rows read at once. */
const MOVED_AT_ONCE = 2_048;
/** As the server writes them. */
const MOVED_TOGETHER = 64;

async function moveDecisions(db: Kysely<DatabaseSchema>): Promise<void> {
  for (let after = ""; ; ) {
    const rows = await db
      .selectFrom("decisions")
      .selectAll()
      .where("id", ">", after)
      .orderBy("id")
      .limit(MOVED_AT_ONCE)
      .execute();
    for (let start = 0; start < rows.length; start += MOVED_TOGETHER) {
      const batches = toDecisionBatches(rows.slice(start, start + MOVED_TOGETHER));
      await db.insertInto("decision_batches").values(batches).execute();
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
    await nextTurn(); // SQLite gives none, and signals are heard between turns
  }
}

/** What the tables of a database are to this version: its own, those of an earlier one, or none yet. */
export type TablesState = "current" | "earlier" | "none";

/** @throws Error in words for the operator when the database was written by a later version. */
export async function stateOfTables<Schema>(db: Kysely<Schema>, engine: "sqlite" | "postgres"): Promise<TablesState> {
  const known = await migratorOf(db, engine).getMigrations();
  if (known.every(({ executedAt }) => executedAt === undefined)) return "none";
  const { rows } = await sql<{ readonly name: string }>`select name from kysely_migration order by name`.execute(db);
  const unknown = rows.find(({ name }) => !Object.hasOwn(changes, name));
  if (unknown !== undefined) {
    throw new Error(
      `a later version of Routewright has brought it up to date (by ${unknown.name}, which this version does not know): run that version, or restore the backup from before the upgrade`,
    );
  }
  return known.every(({ executedAt }) => executedAt !== undefined) ? "current" : "earlier";
}

/**
 * Brings the tables to this version's form: all of it or nothing, so that an upgrade that is broken off begins again. Where another
 * process does that already, it waits for it.
 * @throws when a migration fails.
 */
export async function migrate<Schema>(db: Kysely<Schema>, engine: "sqlite" | "postgres"): Promise<void> {
  const upgrade = async () => {
    const { error } = await migratorOf(db, engine).migrateToLatest();
    if (error !== undefined) throw error;
  };
  // Kysely does that for PostgreSQL itself.
  await (engine === "sqlite" ? inTransaction(db, upgrade) : upgrade());
}

function migratorOf<Schema>(db: Kysely<Schema>, engine: "sqlite" | "postgres"): Migrator {
  return new Migrator({ db, provider: { getMigrations: async () => migrationsOf(engine) } });
}

/** Over the one connection that there is. */
async function inTransaction<Schema>(db: Kysely<Schema>, work: () => Promise<void>): Promise<void> {
  await sql`begin`.execute(db);
  try {
    await work();
  } catch (error) {
    await sql`rollback`.execute(db).catch(() => undefined); // the first error is the one to tell
    throw error;
  }
  await sql`commit`.execute(db);
}

export function migrationsOf(engine: "sqlite" | "postgres"): Readonly<Record<string, Migration>> {
  return Object.fromEntries(
    Object.entries(changes).map(([name, change]): [string, Migration] => [
      name,
      { up: (connection: Kysely<unknown>) => change(connection, columnTypes[engine], engine) },
    ]),
  );
}
