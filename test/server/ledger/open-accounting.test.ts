import { sql } from "kysely";
import { pino } from "pino";
import { expect, it } from "vitest";
import type { NanoUsd } from "../../../engine/index.js";
import { KeyRing } from "../../../server/keys/key-ring.js";
import { KeyStore } from "../../../server/keys/key-store.js";
import { openAccounting } from "../../../server/ledger/open-accounting.js";
import { openDatabase } from "../../../server/storage/open-database.js";

it("says once that what was spent cannot be read, for which requests with a budget are refused, and once that it can again", async () => {
  const said: string[] = [];
  const log = pino({ level: "warn" }, { write: (line) => void said.push(JSON.parse(line).msg) });
  const database = await openDatabase("sqlite::memory:");
  const ring = await KeyRing.open({ store: new KeyStore(database), log, now: Date.now });
  const { accounting, status, close } = await openAccounting({
    database,
    ring,
    redisUrl: undefined,
    log,
    now: Date.now,
  });
  const lines = [{ subject: "key:key_1", period: "day", limit: 5_000 as NanoUsd }] as const;
  const reserve = () => accounting.reserve({ id: "1", amount: 1 as NanoUsd, lines, at: Date.now() });

  await sql`alter table usage_rollups rename to aside`.execute(database.db);
  for (let time = 0; time < 2; time++) expect(await reserve()).toEqual({ kind: "unavailable" });
  expect(said).toEqual([expect.stringMatching(/^what was spent cannot be read; /)]);
  expect(status().budgets.lastError).toMatch(/no such table/);

  await sql`alter table aside rename to usage_rollups`.execute(database.db);
  expect(await reserve()).toMatchObject({ amount: 1 });
  expect(said.slice(1)).toEqual(["what was spent can be read again"]);
  expect(status().budgets.lastError).toBeUndefined();

  await close();
  await ring.close();
  await database.close();
});
