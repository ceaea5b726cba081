import { createServer, connect as dial, type Socket } from "node:net";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LedgerStore } from "../../../server/ledger/ledger-store.js";
import { isDatabaseUnavailable } from "../../../server/storage/is-database-unavailable.js";
import { openDatabase } from "../../../server/storage/open-database.js";
import { openPostgres } from "../../../server/storage/open-postgres.js";
import { hasPostgres } from "../../services/available.js";
import { eventually } from "../../services/eventually.js";
import { listen, portOf } from "../../services/listen.js";
import { startPostgres, type TestPostgres } from "../../services/postgres.js";
import { ledgerRow } from "../ledger/ledger-row.js";

describe.skipIf(!hasPostgres)("openDatabase() on a PostgreSQL that goes silent", () => {
  let server: TestPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  it("uses no connection again on which a statement got no answer in time", async () => {
    const network = await silenceable(Number(new URL(server.url).port));
    const url = server.url.replace(/:\d+\//, `:${network.port}/`);
    const database = await openDatabase(url, { connections: 1, statementMs: 1_500 });
    const ledger = new LedgerStore(database);
    const calls = () => ledger.chargedFor(["before.1", "meanwhile.1"]);
    try {
      await eventually(() => ledger.write([ledgerRow("before.1")]));
      network.silence(); // the connection that there is, as a failover does whose packets nobody answers; new ones work
      await expect(ledger.write([ledgerRow("meanwhile.1")])).rejects.toSatisfy(isDatabaseUnavailable);
      await eventually(() => ledger.write([ledgerRow("meanwhile.1")]));
      network.silence();
      await expect(calls()).rejects.toSatisfy(isDatabaseUnavailable);
      expect((await eventually(calls)).size).toBe(2);
      await server.kill();
      for (let time = 0; time < 2; time++) await expect(calls()).rejects.toSatisfy(isDatabaseUnavailable);
      await server.restart();
      const wrong = () => sql`select nothing`.execute(database.db);
      await eventually(() => expect(wrong()).rejects.toThrow('column "nothing" does not exist'));
      await expect(wrong()).rejects.not.toSatisfy(isDatabaseUnavailable);
    } finally {
      await database.close();
      network.close();
    }
  });
});

describe.skipIf(!hasPostgres)("openDatabase() on a PostgreSQL whose connections break", () => {
  let server: TestPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  it("is away where nobody is let in: a password that was changed, a database that is gone", async () => {
    const { db, close } = await openDatabase(server.url);
    await sql`create role nobody nologin`.execute(db);
    await close();
    for (const url of [server.url.replace("//routewright@", "//nobody@"), server.url.replace(/[^/]*$/, "gone")]) {
      const closed = openPostgres(url);
      await expect(sql`select 1`.execute(closed)).rejects.toSatisfy(isDatabaseUnavailable);
      await closed.destroy();
    }
    expect(isDatabaseUnavailable(Object.assign(new Error(), { code: "CERT_HAS_EXPIRED" }))).toBe(true);
  });

  it("uses no connection again that leads to a server which can only be read, as a standby after a failover", async () => {
    const database = await openDatabase(server.url, { connections: 1 });
    const ledger = new LedgerStore(database);
    try {
      await sql`set default_transaction_read_only = on`.execute(database.db); // of this connection alone
      await expect(ledger.write([ledgerRow("1.1")])).rejects.toThrow(
        "cannot execute INSERT in a read-only transaction",
      );
      await ledger.write([ledgerRow("1.1")]);
    } finally {
      await database.close();
    }
  });

  it.each(["end", "reset"] as const)("fails the statement under way, and goes on over another: %s", async (how) => {
    const network = await silenceable(Number(new URL(server.url).port));
    const database = await openDatabase(server.url.replace(/:\d+\//, `:${network.port}/`), { connections: 1 });
    try {
      // In a statement, and between two of a transaction.
      const sleeping = sql`select pg_sleep(60)`.execute(database.db);
      await eventually(() => expect(network.lastQuery()).toContain("pg_sleep"));
      void network.cut(how);
      await expect(sleeping).rejects.toSatisfy(isDatabaseUnavailable);
      const between = database.db.transaction().execute(async (transaction) => {
        await sql`select 1`.execute(transaction);
        await network.cut(how);
        await sql`select 2`.execute(transaction);
      });
      await expect(between).rejects.toSatisfy(isDatabaseUnavailable);
      expect((await sql`select 3 as three`.execute(database.db)).rows).toEqual([{ three: 3 }]);
    } finally {
      await database.close();
      network.close();
    }
  });
});

/** A way to a port of this machine, of which the connections of a moment can be made to pass nothing more, or be cut. */
interface Network {
  readonly port: number;
  silence(): void;
  /** Resolves when the near sides have noticed. */
  cut(how: "end" | "reset"): Promise<void>;
  /** What was sent last to the port. */
  lastQuery(): string;
  close(): void;
}

async function silenceable(target: number): Promise<Network> {
  const sockets: Socket[] = [];
  const nears: Socket[] = [];
  let last = "";
  const way = createServer((near) => {
    const far = dial(target, "127.0.0.1");
    near.on("data", (data) => {
      last = data.toString("latin1");
    });
    near.pipe(far).pipe(near);
    nears.push(near);
    for (const socket of [near, far]) sockets.push(socket.on("error", () => undefined));
  });
  await listen(way);
  return {
    port: portOf(way),
    silence() {
      for (const socket of sockets) socket.unpipe().pause();
    },
    async cut(how) {
      for (const near of nears.splice(0)) {
        const closed = new Promise((resolve) => near.once("close", resolve));
        if (how === "end") near.destroy();
        else near.resetAndDestroy();
        await closed;
      }
      await new Promise((resolve) => setImmediate(resolve));
    },
    lastQuery: () => last,
    close() {
      for (const socket of sockets) socket.destroy();
      way.close();
    },
  };
}
