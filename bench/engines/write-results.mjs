import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";

const results = new URL("../RESULTS.md", import.meta.url);
const [START, END] = ["<!-- bench/engines/run.mjs writes from here -->", "<!-- to here -->"];

/** Writes the tables of bench/RESULTS.md anew, with the machine they were seen on. What stands around the two marks is kept. */
export function writeResults(rows, { sizes, seed, rounds }) {
  const shapes = [...new Set(rows.map(({ shape }) => shape))];
  const names = [...new Set(rows.map(({ name }) => name))];
  const find = (name, shape, size) => rows.find((row) => row.name === name && row.shape === shape && row.size === size);
  const numbers = sizes.map((size) => size.toLocaleString("en"));
  const table = (columns, cells) => [
    `| engine | ${columns.join(" | ")} |`,
    `| --- |${" ---: |".repeat(columns.length)}`,
    ...names.map((name) => `| ${[name, ...cells(name)].join(" | ")} |`),
    "",
  ];
  const revision = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const command = `node ${["bench/engines/run.mjs", ...process.argv.slice(2)].join(" ")}`;
  const text = [
    START,
    "",
    `Machine: ${cpus().length} ${cpus()[0].model}, Node ${process.version}. Date: ${new Date().toISOString().slice(0, 10)}. Revision ${revision}.`,
    `Command: \`${command}\` (seed ${seed}, ${rounds} rounds, contenders in turn).`,
    "",
    "A cell is the median of a decision, the least in brackets; `×` is the median beside the tree's. `~`: slower than 1.5 ms, seen for a few",
    "requests only. `–`: not measured.",
    "",
    ...shapes.flatMap((shape) => [
      `### ${shape[0].toUpperCase()}${shape.slice(1)} rules`,
      "",
      ...table([...numbers.map((count) => `${count} rules`), ...numbers.map((count) => `× at ${count}`)], (name) => [
        ...sizes.map((size) => time(find(name, shape, size))),
        ...sizes.map((size) => ratio(find(name, shape, size), find("routewright", shape, size))),
      ]),
    ]),
    "### Loading, milliseconds",
    "",
    ...table(
      shapes.flatMap((shape) => numbers.map((count) => `${shape} ${count}`)),
      (name) => shapes.flatMap((shape) => sizes.map((size) => find(name, shape, size)?.loadMs.toFixed(1) ?? "–")),
    ),
    END,
  ];
  const page = readFileSync(results, "utf8");
  writeFileSync(
    results,
    page.slice(0, page.indexOf(START)) + text.join("\n") + page.slice(page.indexOf(END) + END.length),
  );
}

function time(row) {
  if (row === undefined) return "–";
  return row.rough ? `~${written(row.median)}` : `${written(row.median)} (${written(row.least)})`;
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
