// How fast `policy replay` is on one thread, in CPU time: reading the log, reading and deciding, and all a thread does; beside
// them the plain way (parse, decide, rank), against which the fast one is checked first. Each in a thread of its own
// (contender.mjs), one after the other, round after round. write-log.mjs says what the logs are.
// node bench/replay/run.mjs [POLICY_DIR] [DECISIONS] [traffic|unlike|edges]      (after `npm run build`)
import { deepStrictEqual } from "node:assert";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpus } from "node:os";
import { Worker } from "node:worker_threads";
import { factsOfRecord } from "../../dist/engine/explain/record-facts.js";
import { compilePolicy } from "../../dist/engine/index.js";
import { CaseMeanings } from "../../dist/engine/replay/case-meanings.js";
import { PolicyDecider } from "../../dist/engine/replay/policy-decider.js";
import { RecordReader } from "../../dist/engine/replay/records/record-reader.js";
import { destinationOf, parseDecision } from "../../dist/engine/replay/replay-decision.js";
import { readPolicyDirectory } from "../../dist/server/policy-files/read-policy-directory.js";
import { decode, linesOf, piecesOf } from "./log-pieces.mjs";

const [directory = "policies", decisions = "20000", kind = "traffic"] = process.argv.slice(2);
const { value: policy } = compilePolicy(await readPolicyDirectory(directory));
const written = spawnSync(process.execPath, ["bench/replay/write-log.mjs", directory, decisions, kind], {
  maxBuffer: 2 ** 31,
});
if (written.status !== 0) throw new Error(`write-log.mjs failed: ${written.stderr}`);
const log = written.stdout.subarray(written.stdout.indexOf("\n") + 1);
const reader = new RecordReader(decode);
const decider = new PolicyDecider(policy, reader, new CaseMeanings());
let count = 0;
for (const piece of piecesOf(log)) {
  reader.open(piece);
  for (const [start, end] of linesOf(piece)) {
    const record = parseDecision(decode(piece, start, end));
    if (reader.read(start) !== end) throw new Error("a record of the server was read the plain way");
    deepStrictEqual(
      [reader.record.rule, reader.record.chosen, reader.record.fallbacks],
      [record.rule, record.chosen, record.fallbacks],
    );
    deepStrictEqual(decider.destination(), destinationOf(policy, factsOfRecord(record), record.world));
    count++;
  }
}

const names = ["reading the plain way", "deciding the plain way", "reading", "reading and deciding", "all of a thread"];
const contenders = names.map((name) => {
  const worker = new Worker(new URL("contender.mjs", import.meta.url), { workerData: { directory, name, log } });
  return { name, worker, rates: [] };
});
for (let round = 0; round < 9; round++) {
  for (const { worker, rates } of contenders) {
    worker.postMessage("again");
    const [cpuSeconds] = await once(worker, "message");
    // In the first two the runtime still finds out how to run it.
    if (round > 1) rates.push(count / cpuSeconds);
  }
}
await Promise.all(contenders.map(({ worker }) => worker.terminate()));
console.log(
  `${cpus()[0]?.model}, Node ${process.version}, ${policy.set.rules.length} rules, ${count} decisions of ${Math.round(log.length / count)} bytes`,
);
for (const { name, rates } of contenders) {
  const sorted = rates.toSorted((a, b) => a - b).map((rate) => Math.round(rate).toLocaleString("en-US"));
  console.log(`${name.padEnd(22)} ${sorted[3]} decisions a CPU second (${sorted[0]} to ${sorted.at(-1)})`);
}
