import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Kysely, SqliteDialect } from "kysely";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { isDatabaseUnavailable } from "../../../server/storage/is-database-unavailable.js";
import { openSqlite, type SqliteConnection } from "../../../server/storage/open-sqlite.js";
import { eventually } from "../../services/eventually.js";
import { cleanUp, newFolder } from "./harness.js";

describe("openSqlite()", () => {
  let connection: SqliteConnection;
  const open = () => {
    connection = openSqlite(":memory:");
    connection.exec("create table t (a, b)");
    return connection;
  };
  afterEach(() => connection.close());
  afterAll(cleanUp);

  it("stores booleans as 0 and 1, which would end the process in libsql", () => {
    open().prepare("insert into t values (?, ?)").run([true, false]);
    expect(connection.prepare("select * from t").all([])).toEqual([{ a: 1, b: 0 }]);
  });

  it("refuses undefined and keeps null", () => {
    const insert = open().prepare("insert into t values (?, ?)");
    expect(() => insert.run([1, undefined])).toThrow("an SQL parameter is undefined; pass null for an absent value");
    insert.run([1, null]);
    expect(connection.prepare("select b from t").all([])).toEqual([{ b: null }]);
  });

  it("gives text and bytes back as they were", () => {
    const blob = new Uint8Array([0, 1, 255]);
    open().prepare("insert into t values (?, ?)").run(["grüß \u{1f600}", blob]);
    const [row] = connection.prepare("select * from t").all([]) as { a: string; b: Uint8Array }[];
    expect(row?.a).toBe("grüß \u{1f600}");
    expect([...(row?.b ?? [])]).toEqual([0, 1, 255]);
  });

  it("does not round integers beyond 2^53", () => {
    open().exec("insert into t values (9007199254740993, 1)");
    expect(() => connection.prepare("select a from t").all([])).toThrow(RangeError);
  });

  it("can commit again after a statement failed, with its settings in force", async () => {
    const path = join(await newFolder(), "a.db");
    connection = openSqlite(path, "pragma journal_mode = wal; pragma busy_timeout = 7");
    connection.exec("create table t (a, b)");
    const other = openSqlite(path);
    other.exec("begin immediate");
    expect(() => connection.prepare("insert into t values (1, 1)").run([])).toThrow(/lock/);
    other.exec("rollback");
    connection.prepare("begin").run([]);
    connection.prepare("insert into t values (2, 2)").run([]);
    connection.prepare("commit").run([]); // libsql: "cannot commit transaction - SQL statements in progress"
    expect(other.prepare("select a from t").all([])).toEqual([{ a: 2 }]);
    expect(connection.prepare("pragma busy_timeout").all([])).toEqual([{ timeout: 7 }]);
    other.close();
  });

  it("does nothing with a file that was deleted or replaced since, until it is put back", async () => {
    const folder = await newFolder();
    const path = join(folder, "a.db");
    connection = openSqlite(path);
    connection.exec("create table t (a, b)");
    const insert = () => connection.transaction(() => connection.prepare("insert into t values (1, 1)").run([]));
    renameSync(path, join(folder, "aside.db"));
    expect(insert).toThrow(/a\.db was deleted or replaced after it was opened/);
    expect(insert).toThrow(expect.toSatisfy(isDatabaseUnavailable));
    writeFileSync(path, "");
    expect(() => connection.prepare("select a from t").all([])).toThrow(/replaced/);
    renameSync(join(folder, "aside.db"), path);
    await eventually(insert);
    expect(connection.prepare("select a from t").all([])).toEqual([{ a: 1 }]);
  });

  it("counts a damaged file as a database that cannot be used", async () => {
    const path = join(await newFolder(), "a.db");
    connection = openSqlite(path);
    connection.exec("create table t (a)");
    connection.exec("insert into t values (zeroblob(100000))");
    connection.close();
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(1, 4_096)); // the first page says what tables there are
    connection = openSqlite(path);
    const read = () => connection.prepare("select a from t").all([]);
    expect(read).toThrow(/malformed/);
    expect(read).toThrow(expect.toSatisfy(isDatabaseUnavailable));
  });

  it("keeps all or nothing of a transaction, also where SQLite undid it itself", () => {
    open();
    const values = () => connection.prepare("select a from t order by a").all([]);
    connection.transaction(() => void connection.prepare("insert into t values (?, 0)").run([1]));
    const failing = (what: () => void) => () =>
      connection.transaction(() => {
        connection.prepare("insert into t values (?, 0)").run([2]);
        what();
      });
    expect(
      failing(() => {
        throw new Error("no more");
      }),
    ).toThrow("no more");
    expect(failing(() => connection.exec("rollback; select nothing"))).toThrow(/nothing/);
    expect(values()).toEqual([{ a: 1 }]);
    connection.transaction(() => void connection.prepare("insert into t values (?, 0)").run([3]));
    expect(values()).toEqual([{ a: 1 }, { a: 3 }]);
  });

  it("says why a transaction failed that SQLite undid itself, not that there is nothing to undo", async () => {
    connection = openSqlite(join(await newFolder(), "a.db"), "pragma max_page_count = 4");
    connection.exec("create table t (a, b)");
    const db = new Kysely<{ t: { a: string } }>({ dialect: new SqliteDialect({ database: connection }) });
    const insert = (a: string) =>
      db.transaction().execute((transaction) => transaction.insertInto("t").values({ a }).execute());
    await expect(insert("x".repeat(20_000))).rejects.toThrow("full");
    expect(connection.isInTransaction).toBe(false);
    await insert("x");
    expect(connection.prepare("select a from t").all([])).toEqual([{ a: "x" }]);
  });

  it("knows which statements give rows", () => {
    const reads = (sql: string) => connection.prepare(sql).reader;
    open();
    expect(reads("select 1")).toBe(true);
    expect(reads("insert into t values (1, 2) returning a")).toBe(true);
    expect(reads("insert into t values (1, 2)")).toBe(false);
  });
});
