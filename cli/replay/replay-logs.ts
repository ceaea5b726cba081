import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import {
  type CompiledPolicy,
  compilePolicy,
  emptySummary,
  mergeSummaries,
  type ReplaySummary,
} from "../../engine/index.js";
import type { LoggedPolicy, LogPiece } from "./log-piece.js";
import { readLog } from "./read-log.js";
import type { ReplayMessage } from "./replay-worker.js";

/** Pieces that wait at one thread: enough that it never waits, few enough that memory stays small. */
const MAX_WAITING = 4;

export interface ReplayOptions {
  readonly logs: readonly string[];
  readonly target: CompiledPolicy;
  /** Policies that decisions were made under, besides those that stand in the logs. */
  readonly baselines: readonly CompiledPolicy[];
  readonly threads?: number;
  readonly onProgress: (decisions: number, bytes: number) => void;
}

/** Replays logs on all cores. Memory does not grow with the logs. */
export async function replayLogs(options: ReplayOptions): Promise<ReplaySummary> {
  const count = options.threads ?? availableParallelism();
  const threads = Array.from(
    { length: count },
    () => new ReplayThread(options.target, (decisions) => options.onProgress(decisions, 0)),
  );
  try {
    for (const policy of options.baselines) for (const thread of threads) thread.send({ kind: "baseline", policy });
    const known = new Set([options.target.revision, ...options.baselines.map(({ revision }) => revision)]);
    for (const log of options.logs) {
      for await (const piece of readLog(log)) await distribute(piece, threads, known, options.onProgress);
    }
    const total = emptySummary();
    for (const summary of await Promise.all(threads.map((thread) => thread.end()))) mergeSummaries(total, summary);
    return total;
  } finally {
    await Promise.all(threads.map((thread) => thread.stop()));
  }
}

async function distribute(
  { bytes, policies, read }: LogPiece,
  threads: readonly ReplayThread[],
  known: Set<string>,
  onProgress: ReplayOptions["onProgress"],
): Promise<void> {
  for (const logged of policies) {
    if (known.has(logged.revision)) continue;
    known.add(logged.revision);
    const policy = compileLogged(logged);
    if (policy !== undefined) for (const thread of threads) thread.send({ kind: "baseline", policy });
  }
  if (bytes.length === 0) return;
  await Promise.race(threads.map((thread) => thread.hasRoom()));
  const thread = threads.toSorted((a, b) => a.waiting - b.waiting)[0];
  thread?.send({ kind: "piece", bytes });
  onProgress(0, read);
}

/** A policy of a log; undefined when this version of Routewright makes something else of it. */
function compileLogged({ revision, files }: LoggedPolicy): CompiledPolicy | undefined {
  const { value } = compilePolicy(files);
  return value?.revision === revision ? value : undefined;
}

class ReplayThread {
  waiting = 0;
  readonly #worker: Worker;
  #wake: () => void = () => undefined;
  #ended: (summary: ReplaySummary) => void = () => undefined;
  #failed: (error: Error) => void = () => undefined;
  #error: Error | undefined;

  constructor(target: CompiledPolicy, onDecisions: (decisions: number) => void) {
    this.#worker = new Worker(new URL("./replay-worker.js", import.meta.url), { workerData: { target } });
    this.#worker.on("message", (message: { decisions?: number; summary?: ReplaySummary }) => {
      if (message.summary !== undefined) this.#ended(message.summary);
      else {
        onDecisions(message.decisions ?? 0);
        this.waiting--;
        this.#wake();
      }
    });
    this.#worker.on("error", (error) => {
      this.#error = error as Error;
      this.#wake();
      this.#failed(error as Error);
    });
  }

  send(message: ReplayMessage): void {
    if (message.kind !== "piece") {
      this.#worker.postMessage(message);
      return;
    }
    this.waiting++;
    this.#worker.postMessage(message, [message.bytes.buffer]);
  }

  /** Waits until it has fewer pieces than it may have. @throws what ended it. */
  async hasRoom(): Promise<void> {
    while (this.waiting >= MAX_WAITING && this.#error === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#error !== undefined) throw this.#error;
  }

  end(): Promise<ReplaySummary> {
    return new Promise((resolve, reject) => {
      if (this.#error !== undefined) reject(this.#error);
      this.#ended = resolve;
      this.#failed = reject;
      this.send({ kind: "end" });
    });
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
