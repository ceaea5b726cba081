import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";

/** Writes bench/RESULTS.md: times, growth and ratios, with the machine they were seen on. */
export function writeResults(rows, { sizes, seed, rounds }) {
  const shapes = [...new Set(rows.map(({ shape }) => shape))];
  const names = [...new Set(rows.map(({ name }) => name))];
  const find = (name, shape, size) => rows.find((row) => row.name === name && row.shape === shape && row.size === size);
  const cells = (render) =>
    names.map(
      (name) =>
        `| ${name} | ${shapes.flatMap((shape) => sizes.map((size) => render(name, shape, size))).join(" | ")} |`,
    );
  const columns = shapes.flatMap((shape) => sizes.map((size) => `${shape} ${size.toLocaleString("en")}`));
  const header = (first) => [`| ${first} | ${columns.join(" | ")} |`, `| --- |${" ---: |".repeat(columns.length)}`];
  const revision = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const command = `node ${["bench/engines/run.mjs", ...process.argv.slice(2)].join(" ")}`;
  const text = [
    "# Decisions beside other engines",
    "",
    `Machine: ${cpus().length} ${cpus()[0].model}, Node ${process.version}. Date: ${new Date().toISOString().slice(0, 10)}. Revision ${revision}.`,
    `Command: \`${command}\` (seed ${seed}, ${rounds} rounds, contenders in turn).`,
    "",
    "Rules and requests are generated (`bench/engines/rules.mjs`, `requests.mjs`); every engine's answers were compared with",
    "the plain reading first. Each request is parsed anew, outside the clock; the whole decision is timed, reading the facts",
    "included. json-rules-engine and zen-engine are awaited one at a time. The machine is shared: read the ratios.",
    "",
    "## Time a decision: median (least)",
    "",
    ...header("engine"),
    ...cells((name, shape, size) => {
      const row = find(name, shape, size);
      if (row === undefined) return "–";
      return row.rough ? `~${written(row.median)}` : `${written(row.median)} (${written(row.least)})`;
    }),
    "",
    "`~`: slower than 1.5 ms, seen for a few requests only. `–`: not measured.",
    "",
    "## Times the tree's median",
    "",
    ...header("engine"),
    ...cells((name, shape, size) => `${ratio(find(name, shape, size), find("routewright", shape, size))}`),
    "",
    "## Loading, milliseconds",
    "",
    ...header("engine"),
    ...cells((name, shape, size) => find(name, shape, size)?.loadMs.toFixed(1) ?? "–"),
    "",
  ];
  writeFileSync(new URL("../RESULTS.md", import.meta.url), text.join("\n"));
}

function ratio(row, tree) {
  return row === undefined || tree === undefined
    ? "–"
    : `× ${Number((row.median / tree.median).toPrecision(2)).toLocaleString("en")}`;
}

function written(ns) {
  if (ns < 1_000) return `${Math.round(ns)} ns`;
  return ns < 1_000_000 ? `${(ns / 1_000).toPrecision(3)} µs` : `${(ns / 1_000_000).toPrecision(3)} ms`;
}
