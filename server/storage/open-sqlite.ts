import { closeSync, existsSync, openSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import type { SqliteDatabase, SqliteStatement } from "kysely";

/**
 * One SQLite connection, the same over both drivers: `node:sqlite` (Node ≥ 22.13) and libsql (Node 20). It is what
 * Kysely's SQLite dialect asks for, plus `exec`.
 *
 * Parameters: booleans are stored as 0 and 1, and `undefined` is refused, before a driver sees them (libsql ends the
 * process on a boolean). Integers come back as numbers; one beyond 2^53 is an error rather than rounded.
 */
export interface SqliteConnection extends SqliteDatabase {
  exec(sql: string): void;
  /** Whether a transaction has begun that has not ended: the turns of the event loop between its statements are its own. */
  readonly isInTransaction: boolean;
  /** Does work in a transaction, which nothing else may be in; when it throws, nothing of it stays. */
  transaction(work: () => void): void;
  /** Runs settings (`pragma …`) now and whenever the connection has to be renewed. */
  set(settings: string): void;
}

/** What both drivers can do. */
interface DriverDatabase {
  prepare(sql: string): DriverStatement;
  exec(sql: string): unknown;
  close(): unknown;
}
interface DriverStatement {
  all(parameters: readonly unknown[]): unknown[];
  run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
}

/**
 * @param path a file, made when it is not there (its folder must be), or `:memory:`.
 * @param settings SQL run on opening (`pragma …`).
 * @throws the driver's error.
 */
export function openSqlite(path: string, settings = ""): SqliteConnection {
  return new DriverConnection(path, settings);
}

class DriverConnection implements SqliteConnection {
  readonly #path: string;
  #settings: string;
  #database: DriverDatabase;
  #inTransaction = false;
  /** A statement failed: libsql may keep it half-run, and then no transaction of this connection can be committed. */
  #failed = false;
  readonly #file: string | undefined;
  #isOtherFile = false;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** Prepared statements by their text. */
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(path: string, settings: string) {
    this.#path = path;
    this.#settings = settings;
    if (path !== ":memory:") makePrivate(path);
    this.#database = openDriver(path);
    this.exec(settings);
    this.#file = path === ":memory:" ? undefined : identityOf(path);
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** Runs settings now, and again whenever the connection is renewed. */
  set(settings: string): void {
    this.exec(settings);
    this.#settings += `;${settings}`;
  }

  get isInTransaction(): boolean {
    return this.#inTransaction;
  }

  transaction(work: () => void): void {
    this.#begin();
    try {
      work();
      this.#end("commit");
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  /** What is in the log goes into the file first: libsql leaves that to the next opening. */
  close(): void {
    try {
      this.exec(`pragma busy_timeout = ${BUSY_AT_CLOSE_MS}; pragma wal_checkpoint(truncate)`);
    } catch {
      // Another process uses the file, or it is closed already: whoever closes or opens it next does that.
    }
    this.#database.close();
  }

  prepare(sql: string): SqliteStatement {
    if (TRANSACTION_WORDS.has(sql)) return this.#transactionStatement(sql);
    if (!this.#inTransaction) this.#makeReady();
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const prepared = this.#prepareAnew(sql);
    if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear();
    this.#statements.set(sql, prepared);
    return prepared;
  }

  #prepareAnew(sql: string): SqliteStatement {
    const statement = this.#database.prepare(sql);
    const rows = (parameters: readonly unknown[]) => this.#execute(statement, "all", parameters).map(fromDriver);
    return {
      reader: GIVES_ROWS.test(sql),
      all: rows,
      run: (parameters) => this.#execute(statement, "run", parameters),
      *iterate(parameters) {
        yield* rows(parameters);
      },
    };
  }

  #execute<How extends "all" | "run">(
    statement: DriverStatement,
    how: How,
    parameters: readonly unknown[],
  ): ReturnType<DriverStatement[How]> {
    try {
      const taken = parameters.every(isTakenAsItIs) ? parameters : parameters.map(toDriver);
      return statement[how](taken) as ReturnType<DriverStatement[How]>;
    } catch (error) {
      this.#failed = true;
      throw error;
    }
  }

  /** Kysely's `begin`, `commit`, `rollback`. */
  #transactionStatement(sql: string): SqliteStatement {
    const run = () => {
      if (sql === "begin") this.#begin();
      else if (sql === "rollback") this.#rollback();
      else this.#end(sql);
      return { changes: 0, lastInsertRowid: 0 };
    };
    return {
      reader: false,
      run,
      all: () => [],
      iterate: () => [][Symbol.iterator](),
    };
  }

  /** Our transactions all write, so the lock is taken at once: nothing fails half-way. */
  #begin(): void {
    this.#makeReady();
    this.#database.exec("begin immediate");
    this.#inTransaction = true;
  }

  #end(sql: string): void {
    this.#database.exec(sql);
    this.#inTransaction = false;
  }

  #rollback(): void {
    try {
      this.#end("rollback");
    } catch {
      // SQLite has undone it already (a full disk), or the connection is renewed, which undoes it.
      this.#inTransaction = false;
      this.#failed = true;
    }
  }

  /** What is written to a file that nobody can open again is lost, and what others change in the new one is not seen. */
  #refuseOtherFile(): void {
    const now = performance.now();
    if (this.#failed || now - this.#lookedAt >= LOOK_EVERY_MS) {
      this.#isOtherFile = identityOf(this.#path) !== this.#file;
      this.#lookedAt = now;
    }
    if (this.#isOtherFile) throw new OtherFile(this.#path);
  }

  #makeReady(): void {
    if (this.#path === ":memory:") return;
    this.#refuseOtherFile();
    if (!this.#failed) return;
    const renewed = openDriver(this.#path);
    renewed.exec(this.#settings);
    this.#database.close();
    this.#database = renewed;
    this.#statements.clear();
    this.#failed = false;
  }
}

/** Of the code that says the database is away. */
class OtherFile extends Error {
  override readonly name = "OtherFile";
  readonly code = "SQLITE_CANTOPEN";
  constructor(path: string) {
    super(
      `the file ${path} was deleted or replaced after it was opened; put it back, or stop the server before you replace it`,
    );
  }
}

/** Which file the path leads to; undefined when there is none. */
function identityOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? undefined : `${stats.dev}:${stats.ino}`;
}

const BUSY_AT_CLOSE_MS = 100;
/** Milliseconds between two looks at what the path leads to. A statement that failed looks as well. */
const LOOK_EVERY_MS = 1_000;
/** The texts of queries are few, but for lists of filters. */
const MAX_STATEMENTS = 200;
const TRANSACTION_WORDS = new Set(["begin", "commit", "rollback"]);

/**
 * Makes the file for its owner alone; SQLite gives the -wal and -shm beside it the same mode. One that is there keeps its own.
 * @throws the system's error when it cannot be made: libsql's says a number only.
 */
function makePrivate(path: string): void {
  if (existsSync(path)) return;
  try {
    closeSync(openSync(path, "ax", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error; // another process was faster
  }
}

function openDriver(path: string): DriverDatabase {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 13)) {
    const { DatabaseSync } = withoutExperimentalWarning(() => process.getBuiltinModule("node:sqlite")) as unknown as {
      DatabaseSync: new (path: string) => NodeDatabase;
    };
    return withLists(new DatabaseSync(path));
  }
  // Loaded only where it is needed: it is a native module. It takes lists as they are.
  const Database = createRequire(import.meta.url)("libsql") as new (path: string) => DriverDatabase;
  return new Database(path);
}

/** node:sqlite takes parameters one by one. */
interface NodeDatabase extends Omit<DriverDatabase, "prepare"> {
  prepare(sql: string): {
    all(...parameters: unknown[]): unknown[];
    run(...parameters: unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  };
}

function withLists(database: NodeDatabase): DriverDatabase {
  return {
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
    prepare(sql) {
      const statement = database.prepare(sql);
      return {
        all: (parameters) => statement.all(...parameters),
        run: (parameters) => statement.run(...parameters),
      };
    },
  };
}

/** Node prints a warning when node:sqlite is loaded; which driver is used is our choice and nothing a user can act on. */
function withoutExperimentalWarning<T>(load: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Whether a statement gives rows; all of ours that do begin or end in one of these words. */
const GIVES_ROWS = /^\s*(select|with|pragma|explain)\b|\breturning\b/i;

function isTakenAsItIs(value: unknown): boolean {
  return value !== undefined && typeof value !== "boolean";
}

function toDriver(value: unknown): unknown {
  if (value === undefined) throw new TypeError("an SQL parameter is undefined; pass null for an absent value");
  if (typeof value === "boolean") return value ? 1 : 0;
  return value;
}

/**
 * A plain object with the columns alone: libsql adds `_metadata` in places and gives blobs as ArrayBuffer, node:sqlite gives
 * null-prototype objects.
 */
function fromDriver(row: unknown): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [column, value] of Object.entries(row as Record<string, unknown>)) {
    if (column === "_metadata") continue;
    if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) {
      throw new RangeError(`column ${column} holds an integer beyond 2^53, which cannot be read exactly`);
    }
    copy[column] = value instanceof ArrayBuffer ? new Uint8Array(value) : value;
  }
  return copy;
}
