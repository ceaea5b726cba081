// A thread of run.mjs: does one of the things that are measured, once a message, and answers with the CPU seconds it took. In a
// thread of its own, as `policy replay` does it, so that nothing else has run through the same code before.
import { parentPort, workerData } from "node:worker_threads";
import { factsOfRecord } from "../../dist/engine/explain/record-facts.js";
import { compilePolicy, LogReplay } from "../../dist/engine/index.js";
import { CaseMeanings } from "../../dist/engine/replay/case-meanings.js";
import { PolicyDecider } from "../../dist/engine/replay/policy-decider.js";
import { RecordReader } from "../../dist/engine/replay/records/record-reader.js";
import { destinationOf, parseDecision } from "../../dist/engine/replay/replay-decision.js";
import { readPolicyDirectory } from "../../dist/server/policy-files/read-policy-directory.js";
import { decode, linesOf, piecesOf } from "./log-pieces.mjs";

const { directory, name } = workerData;
const { value: policy } = compilePolicy(await readPolicyDirectory(directory));
const pieces = piecesOf(Buffer.from(workerData.log));
let result = 0;

function readingWith(work) {
  const reader = new RecordReader(decode);
  const decider = new PolicyDecider(policy, reader, new CaseMeanings());
  return () => {
    for (const piece of pieces) {
      reader.open(piece);
      for (let start = 0; start < piece.length; start = reader.read(start) + 1) result += work(reader.record, decider);
    }
  };
}

const contenders = {
  "reading the plain way": () => () => {
    for (const piece of pieces)
      for (const [start, end] of linesOf(piece)) result += parseDecision(decode(piece, start, end)).fallbacks.length;
  },
  "deciding the plain way": () => {
    const decisions = pieces.flatMap((piece) =>
      Array.from(linesOf(piece), ([start, end]) => {
        const record = parseDecision(decode(piece, start, end));
        return { facts: factsOfRecord(record), world: record.world };
      }),
    );
    return () => {
      for (const { facts, world } of decisions) result += destinationOf(policy, facts, world).fallbacks.length;
    };
  },
  reading: () => readingWith((record) => record.fallbacks.length),
  "reading and deciding": () => readingWith((_, decider) => decider.destination().fallbacks.length),
  "all of a thread": () => {
    // One for all rounds: what it learns of a log's form it learns once, whatever the log's length.
    const replay = new LogReplay(policy, decode);
    return () => {
      const before = replay.summary.decisions;
      for (const piece of pieces) replay.add(piece);
      const { decisions, differingCount, changed, checked } = replay.summary;
      if (differingCount + changed > 0 || checked !== decisions) throw new Error("not reproduced");
      result += decisions - before;
    };
  },
};

const work = contenders[name]();
parentPort.on("message", () => {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  if (result === 0) throw new Error("nothing was measured");
  parentPort.postMessage((user + system) / 1e6);
});
