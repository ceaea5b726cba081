// What keys, budgets and the ledger add to a request, and how long usage takes over many ledger rows.
//   npm run build && node bench/ledger/run.mjs [--rows 10000000] [--redis redis://127.0.0.1:6379]
// Prints Markdown. Rows are made up by SQLite itself, spread over 90 days, 50 keys, 10 tenants and 8 models.
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

const dist = (path) => import(new URL(`../../dist/server/${path}`, import.meta.url));
const option = (name, standard) => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? standard : process.argv[at + 1];
};
const rows = Number(option("rows", "1000000"));
const folder = mkdtempSync(join(tmpdir(), "routewright-bench-"));
const { openDatabase } = await dist("storage/open-database.js");
const database = await openDatabase(`sqlite:${join(folder, "bench.db")}`, { busyMs: 5_000 });
const log = { info() {}, warn() {}, error: console.error };

console.log(`# Keys, budgets, ledger\n\n${cpus().length} × ${cpus()[0].model}, Node ${process.version}\n`);
await accounting();
await usage();
await database.close();
rmSync(folder, { recursive: true });

/** Auth, reserve, settle and commit, 64 requests under way at a time; CPU of this process for each request. */
async function accounting() {
  const [{ KeyStore }, { KeyRing }, { openAccounting }, { readKeyRequest }] = await Promise.all([
    dist("keys/key-store.js"),
    dist("keys/key-ring.js"),
    dist("ledger/open-accounting.js"),
    dist("keys/read-key-settings.js"),
  ]);
  const { toLedgerRow } = await dist("ledger/ledger-entry.js");
  const { noTokens } = await dist("ledger/usage-buckets.js");
  const store = new KeyStore(database);
  const limits = { budgets: { day: 1000, month: 10000 }, requests_per_minute: 100_000_000, concurrent: 10_000 };
  const { key, token } = await store.create(readKeyRequest({ tenant: "t", limits }, Date.now()), Date.now());
  const ring = await KeyRing.open({ store, log, now: Date.now });
  console.log("| | requests | CPU a request | wall a request (64 at a time) |\n|---|---|---|---|");
  const redis = option("redis", undefined);
  for (const [name, redisUrl] of [["embedded", undefined], ...(redis === undefined ? [] : [["with Redis", redis]])]) {
    const money = await openAccounting({ database, ring, redisUrl, log, now: Date.now });
    let id = 0;
    const request = async () => {
      const attempt = `bench_${name}_${Date.now()}_${id++}`;
      await ring.verify(token);
      await money.accounting.spendOf(key);
      const admission = await money.accounting.admit(attempt, key, () => 100);
      const reservation = await money.accounting.reserve({
        id: attempt,
        amount: 3_000_000,
        lines: money.accounting.linesOf(key),
        at: Date.now(),
      });
      if ("kind" in reservation) throw new Error(JSON.stringify(reservation));
      const cost = {
        usage: { ...noTokens, input: 1_000, output: 500 },
        incurred: 2_000,
        charged: 2_000,
        source: "usage",
      };
      const base = { decision: attempt, at: Date.now(), key: key.id, tenant: "t", model: "a/b", endpoint: "a/b@c" };
      const rest = { provider: "c", rule: "default", policy: "p", revision: "r", outcome: "answered", isStream: false };
      const row = toLedgerRow({ id: attempt, ...base, ...rest, totalMs: 10, cost });
      await new Promise((recorded) => money.accounting.record(row, reservation, recorded));
      await admission.end(1_500);
    };
    const run = async (count) => {
      let left = count;
      await Promise.all(
        Array.from({ length: 64 }, async () => {
          while (left-- > 0) await request();
        }),
      );
    };
    await run(2_000); // warm
    const count = 20_000;
    const [cpu, start] = [process.cpuUsage(), performance.now()];
    await run(count);
    const { user, system } = process.cpuUsage(cpu);
    const wall = (performance.now() - start) / count;
    console.log(
      `| ${name} | ${count} | ${((user + system) / count).toFixed(0)} µs | ${(wall * 1_000).toFixed(0)} µs |`,
    );
    await money.close();
  }
  await ring.close();
}

