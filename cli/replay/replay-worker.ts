import { parentPort, workerData } from "node:worker_threads";
import { type CompiledPolicy, emptySummary, replayLines } from "../../engine/index.js";

// A thread of replay-logs.ts: replays pieces of a log, and answers with its sums when it is told to end.
export type ReplayMessage =
  | { readonly kind: "lines"; readonly lines: readonly string[] }
  | { readonly kind: "baseline"; readonly policy: CompiledPolicy }
  | { readonly kind: "end" };

const { target } = workerData as { readonly target: CompiledPolicy };
const baselines = new Map<string, CompiledPolicy>();
const summary = emptySummary();

parentPort?.on("message", (message: ReplayMessage) => {
  switch (message.kind) {
    case "baseline":
      baselines.set(message.policy.revision, message.policy);
      return;
    case "lines":
      replayLines(message.lines, { target, baselines }, summary, () => performance.now());
      parentPort?.postMessage({ decisions: message.lines.length });
      return;
    case "end":
      parentPort?.postMessage({ summary });
      parentPort?.close();
  }
});
