import { parentPort, workerData } from "node:worker_threads";
import {
  type CompiledPolicy,
  type Decode,
  type DiffTraffic,
  LogReplay,
  LogTraffic,
  type ReplaySummary,
} from "../../engine/logs.js";

/** What is done with the decisions of a log. */
export type LogWork =
  | { readonly kind: "replay"; readonly target: CompiledPolicy }
  | {
      readonly kind: "traffic";
      readonly before: CompiledPolicy;
      readonly after: CompiledPolicy;
      readonly changes: ConstructorParameters<typeof LogTraffic>[2];
    };
export interface LogResult {
  readonly replay: ReplaySummary;
  readonly traffic: DiffTraffic;
}

// A thread of log-threads.ts: works on pieces of a log, and answers with its sums when it is told to end.
export type LogMessage =
  | { readonly kind: "piece"; readonly bytes: Uint8Array<SharedArrayBuffer> }
  | { readonly kind: "baseline"; readonly policy: CompiledPolicy }
  | { readonly kind: "end" };

/** What it answers to a piece, whose memory it is done with, and at the end. */
export type LogAnswer<Summary> =
  | { readonly decisions: number; readonly memory: SharedArrayBuffer }
  | { readonly summary: Summary };

const decode: Decode = (bytes, start, end) => (bytes as Buffer).toString("utf8", start, end);
const work = workerData as LogWork;
const sums =
  work.kind === "replay"
    ? new LogReplay(work.target, decode)
    : new LogTraffic(work.before, work.after, work.changes, decode);
const decisionsOf = () => (sums instanceof LogReplay ? sums.summary.decisions : sums.summary.all.decisions);

parentPort?.on("message", (message: LogMessage) => {
  switch (message.kind) {
    case "baseline":
      if (sums instanceof LogReplay) sums.addBaseline(message.policy);
      return;
    case "piece": {
      const { buffer, byteOffset, byteLength } = message.bytes;
      const before = decisionsOf();
      sums.add(Buffer.from(buffer, byteOffset, byteLength));
      parentPort?.postMessage({ decisions: decisionsOf() - before, memory: buffer });
      return;
    }
    case "end":
      parentPort?.postMessage({ summary: sums.summary });
      parentPort?.close();
  }
});
