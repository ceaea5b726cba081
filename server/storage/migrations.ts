import { type Kysely, type Migration, Migrator } from "kysely";

/**
 * Every change of the tables, in order. A migration that was released is never edited; a change is a new one.
 * Names sort: Kysely runs them alphabetically and records each in the table `kysely_migration`.
 */
const migrations: Readonly<Record<string, Migration>> = {
  "0001_decisions_and_snapshots": {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable("decisions")
        .addColumn("id", "text", (column) => column.primaryKey().notNull())
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
        .addColumn("files", "blob", (column) => column.notNull())
        .addColumn("first_served", "text", (column) => column.notNull())
        .execute();
    },
  },
};

/**
 * Brings the tables to this version's form.
 * @throws when a migration fails, or when the database was written by a later version (it holds unknown migrations).
 */
export async function migrate(db: Kysely<never>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}
