import { readFileSync } from "node:fs";
import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { KeyStore } from "../../../server/keys/key-store.js";
import { readKeyRequest } from "../../../server/keys/read-key-settings.js";
import { LedgerStore } from "../../../server/ledger/ledger-store.js";
import { readUsageQuery, usageToCsv } from "../../../server/ledger/read-usage-query.js";
import { MAX_USAGE_ROWS, queryUsage } from "../../../server/ledger/usage-query.js";
import { openDatabase } from "../../../server/storage/open-database.js";
import { onBothEngines } from "../../services/engines.js";
import { ledgerRow } from "./ledger-row.js";

const NOW = Date.parse("2026-11-25T12:34:00Z");
const HOUR_MS = 3_600_000;

onBothEngines((engine) => {
  it("sums up by anything, in time series, with filters, from the sums by day and by hour alike", async () => {
    const database = await openDatabase(await engine.newUrl());
    const rows = Array.from({ length: 120 }, (_, index) =>
      ledgerRow(`dec_${index}.1`, {
        at: NOW - index * HOUR_MS,
        model: index % 3 === 0 ? "acme/large" : "acme/small",
        key: index % 2 === 0 ? "key_a" : "key_b",
        tenant: "t",
        ...(index === 7 ? { incurred_nano: null, charged_nano: 0, outcome: "failed" } : {}),
        total_ms: 100 + index,
      }),
    );
    await new LedgerStore(database).write(rows);
    const { key } = await new KeyStore(database).create(readKeyRequest({ name: "mobile" }, NOW), NOW);
    await new LedgerStore(database).write([ledgerRow("dec_named.1", { at: NOW - 1_000 * HOUR_MS, key: key.id })]);
    const query = (given: Record<string, string>) =>
      queryUsage(database, readUsageQuery(given, NOW)).then(({ rows }) => rows);

    const [all] = await query({});
    expect(all).toMatchObject({ attempts: 120, answered: 119, input: 1_200, output: 600, unknown_cost: 1 });
    expect(all!.charged_usd).toBeCloseTo(119 * 20e-9, 12);
    const byModel = await query({ by: "model" });
    expect(byModel.map(({ model, attempts }) => [model, attempts])).toEqual([
      ["acme/small", 80],
      ["acme/large", 40],
    ]);
    const [only] = await query({ by: "model,key", model: "acme/large", key: "key_b" });
    expect(only).toMatchObject({ model: "acme/large", key: "key_b", attempts: 20 });

    // 120 hours back from 12:34: five days, the last of 13 hours.
    const days = await query({ by: "day" });
    expect(days.map(({ time, attempts }) => [time!.slice(0, 10), attempts])).toEqual([
      ["2026-11-20", 11],
      ["2026-11-21", 24],
      ["2026-11-22", 24],
      ["2026-11-23", 24],
      ["2026-11-24", 24],
      ["2026-11-25", 13],
    ]);
    const part = await query({ by: "day", from: "2026-11-24T06:00:00Z", to: "2026-11-25T06:00:00Z" });
    expect(part.map(({ attempts }) => attempts)).toEqual([18, 6]);
    const hours = await query({ by: "hour", from: "2026-11-25T10:00:00Z", to: "2026-11-25T12:00:00Z" });
    expect(hours.map(({ time }) => time)).toEqual(["2026-11-25T10:00:00.000Z", "2026-11-25T11:00:00.000Z"]);
    const named = await query({ by: "key,day", from: "2026-10-01" });
    expect(new Map(named.map((row) => [row.key, row.key_name]))).toEqual(
      new Map([
        [key.id, "mobile"],
        ["key_a", ""],
        ["key_b", ""],
      ]),
    );
    expect(await query({ key: "key_none" })).toEqual([]);
    expect(await query({ by: "app", tenant: "none" })).toEqual([]);
    await database.close();
  });

  it("is had by user from the ledger, as docs/budgets.md says", async () => {
    const [, text = ""] = /```sql\n([^`]+)```/.exec(readFileSync("docs/budgets.md", "utf8")) ?? [];
    const database = await openDatabase(await engine.newUrl());
    const row = (id: string, user_id: string, charged_nano: number, at = NOW) =>
      ledgerRow(id, { at, user_id, charged_nano });
    await new LedgerStore(database).write([
      ...[row("dec_1.1", "ann", 1e9), row("dec_2.1", "bob", 2e9), row("dec_3.1", "bob", 5e8)],
      row("dec_0.1", "ann", 9e9, Date.parse("2026-10-31T23:59:59Z")),
    ]);
    const { rows } = await sql<Record<string, unknown>>`${sql.raw(text)}`.execute(database.db);
    expect(rows.map((each) => [each["user_id"], Number(each["calls"]), Number(each["charged_usd"])])).toEqual([
      ["bob", 2, 2.5],
      ["ann", 1, 1],
    ]);
    await database.close();
  });

  it("adds up more than 9 million dollars, dearest first", async () => {
    const database = await openDatabase(await engine.newUrl());
    const nano = (usd: number) => ({ at: NOW, charged_nano: usd * 1e9, incurred_nano: usd * 1e9 });
    await new LedgerStore(database).write([
      ...[1, 2, 3, 4].map((call) => ledgerRow(`dec_${call}.1`, { ...nano(8_000_000.5), model: "acme/large" })),
      ledgerRow("dec_5.1", { ...nano(9_000_000), model: "acme/small" }),
    ]);
    const query = (given: Record<string, string>) => queryUsage(database, readUsageQuery(given, NOW));
    expect((await query({ by: "model" })).rows).toMatchObject([
      { model: "acme/large", charged_usd: 32_000_002, incurred_usd: 32_000_002 },
      { model: "acme/small", charged_usd: 9_000_000 },
    ]);
    expect((await query({})).rows).toMatchObject([{ charged_usd: 41_000_002, attempts: 5 }]);
    await database.close();
  });

  it("says when there is more than an answer holds, and keeps the dearest of each hour first", async () => {
    const database = await openDatabase(await engine.newUrl());
    const rows = Array.from({ length: MAX_USAGE_ROWS + 1 }, (_, index) =>
      ledgerRow(`dec_${index}.1`, { at: NOW, rule: `rule-${index}`, charged_nano: index }),
    );
    await new LedgerStore(database).write(rows);
    const query = (given: Record<string, string>) => queryUsage(database, readUsageQuery(given, NOW));
    const cut = await query({ by: "rule,hour" });
    expect([cut.isCut, cut.rows.length]).toEqual([true, MAX_USAGE_ROWS]);
    expect(cut.rows[0]).toMatchObject({ rule: `rule-${MAX_USAGE_ROWS}` });
    const one = await query({ by: "rule", rule: "rule-7" });
    expect([one.isCut, one.rows.length]).toEqual([false, 1]);
    await database.close();
  });
});

describe("readUsageQuery()", () => {
  it("takes the last 30 days when no time is said", () => {
    const { from, to } = readUsageQuery({}, NOW);
    expect(new Date(from).toISOString()).toBe("2026-10-27T00:00:00.000Z");
    expect(new Date(to).toISOString()).toBe("2026-11-26T00:00:00.000Z");
  });

  it.each([
    [{ by: "modle" }, "by: it takes model, endpoint, rule, key, tenant, app, day, hour"],
    [{ from: "yesterday" }, "from: it takes a date"],
    [{ from: "2026-02-30" }, "from: it takes a date"],
    [{ from: "2026-12-01", to: "2026-11-01" }, "from: it must be before `to`"],
    [{ from: "2030-01-01" }, "from: it must be before `to`, left out: 2026-11-26T00:00Z"],
    [{ interval: "week" }, "interval: it takes day, hour"],
    [{ by: "day", interval: "hour" }, "interval: it takes day or hour, not both"],
    [{ model: "gpt-4.1" }, "model: write the whole id, author/model"],
    [{ endpoint: "openai/gpt-4.1" }, "endpoint: write the whole id, author/model@provider"],
    [{ group: "model" }, "group: there is no such parameter"],
    [{ model: ["a", "b"] }, "model: give it once"],
  ])("refuses %j", (given, message) => {
    expect(() => readUsageQuery(given, NOW)).toThrow(message);
  });
});

describe("usageToCsv()", () => {
  it("quotes what needs it, and leaves a spreadsheet nothing to run", () => {
    const row = { app: '=1+1,"x"', attempts: 1 } as never;
    const query = readUsageQuery({ by: "app,day" }, NOW);
    expect(usageToCsv([row], query)).toBe('app,attempts\r\n"\'=1+1,""x""",1\r\n');
    expect(usageToCsv([], query)).toMatch(/^time,app,attempts,answered,input,[a-z_,]+,charged_usd,mean_ms\r\n$/);
  });
});
