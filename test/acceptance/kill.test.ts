import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openDatabase } from "../../server/storage/open-database.js";
import { askOnce, type FaultyUpstream, startFaultyUpstream, writeFaultyPolicies } from "./faulty-upstream.js";
import { runPolicy, startProxy } from "./proxy-process.js";

/** `KILLS=50 npx vitest run test/acceptance/kill.test.ts` for the long version. */
const KILLS = Number(process.env["KILLS"] ?? 6);

let upstream: FaultyUpstream;
let folder: string;
beforeAll(async () => {
  upstream = await startFaultyUpstream();
  folder = await mkdtemp(join(tmpdir(), "routewright-kill-"));
});
afterAll(async () => {
  await upstream?.close();
  await rm(folder, { recursive: true, force: true });
});

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
      await new Promise((resolve) => setTimeout(resolve, 300 + ((kills * 137) % 400)));
      await proxy.kill();
      isKilled = true;
      await clients;
    }

    const { db, close } = await openDatabase(environment.DATABASE_URL);
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

    // A restarted server goes on from there, and holds nothing for calls that were cut.
    const proxy = await startProxy(policies, environment);
    const response = await fetch(`${proxy.url}/v1/key`, { headers: { authorization: `Bearer ${token}` } });
    const { budgets } = (await response.json()) as { budgets: { spent_usd: number; reserved_usd: number }[] };
    expect(Math.round(budgets[0]!.spent_usd * 1e9)).toBe(charged);
    expect(budgets[0]!.reserved_usd).toBe(0);
    await proxy.stop();
    console.log(`${KILLS} kills: ${whole.length} whole answers, ${rows.length} rows, none missing, none twice`);
  },
  60_000 + KILLS * 15_000,
);
