import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../server/storage/open-database.js";
import { hasPostgres, hasRedis } from "../services/available.js";
import { createDatabase } from "../services/engines.js";
import { eventually } from "../services/eventually.js";
import { startPostgres, type TestPostgres } from "../services/postgres.js";
import { startRedis, type TestRedis } from "../services/redis.js";
import {
  type AskedOnce,
  askOnce,
  type FaultyUpstream,
  startFaultyUpstream,
  writeFaultyPolicies,
} from "./faulty-upstream.js";
import { type ProxyProcess, runPolicy, startProxy } from "./proxy-process.js";

describe.skipIf(!hasPostgres || !hasRedis)("three replicas on PostgreSQL and Redis", () => {
  let postgres: TestPostgres;
  let redis: TestRedis;
  let upstream: FaultyUpstream;
  let policies: string;
  let environment: Record<string, string>;
  let replicas: ProxyProcess[] = [];

  beforeAll(async () => {
    [postgres, redis, upstream] = await Promise.all([startPostgres(), startRedis(), startFaultyUpstream()]);
    policies = await writeFaultyPolicies(upstream.url);
    environment = { DATABASE_URL: await createDatabase(postgres.url, "replicas"), REDIS_URL: redis.url };
    replicas = await Promise.all([1, 2, 3].map(() => startProxy(policies, environment)));
  });
  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
    await Promise.all([postgres?.stop(), redis?.stop(), upstream?.stop()]);
  });

  const createKey = async (...options: string[]) => {
    const { stdout } = await runPolicy(["keys", "create", "--json", ...options], environment);
    const { token, key } = JSON.parse(stdout) as { token: string; key: { id: string } };
    return { token, id: key.id };
  };
  const budgetOf = async (token: string, replica = replicas[0]!) => {
    const response = await fetch(`${replica.url}/v1/key`, { headers: { authorization: `Bearer ${token}` } });
    return ((await response.json()) as { budgets: { spent_usd: number; reserved_usd: number }[] }).budgets[0]!;
  };
  const rowsOf = async (key: string) => {
    const database = await openDatabase(environment["DATABASE_URL"]!);
    const rows = await database.db.selectFrom("ledger").selectAll().where("key", "=", key).execute();
    const { sum } = await database.db
      .selectFrom("usage_rollups")
      .select((expression) => expression.fn.sum<number>("charged_nano").as("sum"))
      .where("key", "=", key)
      .where("span", "=", "hour")
      .executeTakeFirstOrThrow();
    await database.close();
    return { rows, rolledUp: sum };
  };

  it("200 clients on one key, with faults and hang-ups: never beyond the budget, nothing leaks, ledger = spent", async () => {
    const limit = 0.3;
    const { token, id } = await createKey("--budget", `${limit}/day`);
    const answers: AskedOnce[] = [];
    const client = async (number: number) => {
      for (let count = 0; count < 4; count++) {
        const giveUpMs = (number + count) % 7 === 0 ? 1 + ((number * 13 + count * 7) % 40) : undefined;
        answers.push(await askOnce(replicas[(number + count) % 3]!.url, token, giveUpMs));
      }
    };
    await Promise.all(Array.from({ length: 200 }, (_, number) => client(number)));

    upstream.heal(); // the faults of the provider are no matter of the tests below
    await eventually(async () => expect(await budgetOf(token)).toMatchObject({ reserved_usd: 0 }));
    const { rows, rolledUp } = await rowsOf(id);
    const charged = rows.reduce((sum, row) => sum + row.charged_nano, 0);
    expect(charged).toBeLessThanOrEqual(limit * 1e9);
    expect(Math.round((await budgetOf(token)).spent_usd * 1e9)).toBe(charged);
    expect(Math.round((await budgetOf(token, replicas[2])).spent_usd * 1e9)).toBe(charged);
    expect(rolledUp).toBe(charged);

    // Every whole answer is in the ledger, once; the budget was really used up.
    const whole = answers.filter(({ status }) => status === 200);
    const answered = rows.filter(({ outcome }) => outcome === "answered");
    const decisions = new Set(answered.map(({ decision }) => decision));
    expect(decisions.size).toBe(answered.length);
    const missing = whole.filter(({ decision }) => !decisions.has(decision!)).map(({ decision }) => decision);
    expect(missing.map((decision) => rows.filter((row) => row.decision === decision))).toEqual([]);
    expect(charged).toBeGreaterThan(0.9 * limit * 1e9);
    expect(answers.some(({ status }) => status === 429)).toBe(true);
    console.log(
      `${answers.length} requests: ${whole.length} answered, ${answers.filter(({ status }) => status === 429).length} refused, ${answers.filter(({ status }) => status === undefined).length} hung up; ${rows.length} rows; spent $${charged / 1e9} of $${limit}`,
    );
  }, 120_000);

  it("revoking with the command ends a key on all of them", async () => {
    const { token, id } = await createKey();
    expect((await askOnce(replicas[1]!.url, token)).status).toBe(200);
    await runPolicy(["keys", "revoke", id], environment);
    await eventually(async () => {
      for (const { url } of replicas) expect((await askOnce(url, token)).status).toBe(401);
    });
  });

  it("without Redis: budgets are closed, all else is open, it says so, and recovers by itself", async () => {
    const [limited, free] = [await createKey("--budget", "1/day"), await createKey("--rpm", "1000")];
    const { url } = replicas[0]!;
    expect((await askOnce(url, limited.token)).status).toBe(200);
    await redis.kill();
    expect((await askOnce(url, limited.token)).status).toBe(503);
    expect((await askOnce(url, free.token)).status).toBe(200);
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(200);
    expect(JSON.stringify(await ready.json())).toMatch(/budgets: .*redis: /);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain("routewright_redis_up 0");

    await redis.restart(); // empty: budgets are summed up from the ledger
    await eventually(async () => expect((await askOnce(url, limited.token)).status).toBe(200), 10_000);
    const { rows } = await rowsOf(limited.id);
    const charged = rows.reduce((sum, row) => sum + row.charged_nano, 0);
    await eventually(async () => {
      const { spent_usd: spent, reserved_usd: reserved } = await budgetOf(limited.token);
      expect({ spent: Math.round(spent * 1e9), reserved }).toEqual({ spent: charged, reserved: 0 });
    });
    await eventually(
      async () => expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: "ready" }),
      10_000,
    );
  });

  it("without PostgreSQL: requests with a key are closed after a grace, and it recovers by itself", async () => {
    const { token, id } = await createKey("--budget", "1/day");
    const { url } = replicas[0]!;
    expect((await askOnce(url, token)).status).toBe(200);
    await postgres.kill();
    await eventually(async () => expect((await askOnce(url, token)).status).toBe(503));
    expect(await (await fetch(`${url}/metrics`)).text()).toContain("routewright_ledger_up 0");
    // A key that this server has never heard of may be one that was just made.
    expect((await askOnce(url, `${token.slice(0, -4)}AAAA`)).status).toBe(503);
    await postgres.restart();
    await eventually(async () => expect((await askOnce(url, token)).status).toBe(200));
    // What was answered meanwhile is in the ledger too.
    await eventually(async () => {
      const { rows } = await rowsOf(id);
      const charged = rows.reduce((sum, row) => sum + row.charged_nano, 0);
      expect(Math.round((await budgetOf(token)).spent_usd * 1e9)).toBe(charged);
    });
  }, 90_000);
});
