// Runs dependency-cruiser over the product and fails when it cruised nothing: with a TypeScript it cannot use it
// reports success over 0 modules.
import { spawnSync } from "node:child_process";

const run = spawnSync(
  process.execPath,
  [
    "node_modules/dependency-cruiser/bin/dependency-cruise.mjs",
    "--config",
    ".dependency-cruiser.cjs",
    "--output-type",
    "json",
    ...(process.argv.length > 2 ? process.argv.slice(2) : ["engine", "server", "cli"]),
  ],
  { encoding: "utf8", maxBuffer: 1 << 28 },
);
if (!run.stdout.startsWith("{")) {
  console.error(run.stderr || run.stdout);
  process.exit(2);
}
const { summary } = JSON.parse(run.stdout);
for (const violation of summary.violations) {
  console.error(`error ${violation.rule.name}: ${violation.from} → ${violation.to}`);
}
if (summary.totalCruised < 10) {
  console.error(`error: only ${summary.totalCruised} modules were cruised; the check itself is broken`);
  process.exit(1);
}
console.log(`imports: ${summary.totalCruised} modules, ${summary.violations.length} violations`);
process.exit(summary.violations.length > 0 ? 1 : 0);
