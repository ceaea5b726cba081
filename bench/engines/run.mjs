/**
 * Decisions of Routewright's tree beside other engines, on the same generated rules and requests (`rules.mjs`).
 *
 *     npm run build && node bench/engines/run.mjs --smoke      Routewright alone, small; needs nothing but the root install
 *     npm ci --prefix bench/engines && node bench/engines/run.mjs     all engines; writes the tables of bench/RESULTS.md
 *
 * Answers are compared with the plain reading first. Every request is parsed anew before it is decided, outside the clock.
 * Contenders take turns within each round. V8 inlines as much as in the server, for all of them. Options: --rules 10,100 --shapes realistic --engines routewright,cel-js --rounds 40
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { inlineMore } from "../../dist/server/inline-more.js";
import { checkAgreement } from "./check-agreement.mjs";
import { measure } from "./measure.mjs";
import { generateRequests } from "./requests.mjs";
import { generateRules, shapes } from "./rules.mjs";
import { writeResults } from "./write-results.mjs";

/**
 * Processes of the full run. cedar-wasm has its own: Node 20.20's V8 stops with "unreachable code" (Deoptimizer,
 * builtin continuation) when it shares one with the others, with or without Routewright.
 */
const processes = [
  "null,routewright,in-order,json-logic-js,json-logic-engine,json-rules-engine,cel-js,zen-engine",
  "routewright,cedar-wasm",
];
const { values } = parseArgs({
  options: {
    smoke: { type: "boolean", default: false },
    rules: { type: "string" },
    shapes: { type: "string", default: Object.keys(shapes).join() },
    engines: { type: "string" },
    rounds: { type: "string" },
    rows: { type: "string" },
  },
});
const sizes = (values.rules ?? (values.smoke ? "10,1000" : "10,100,1000,10000")).split(",").map(Number);
const engines = values.engines?.split(",") ?? (values.smoke ? ["null", "routewright", "in-order"] : undefined);
const rounds = Number(values.rounds ?? (values.smoke ? 20 : 60));
const SEED = 20261125;

if (engines === undefined) {
  const directory = mkdtempSync(join(tmpdir(), "bench-"));
  const rows = [];
  for (const shape of values.shapes.split(",")) {
    for (const size of sizes) {
      for (const [number, group] of processes.entries()) {
        const file = join(directory, `${shape}-${size}-${number}.json`);
        const options = ["--engines", group, "--shapes", shape, "--rules", size, "--rounds", rounds, "--rows", file];
        const { status } = spawnSync(process.execPath, [process.argv[1], ...options.map(String)], { stdio: "inherit" });
        if (status !== 0) console.log(`${shape}, ${size} rules: ${group} ended with ${status}`);
        // The tree is measured again in each process; the first one counts.
        else
          rows.push(
            ...JSON.parse(readFileSync(file, "utf8")).filter(({ name }) => number === 0 || name !== "routewright"),
          );
      }
      writeResults(rows, { sizes, seed: SEED, rounds });
    }
  }
  process.exit(0);
}

inlineMore();
const adapters = await Promise.all(engines.map((engine) => import(`./adapters/${engine}.mjs`)));
const rows = [];
for (const shape of values.shapes.split(",")) {
  for (const size of sizes) {
    const rules = generateRules(shape, size, SEED);
    const requests = generateRequests(rules, 2048, SEED + 1);
    const contenders = [];
    for (const adapter of adapters) {
      const before = performance.now();
      const decide = adapter.load(rules);
      contenders.push({ name: adapter.name, decide, loadMs: performance.now() - before });
    }
    const checked = await checkAgreement(rules, requests, contenders);
    for (const result of await measure(contenders, requests, rounds)) rows.push({ shape, size, ...result });
    console.log(`${shape}, ${size} rules (${checked}):`);
    for (const row of rows.filter((one) => one.shape === shape && one.size === size)) {
      const { name, median, least, most, loadMs, rough } = row;
      const figures = [median, least, most].map((ns) => `${Math.round(ns)}`.padStart(10)).join("");
      console.log(`  ${name.padEnd(26)}${figures} ns${rough ? " (few samples)" : ""}   load ${loadMs.toFixed(1)} ms`);
    }
  }
}
if (values.rows !== undefined) writeFileSync(values.rows, JSON.stringify(rows));
process.exit(0); // Some engines keep worker threads alive.
