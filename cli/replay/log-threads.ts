import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { CompiledPolicy } from "../../engine/compiling.js";
import type { LoggedPolicy } from "./log-piece.js";
import type { LogAnswer, LogMessage, LogResult, LogWork } from "./log-worker.js";
import { PieceMemory } from "./piece-memory.js";
import { readLog } from "./read-log.js";

/** Pieces that wait at one thread: enough that it never waits, few enough that memory stays small. */
const MAX_WAITING = 4;

export interface ReadOptions<Kind extends LogWork["kind"]> {
  readonly logs: readonly string[];
  readonly work: Extract<LogWork, { readonly kind: Kind }>;
  /** Default: all cores. */
  readonly threads?: number | undefined;
  /** A policy that stands in a log. @returns what the threads are told of it. */
  readonly onPolicy?: (policy: LoggedPolicy) => CompiledPolicy | undefined;
  readonly onProgress: (decisions: number, bytes: number) => void;
}

/**
 * Reads logs and works on their decisions on all cores. Memory does not grow with the logs.
 * @param baselines policies that every thread is told of first.
 * @returns the sums of each thread.
 */
export async function workOnLogs<Kind extends LogWork["kind"]>(
  options: ReadOptions<Kind>,
  baselines: readonly CompiledPolicy[] = [],
): Promise<readonly LogResult[Kind][]> {
  const { logs, work, onPolicy, onProgress } = options;
  const memory = new PieceMemory();
  const onDone = (decisions: number, used: SharedArrayBuffer) => {
    memory.giveBack(used);
    onProgress(decisions, 0);
  };
  const threads = Array.from({ length: options.threads ?? availableParallelism() }, () => new LogThread(work, onDone));
  const tell = (policy: CompiledPolicy) => {
    for (const thread of threads) thread.send({ kind: "baseline", policy });
  };
  try {
    for (const policy of baselines) tell(policy);
    for (const log of logs) {
      for await (const { bytes, policies, read } of readLog(log, memory)) {
        for (const logged of policies) {
          const policy = onPolicy?.(logged);
          if (policy !== undefined) tell(policy);
        }
        if (bytes.length === 0) continue;
        await Promise.race(threads.map((thread) => thread.hasRoom()));
        threads.toSorted((a, b) => a.waiting - b.waiting)[0]?.send({ kind: "piece", bytes });
        onProgress(0, read);
      }
    }
    return await Promise.all(threads.map((thread) => thread.end()));
  } finally {
    await Promise.all(threads.map((thread) => thread.stop()));
  }
}

class LogThread<Kind extends LogWork["kind"]> {
  waiting = 0;
  readonly #worker: Worker;
  #wake: () => void = () => undefined;
  #ended: (summary: LogResult[Kind]) => void = () => undefined;
  #failed: (error: Error) => void = () => undefined;
  #error: Error | undefined;

  constructor(
    work: Extract<LogWork, { readonly kind: Kind }>,
    onDone: (decisions: number, used: SharedArrayBuffer) => void,
  ) {
    this.#worker = new Worker(new URL("./log-worker.js", import.meta.url), { workerData: work });
    this.#worker.on("message", (message: LogAnswer<LogResult[Kind]>) => {
      if ("summary" in message) this.#ended(message.summary);
      else {
        onDone(message.decisions, message.memory);
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

  send(message: LogMessage): void {
    if (message.kind === "piece") this.waiting++;
    this.#worker.postMessage(message);
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

  end(): Promise<LogResult[Kind]> {
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
