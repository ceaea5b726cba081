import { Kysely, SqliteDialect, sql } from "kysely";
import { withoutPassword } from "../without-password.js";
import type { DatabaseSchema } from "./database-schema.js";
import { readDatabaseUrl } from "./database-url.js";
import { insertIntoSqlite } from "./insert-into-sqlite.js";
import type { InsertRows } from "./insert-rows.js";
import { migrate, stateOfTables } from "./migrations.js";
import type { PostgresOptions } from "./open-postgres.js";
import { openSqlite } from "./open-sqlite.js";
import { lockForServer, type ServerLock } from "./server-lock.js";
import { startCheckpoints } from "./start-checkpoints.js";
import { whyUnusable } from "./why-unusable.js";

/** An open database with its tables up to date. All stores share one. */
export interface Database {
  readonly db: Kysely<DatabaseSchema>;
  readonly engine: "sqlite" | "postgres";
  /** For what each request writes: cheaper than `db`. */
  readonly insert: InsertRows;
  /** SQLite, for servers: another server uses the file. */
  readonly isShared: boolean;
  close(): Promise<void>;
}

export interface OpenDatabaseOptions extends PostgresOptions {
  /**
   * SQLite: how long a statement waits for another process that holds the file's lock, milliseconds. It stops the event
   * loop meanwhile, so a server waits 20 (the default) and tries again later; a command may wait longer.
   */
  readonly busyMs?: number;
  /**
   * For servers: tables of an earlier version are brought up to date, a database that can only be read is refused, and SQLite's log
   * kept short from a thread of its own ({@link startCheckpoints}).
   */
  readonly forServer?: boolean;
  /** Told before tables of an earlier version are brought up to date, which can take minutes. */
  readonly onUpgrade?: () => void;
}

const BUSY_MS = 20;
const BUSY_AT_START_MS = 5_000;
/** PostgreSQL: for one statement while tables are brought up to date, of which one waits until another server has done it. */
const UPGRADE_STATEMENT_MS = 3_600_000;
/** A log of 32 MB: commits copy it themselves, as far as the thread that does it has not. Only that lets the log begin anew under load. */
const PAGES_BEFORE_OWN_CHECKPOINT = 8_000;

/**
 * Opens the database that a `DATABASE_URL` names and makes its tables where there are none. Those of an earlier version are brought up to
 * date for a server and refused otherwise: a command does not take the database from the server that runs on it.
 *
 * SQLite: WAL with synchronous NORMAL, so a commit survives `kill -9`; a power cut may lose the newest commits, never
 * the database. PostgreSQL: whatever the server promises of a commit.
 *
 * @throws Error in words for the operator, without the password, when the URL is not understood or the database cannot
 *   be opened, written or migrated.
 */
export async function openDatabase(url: string, options: OpenDatabaseOptions = {}): Promise<Database> {
  const address = readDatabaseUrl(url);
  let db: Kysely<DatabaseSchema> | undefined;
  let insert: InsertRows;
  let endCheckpoints = async (): Promise<void> => undefined;
  let lock: ServerLock | undefined;
  try {
    if (address.engine === "postgres") {
      // Loaded only where they are used.
      const [{ openPostgres }, { insertIntoPostgres }] = await Promise.all([
        import("./open-postgres.js"),
        import("./insert-into-postgres.js"),
      ]);
      db = openPostgres(address.url, options);
      insert = insertIntoPostgres(db);
      await prepareTables(db, "postgres", options, async () => {
        const patient = openPostgres(address.url, { ...options, connections: 1, statementMs: UPGRADE_STATEMENT_MS });
        await migrate(patient, "postgres").finally(() => patient.destroy());
      });
      if (options.forServer === true) await refuseReadOnly(db);
    } else {
      const connection = openSqlite(
        address.path,
        `pragma busy_timeout = ${BUSY_AT_START_MS}; pragma journal_mode = wal; pragma synchronous = normal`,
      );
      const opening = new Kysely<DatabaseSchema>({ dialect: new SqliteDialect({ database: connection }) });
      db = opening;
      insert = insertIntoSqlite(opening, connection);
      await prepareTables(opening, "sqlite", options, () => migrate(opening, "sqlite"));
      connection.set(`pragma busy_timeout = ${options.busyMs ?? BUSY_MS}`);
      if (options.forServer === true && address.path !== ":memory:") {
        connection.exec("begin immediate; pragma user_version = 0; rollback"); // fails where nothing can be written
        connection.set(`pragma wal_autocheckpoint = ${PAGES_BEFORE_OWN_CHECKPOINT}`);
        lock = lockForServer(address.path);
        endCheckpoints = startCheckpoints(address.path);
      }
    }
  } catch (error) {
    await db?.destroy().catch(() => undefined); // the first error is the one to tell
    const message = withoutPassword(whyUnusable(error));
    throw new Error(`the database ${withoutPassword(url)} cannot be used: ${message}`, { cause: error });
  }
  const opened = db;
  return {
    db: opened,
    engine: address.engine,
    insert,
    isShared: lock?.isTaken === true,
    async close() {
      await endCheckpoints();
      await opened.destroy();
      lock?.release();
    },
  };
}

async function prepareTables(
  db: Kysely<DatabaseSchema>,
  engine: Database["engine"],
  { forServer, onUpgrade }: OpenDatabaseOptions,
  bringUpToDate: () => Promise<void>,
): Promise<void> {
  const state = await stateOfTables(db, engine);
  if (state === "current") return;
  if (state === "earlier") {
    if (forServer !== true) {
      throw new Error(
        "its tables are those of an earlier version of Routewright: use that version's command, or start a server of this version, which brings them up to date",
      );
    }
    onUpgrade?.();
  }
  await bringUpToDate();
}

async function refuseReadOnly(db: Kysely<DatabaseSchema>): Promise<void> {
  const { rows } = await sql<{ readonly transaction_read_only: string }>`show transaction_read_only`.execute(db);
  if (rows[0]?.transaction_read_only !== "on") return;
  throw new Error(
    "it can only be read: a standby, or one with default_transaction_read_only; name one that can be written",
  );
}
