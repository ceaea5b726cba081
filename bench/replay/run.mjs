// How fast `policy replay` decides, on one thread, in CPU time: deciding alone (decide, and decide with rank), and with
// reading the log. The decisions are read from a log first, and what they give is checked against it.
// node bench/replay/run.mjs [POLICY_DIR] [DECISIONS]      (after `npm run build`)
import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { compilePolicy, decide, emptySummary, rank, replayLines } from "../../dist/engine/index.js";
import { readPolicyDirectory } from "../../dist/server/policy-files/read-policy-directory.js";

const [directory = "policies", count = "50000"] = process.argv.slice(2);
const { value: policy } = compilePolicy(await readPolicyDirectory(directory));
const written = spawnSync(process.execPath, ["bench/replay/write-log.mjs", directory, count], { maxBuffer: 2 ** 31 });
const lines = written.stdout
  .toString()
  .split("\n")
  .filter((line) => line.startsWith('{"rule"'));
const decisions = lines.map((line) => {
  const { facts, world } = JSON.parse(line);
  return { facts: Object.fromEntries(Object.entries(facts).map(([name, { value }]) => [name, value])), world };
});

const cpuSeconds = (work) => {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
};
const contenders = {
  decide: () => decisions.reduce((sum, { facts }) => sum + decide(policy, facts).route.ruleNumber, 0),
  "decide and rank": () =>
    decisions.reduce(
      (sum, { facts, world }) => sum + rank(policy, decide(policy, facts), facts, world).attempts.length,
      0,
    ),
  "with reading the log": () => {
    const summary = emptySummary();
    replayLines(lines, { target: policy, baselines: new Map() }, summary, () => performance.now());
    if (summary.differingCount + summary.changed > 0) throw new Error("the log is not reproduced");
  },
};
const rates = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
for (let round = 0; round < 5; round++) {
  for (const [name, work] of Object.entries(contenders)) rates[name].push(decisions.length / cpuSeconds(work));
}
console.log(
  `${cpus()[0]?.model}, Node ${process.version}, ${policy.set.rules.length} rules, ${lines.length} decisions`,
);
for (const [name, measured] of Object.entries(rates)) {
  const [least, , median, , most] = measured
    .toSorted((a, b) => a - b)
    .map((rate) => Math.round(rate).toLocaleString("en-US"));
  console.log(`${name.padEnd(22)} ${median} decisions a CPU second (${least} to ${most})`);
}
