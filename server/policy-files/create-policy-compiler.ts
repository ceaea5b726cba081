import { Worker } from "node:worker_threads";
import type { CompilePolicyFiles, CompileResult } from "./policy-store.js";

export interface PolicyCompilerOptions {
  /** The thread's module; default: the compiled `compile-worker.js` beside this file. */
  readonly workerUrl?: URL;
  /** Milliseconds before a compilation is given up; default 60,000. */
  readonly timeoutMs?: number;
  /** Memory of the thread, MiB; a policy that needs more is refused and the server lives on. Default 2,048. */
  readonly memoryMb?: number;
}

export interface PolicyCompiler {
  /**
   * Reads and compiles policy files in a thread of its own, so that the event loop goes on serving.
   * @throws CompileFailure when the thread crashes, runs out of memory, or takes longer than `timeoutMs`.
   */
  readonly compile: CompilePolicyFiles;
  /** Ends the thread that waits for the next compilation. */
  close(): Promise<void>;
}

/** The compiling thread ended without an answer: a fault in Routewright or a lack of memory, not a policy error as such. */
export class CompileFailure extends Error {
  override readonly name = "CompileFailure";
}

/**
 * Makes a compiler. Each compilation has a thread of its own, which ends after it: 10,000 rules need up to 500 MB while
 * they are compiled, which are given back this way. Starting a thread and loading the engine takes 0.2 s, and a second on a
 * busy machine, so after each compilation the thread for the next one is started (some 30 MB): an edit does not wait for it.
 */
export function createPolicyCompiler(options: PolicyCompilerOptions = {}): PolicyCompiler {
  const { timeoutMs = 60_000, memoryMb = 2_048 } = options;
  const workerUrl = options.workerUrl ?? new URL("./compile-worker.js", import.meta.url);
  let spare: Worker | undefined;
  let isClosed = false;

  const start = () => new Worker(workerUrl, { resourceLimits: { maxOldGenerationSizeMb: memoryMb } });

  const prepareNext = () => {
    if (isClosed || spare !== undefined) return;
    const next = start();
    spare = next;
    next.unref();
    const forget = () => {
      if (spare === next) spare = undefined;
    };
    next.once("error", forget).once("exit", forget); // the next compilation starts another, and says what is wrong
  };

  const takeWorker = (): Worker => {
    const worker = spare ?? start();
    spare = undefined;
    worker.removeAllListeners("error").removeAllListeners("exit");
    worker.ref();
    return worker;
  };

  return {
    async compile(files) {
      const worker = takeWorker();
      try {
        return await new Promise<CompileResult>((resolve, reject) => {
          const fail = (message: string, cause?: unknown) => {
            clearTimeout(timer);
            reject(new CompileFailure(message, cause === undefined ? undefined : { cause }));
          };
          const timer = setTimeout(
            () => fail(`compiling the policy took longer than ${timeoutMs} ms and was given up`),
            timeoutMs,
          );
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
          worker.once("exit", (code) =>
            fail(`the compiling thread ended with exit code ${code} and without an answer`),
          );
          worker.postMessage(files);
        });
      } finally {
        void worker.terminate();
        prepareNext();
      }
    },
    async close() {
      isClosed = true;
      await spare?.terminate();
    },
  };
}
