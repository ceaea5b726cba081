// How fast `policy replay` is on one thread, in CPU time: reading the log, reading and deciding, and all a thread does; beside
// them the plain way (parse, decide, rank), against which the fast one is checked first. write-log.mjs says what the logs are.
// node bench/replay/run.mjs [POLICY_DIR] [DECISIONS] [traffic|unlike|edges]      (after `npm run build`)
import { deepStrictEqual } from "node:assert";
import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { factsOfRecord } from "../../dist/engine/explain/record-facts.js";
import { compilePolicy, LogReplay } from "../../dist/engine/index.js";
import { CaseMeanings } from "../../dist/engine/replay/case-meanings.js";
import { PolicyDecider } from "../../dist/engine/replay/policy-decider.js";
import { RecordReader } from "../../dist/engine/replay/record-reader.js";
import { destinationOf, parseDecision } from "../../dist/engine/replay/replay-decision.js";
import { readPolicyDirectory } from "../../dist/server/policy-files/read-policy-directory.js";

const [directory = "policies", count = "20000", kind = "traffic"] = process.argv.slice(2);
const { value: policy } = compilePolicy(await readPolicyDirectory(directory));
const written = spawnSync(process.execPath, ["bench/replay/write-log.mjs", directory, count, kind], {
  maxBuffer: 2 ** 31,
});
const log = written.stdout.subarray(written.stdout.indexOf("\n") + 1);
const decode = (bytes, start, end) => bytes.toString("utf8", start, end);

/** Pieces of 256 kB of whole lines, as `policy replay` hands them to its threads. */
const pieces = [];
for (let start = 0; start < log.length; ) {
  const end = log.lastIndexOf("\n", start + (1 << 18)) + 1;
  pieces.push(Buffer.from(log.subarray(start, end)));
  start = end;
}
function* linesOf(piece) {
  for (let start = 0; start < piece.length; ) {
    const end = piece.indexOf("\n", start);
    yield [start, end];
    start = end + 1;
  }
}
const reader = new RecordReader(decode);
const decider = new PolicyDecider(policy, reader, new CaseMeanings());
const eachRead = (work) => {
  for (const piece of pieces) {
    reader.open(piece);
    for (const [start, end] of linesOf(piece)) work(reader.read(start), piece, start, end);
  }
};

const decisions = [];
eachRead((isRead, piece, start, end) => {
  const record = parseDecision(decode(piece, start, end));
  if (isRead !== end) throw new Error("a record of the server was read the plain way");
  const facts = factsOfRecord(record);
  deepStrictEqual(
    [reader.record.rule, reader.record.chosen, reader.record.fallbacks],
    [record.rule, record.chosen, record.fallbacks],
  );
  deepStrictEqual(decider.destination(), destinationOf(policy, facts, record.world));
  decisions.push({ facts, world: record.world });
});

const cpuSeconds = (work) => {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
};
let result = 0;
// One for all rounds: what it learns of a log's form it learns once, whatever the log's length.
const replay = new LogReplay(policy, decode);
const contenders = {
  "reading the plain way": () => {
    for (const piece of pieces)
      for (const [start, end] of linesOf(piece)) result += parseDecision(decode(piece, start, end)).fallbacks.length;
  },
  "deciding the plain way": () => {
    for (const { facts, world } of decisions) result += destinationOf(policy, facts, world).fallbacks.length;
  },
  reading: () => eachRead(() => (result += reader.record.fallbacks.length)),
  "reading and deciding": () => eachRead(() => (result += decider.destination().fallbacks.length)),
  "all of a thread": () => {
    const before = replay.summary.decisions;
    for (const piece of pieces) replay.add(piece);
    const { differingCount, changed, checked } = replay.summary;
    if (differingCount + changed > 0 || checked - before !== decisions.length) throw new Error("not reproduced");
  },
};
const rates = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
for (let round = 0; round < 7; round++) {
  for (const [name, work] of Object.entries(contenders)) rates[name].push(decisions.length / cpuSeconds(work));
}
console.log(
  `${cpus()[0]?.model}, Node ${process.version}, ${policy.set.rules.length} rules, ${decisions.length} decisions of ${Math.round(log.length / decisions.length)} bytes`,
);
for (const [name, measured] of Object.entries(rates)) {
  const sorted = measured.toSorted((a, b) => a - b).map((rate) => Math.round(rate).toLocaleString("en-US"));
  console.log(`${name.padEnd(22)} ${sorted[3]} decisions a CPU second (${sorted[0]} to ${sorted.at(-1)})`);
}
if (result === 0) throw new Error("nothing was measured");