/** Usage over many rows: the sums are made by the same SQL that the store uses for a batch, at once. */
async function usage() {
  const { readUsageQuery } = await dist("ledger/read-usage-query.js");
  const { queryUsage } = await dist("ledger/usage-query.js");
  const { LedgerStore } = await dist("ledger/ledger-store.js");
  const { openSqlite } = await dist("storage/open-sqlite.js");
  const now = Date.UTC(2026, 10, 25, 12);
  for (const table of ["ledger_rows", "ledger_calls", "ledger_batches"]) await database.db.deleteFrom(table).execute();
  await database.db.deleteFrom("usage_rollups").execute();
  const raw = openSqlite(join(folder, "bench.db"), "pragma busy_timeout = 60000; pragma synchronous = off");
  const start = performance.now();
  raw.exec(`insert into ledger_rows with recursive n(i) as (select 0 union all select i + 1 from n where i < ${rows - 1})
    select 'dec_' || i || '.1', 'dec_' || i, ${now} - (i * 7919 % 7776000) * 1000, 'key_' || (i % 50), 't' || (i % 10), '', '',
      'acme/m' || (i % 8), 'acme/m' || (i % 8) || '@acme', 'acme', 'rule' || (i % 5), 'p', 'r', 'answered', 200, null, 0, null, 900,
      1000, 0, 0, 0, 0, 300, 0, 0, null, 2000, 2000, 'usage' from n`);
  for (const [span, ms] of Object.entries({ hour: 3_600_000, day: 86_400_000 })) {
    raw.exec(`insert into usage_rollups select '${span}', at - at % ${ms}, key, tenant, app, model, endpoint, rule, count(*),
      count(*), sum(input), sum(cached_input), sum(cache_write), sum(audio_input), sum(image_input), sum(output),
      sum(reasoning), sum(audio_output), sum(incurred_nano), 0, sum(charged_nano), sum(total_ms) from ledger_rows
      group by at - at % ${ms}, key, tenant, app, model, endpoint, rule`);
  }
  const [{ sums }] = raw.prepare("select count(*) as sums from usage_rollups").all([]);
  raw.close();
  const madeIn = ((performance.now() - start) / 1_000).toFixed(0);
  console.log(
    `\n${rows.toLocaleString("en-US")} ledger rows, ${sums.toLocaleString("en-US")} sums (made in ${madeIn} s)\n`,
  );
  console.log("| query | first | median of 5 |\n|---|---|---|");
  const queries = [
    ["by model, 30 days", { by: "model" }],
    ["by day and model, 90 days", { by: "day,model", from: "2026-08-27" }],
    ["by tenant and key, 90 days", { by: "tenant,key", from: "2026-08-27" }],
    ["by hour, 7 days, of a key", { by: "hour", from: "2026-11-19", key: "key_7" }],
    ["by hour, 24 h to the hour", { by: "hour", from: "2026-11-24T12:00:00Z", to: "2026-11-25T12:00:00Z" }],
  ];
  for (const [name, given] of queries) {
    const times = [];
    for (let round = 0; round < 6; round++) {
      const begin = performance.now();
      await queryUsage(database, readUsageQuery(given, now));
      times.push(performance.now() - begin);
    }
    const [first, ...others] = times;
    others.sort((a, b) => a - b);
    console.log(`| ${name} | ${first.toFixed(0)} ms | ${others[2].toFixed(0)} ms |`);
  }
  const store = new LedgerStore(database);
  const begin = performance.now();
  await store.chargedIn("key:key_7", { start: Date.UTC(2026, 10, 1), end: Date.UTC(2026, 11, 1) });
  console.log(`| a key's month, as a budget begins with it | ${(performance.now() - begin).toFixed(1)} ms | |`);
}
