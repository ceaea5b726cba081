import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openDatabase } from "../../server/storage/open-database.js";
import { hasPostgres, hasRedis } from "../services/available.js";
import { createDatabase } from "../services/engines.js";
import { eventually } from "../services/eventually.js";
import { startPostgres } from "../services/postgres.js";
import { startRedis } from "../services/redis.js";
import { askOnce, type FaultyUpstream, startFaultyUpstream, writeFaultyPolicies } from "./faulty-upstream.js";
import { type ProxyProcess, runPolicy, startProxy } from "./proxy-process.js";

/** `KILLS=50 npx vitest run test/acceptance/kill.test.ts` for the long version. */
const KILLS = Number(process.env["KILLS"] ?? 2);

let upstream: FaultyUpstream;
let folder: string;
beforeAll(async () => {
  upstream = await startFaultyUpstream();
  folder = await mkdtemp(join(tmpdir(), "routewright-kill-"));
});
afterAll(async () => {
  await upstream?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Every whole answer is in the ledger, none is there twice, and the sums by hour and by day are those of the rows. */
async function checkLedger(url: string, whole: readonly string[]) {
  const { db, close } = await openDatabase(url);
  const rows = await db.selectFrom("ledger").selectAll().execute();
  const answered = rows.filter(({ outcome }) => outcome === "answered").map(({ decision }) => decision);
  expect(new Set(answered).size).toBe(answered.length);
  const recorded = new Set(answered);
  expect(whole.filter((decision) => !recorded.has(decision))).toEqual([]);
  const charged = rows.reduce((sum, row) => sum + row.charged_nano, 0);
  for (const span of ["hour", "day"]) {
    const { sum } = await db
      .selectFrom("usage_rollups")
      .select((expression) => expression.fn.sum<number>("charged_nano").as("sum"))
      .where("span", "=", span)
      .executeTakeFirstOrThrow();
    expect(sum).toBe(charged);
  }
  await close();
  return { rows, charged };
}

async function budgetOf({ url }: ProxyProcess, token: string) {
  const response = await fetch(`${url}/v1/key`, { headers: { authorization: `Bearer ${token}` } });
  const { budgets } = (await response.json()) as { budgets: { spent_usd: number; reserved_usd: number }[] };
  const { spent_usd: spent, reserved_usd: reserved } = budgets[0]!;
  return { spent: Math.round(spent * 1e9), reserved };
}

/** Returns in the midst of the load: so many whole answers later, and some milliseconds, other ones each time. */
async function underLoad(whole: readonly string[], kills: number): Promise<void> {
  const enough = whole.length + 20 + ((kills * 37) % 50);
  while (whole.length < enough) await new Promise((resolve) => setTimeout(resolve, 1 + (kills % 7)));
}

it(
  "kill -9 under load: no whole answer is missing from the ledger, none is there twice, the database opens",
  async () => {
    const environment = { DATABASE_URL: `sqlite:${join(folder, "routewright.db")}` };
    const policies = await writeFaultyPolicies(upstream.url);
    const { stdout } = await runPolicy(["keys", "create", "--budget", "1000/total"], environment);
    const token = stdout.trim();
    const whole: string[] = [];
    for (let kills = 0; kills < KILLS; kills++) {
      const proxy = await startProxy(policies, environment);
      let isKilled = false;
      const client = async () => {
        while (!isKilled) {
          const { status, decision } = await askOnce(proxy.url, token);
          if (status === 200 && decision !== undefined) whole.push(decision);
        }
      };
      const clients = Promise.all(Array.from({ length: 20 }, client));
      await underLoad(whole, kills);
      await proxy.kill();
      isKilled = true;
      await clients;
    }

    const { rows, charged } = await checkLedger(environment.DATABASE_URL, whole);

    // A restarted server goes on from there, and holds nothing for calls that were cut.
    const proxy = await startProxy(policies, environment);
    expect(await budgetOf(proxy, token)).toEqual({ spent: charged, reserved: 0 });
    await proxy.stop();
    console.log(`${KILLS} kills: ${whole.length} whole answers, ${rows.length} rows, none missing, none twice`);
  },
  60_000 + KILLS * 30_000,
);

it.skipIf(!hasPostgres || !hasRedis)(
  "kill -9 of one server after the other, on PostgreSQL and Redis: the same, and what they held is settled when its lease ends",
  async () => {
    const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    const database = await createDatabase(postgres.url, "killed");
    const environment = { DATABASE_URL: database, REDIS_URL: redis.url };
    const policies = await writeFaultyPolicies(upstream.url);
    const start = () => startProxy(policies, environment);
    const servers = await Promise.all([start(), start()]);
    const { stdout } = await runPolicy(["keys", "create", "--budget", "1000/total"], environment);
    const token = stdout.trim();
    const whole: string[] = [];
    let isOver = false;
    const client = async (number: number) => {
      for (let count = number; !isOver; count++) {
        const { status, decision } = await askOnce(servers[count % 2]!.url, token);
        if (status === 200 && decision !== undefined) whole.push(decision);
        // A server that is down answers at once; and those that start are to get their share of the processor.
        await new Promise((resolve) => setTimeout(resolve, status === undefined ? 20 : 5));
      }
    };
    const clients = Promise.all(Array.from({ length: 20 }, (_, number) => client(number)));
    for (let kills = 0; kills < KILLS; kills++) {
      await underLoad(whole, kills);
      await servers[kills % 2]!.kill();
      servers[kills % 2] = await start();
    }
    isOver = true;
    await clients;

    const { rows, charged } = await checkLedger(database, whole);
    // What the killed ones held is held until its lease ends; here it ends at once.
    const connection = new Redis(redis.url);
    const held = await connection.zrange("routewright:{budgets}:leases", "0", "-1");
    for (const id of held) await connection.zadd("routewright:{budgets}:leases", "XX", "0", id);
    connection.disconnect();
    await eventually(
      async () => expect(await budgetOf(servers[0]!, token)).toEqual({ spent: charged, reserved: 0 }),
      20_000,
    );
    await Promise.all(servers.map((server) => server.stop()));
    await Promise.all([postgres.stop(), redis.stop()]);
    console.log(
      `${KILLS} kills of two servers: ${whole.length} whole answers, ${rows.length} rows, none missing, none twice; ${held.length} reservations were left and settled`,
    );
  },
  60_000 + KILLS * 30_000,
);
