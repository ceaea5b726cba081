import { parentPort, workerData } from "node:worker_threads";
import { type CompiledPolicy, LogReplay } from "../../engine/index.js";

// A thread of replay-logs.ts: replays pieces of a log, and answers with its sums when it is told to end.
export type ReplayMessage =
  | { readonly kind: "piece"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "baseline"; readonly policy: CompiledPolicy }
  | { readonly kind: "end" };

const { target } = workerData as { readonly target: CompiledPolicy };
const replay = new LogReplay(target, (bytes, start, end) => (bytes as Buffer).toString("utf8", start, end));

parentPort?.on("message", (message: ReplayMessage) => {
  switch (message.kind) {
    case "baseline":
      replay.addBaseline(message.policy);
      return;
    case "piece": {
      const { buffer, byteOffset, byteLength } = message.bytes;
      const before = replay.summary.decisions;
      replay.add(Buffer.from(buffer, byteOffset, byteLength));
      parentPort?.postMessage({ decisions: replay.summary.decisions - before });
      return;
    }
    case "end":
      parentPort?.postMessage({ summary: replay.summary });
      parentPort?.close();
  }
});
