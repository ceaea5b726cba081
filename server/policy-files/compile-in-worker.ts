import { Worker } from "node:worker_threads";
import type { SourceFile } from "../../engine/index.js";
import type { CompileResult } from "./policy-store.js";

export interface CompileInWorkerOptions {
  /** The thread's module; default: the compiled `compile-worker.js` beside this file. */
  readonly workerUrl?: URL;
  /** Milliseconds before a compilation is given up; default 60,000. */
  readonly timeoutMs?: number;
  /** Memory of the thread, MiB; a policy that needs more is refused and the server lives on. Default 2,048. */
  readonly memoryMb?: number;
}

/** The compiling thread ended without an answer: a fault in Routewright or a lack of memory, not a policy error as such. */
export class CompileFailure extends Error {
  override readonly name = "CompileFailure";
}

/**
 * Reads and compiles policy files in a thread of its own, so that the event loop goes on serving.
 *
 * A thread is started for each compilation (about 0.1 to 0.2 s with its imports) and ends after it: 10,000 rules need
 * up to 500 MB while they are compiled, which are given back this way.
 *
 * @throws CompileFailure when the thread crashes, runs out of memory, or takes longer than `timeoutMs`.
 */
export function compileInWorker(
  files: readonly SourceFile[],
  options: CompileInWorkerOptions = {},
): Promise<CompileResult> {
  const { timeoutMs = 60_000, memoryMb = 2_048 } = options;
  return new Promise((resolve, reject) => {
    const worker = new Worker(options.workerUrl ?? new URL("./compile-worker.js", import.meta.url), {
      workerData: { files },
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    });
    const timer = setTimeout(
      () => fail(`compiling the policy took longer than ${timeoutMs} ms and was given up`),
      timeoutMs,
    );
    const fail = (message: string, cause?: unknown) => {
      clearTimeout(timer);
      reject(new CompileFailure(message, cause === undefined ? undefined : { cause }));
      void worker.terminate();
    };
    worker.once("message", (result: CompileResult) => {
      clearTimeout(timer);
      resolve(result);
    });
    worker.once("messageerror", (error) =>
      fail(`the compiling thread's answer cannot be read: ${error.message}`, error),
    );
    worker.once("error", (error: unknown) => {
      const { code, message } = error as NodeJS.ErrnoException;
      fail(
        code === "ERR_WORKER_OUT_OF_MEMORY"
          ? `compiling the policy needs more than ${memoryMb} MiB of memory; split or shorten it`
          : `the compiling thread failed: ${message}`,
        error,
      );
    });
    // After an answer or an error this changes nothing: a promise settles once.
    worker.once("exit", (code) => fail(`the compiling thread ended with exit code ${code} and without an answer`));
  });
}
