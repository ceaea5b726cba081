import { setImmediate as nextTurn } from "node:timers/promises";
import { type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { type Diagnostic, PolicyJoiner, type PolicyPiece, type Rule, type SourceFile } from "../../engine/serving.js";
import { answerOfThread, NoAnswer, type ThreadFault } from "../answer-of-thread.js";
import type { FailedTest } from "./failed-tests.js";
import type { CompilePolicyFiles, CompileResult } from "./policy-store.js";

export interface PolicyCompilerOptions {
  /** The thread's module; default: the compiled `compile-worker.js` beside this file. */
  readonly workerUrl?: URL;
  /** Milliseconds before a compilation is given up; default 60,000. */
  readonly timeoutMs?: number;
  /** Memory of the thread, MiB; a policy that needs more is refused and the server lives on. Default 2,048. */
  readonly memoryMb?: number;
  /**
   * Milliseconds without work after which the thread is ended if the last policy was small; after the first one, which no edit
   * need follow, it is ended at once. Default 60,000.
   */
  readonly idleMs?: number;
}

/** Characters of a policy that is read again in some 0.2 s: what a thread remembers of it is not worth its 40 MB. */
const SMALL = 128 * 1024;
/** Young generation of the thread, MiB. By default it grows to 48; with 16 reading 10,000 rules takes no longer. */
const YOUNG_MB = 16;

export interface PolicyCompiler {
  /**
   * Reads, compiles and, for the gate, tests policy files in a thread of its own, so that the event loop goes on serving. One compilation at a time;
   * others wait for their turn.
   * @throws CompileFailure when the thread crashes, runs out of memory, or takes longer than `timeoutMs`.
   */
  readonly compile: CompilePolicyFiles;
  /** Ends the thread. */
  close(): Promise<void>;
}

/** What the thread is asked. */
export interface CompileRequest {
  readonly files: readonly SourceFile[];
  /** Whether the tests of a sound set are run. */
  readonly gate: boolean;
}
/** What the thread answers. */
export interface CompileAnswer {
  readonly diagnostics: readonly Diagnostic[];
  readonly failedTests?: readonly FailedTest[];
  /** The policy's pieces, all there; absent when there is an error. */
  readonly pieces?: MessagePort;
}

/** The compiling thread ended without an answer: a fault in Routewright or a lack of memory, not a policy error as such. */
export class CompileFailure extends Error {
  override readonly name = "CompileFailure";
}

/**
 * Makes a compiler. Its thread lives on and remembers what it has read: of an edit only the edited file is parsed (10,000 rules
 * take 2 s to read, one file of 100 of them 20 ms), and only new rules are handed over. After a small policy it is ended when there
 * is nothing to do, and started again by the next edit.
 * A thread that failed is replaced at once, so that the next edit does not wait for a start of 0.2 to 1 s.
 */
export function createPolicyCompiler(options: PolicyCompilerOptions = {}): PolicyCompiler {
  const { timeoutMs = 60_000, memoryMb = 2_048, idleMs = 60_000 } = options;
  const workerUrl = options.workerUrl ?? new URL("./compile-worker.js", import.meta.url);
  let thread: CompilingThread | undefined;
  let isClosed = false;
  let queue: Promise<unknown> = Promise.resolve();
  let idle: NodeJS.Timeout | undefined;
  let isFirst = true;

  const ready = (): CompilingThread => {
    if (thread === undefined) {
      const started = new CompilingThread(workerUrl, memoryMb);
      thread = started;
      started.onEnd(() => {
        if (thread === started) thread = undefined;
      });
    }
    return thread;
  };

  const endWhenIdle = ({ files }: CompileRequest, own: CompilingThread) => {
    const afterMs = isFirst ? 0 : idleMs;
    isFirst = false;
    if (files.reduce((sum, { text }) => sum + text.length, 0) > SMALL) return;
    idle = setTimeout(() => {
      if (thread === own) thread = undefined;
      void own.end();
    }, afterMs);
    idle.unref();
  };

  const compileNow = async (request: CompileRequest): Promise<CompileResult> => {
    clearTimeout(idle);
    const own = ready();
    try {
      const result = await own.compile(request, timeoutMs);
      endWhenIdle(request, own);
      return result;
    } catch (error) {
      if (thread === own) thread = undefined;
      await own.end();
      if (!isClosed) ready();
      throw error;
    }
  };

  return {
    compile(files, gate = false) {
      const result = queue.then(() => compileNow({ files, gate }));
      queue = result.catch(() => undefined); // the caller has the error; the next in turn goes on
      return result;
    },
    async close() {
      isClosed = true;
      clearTimeout(idle);
      await thread?.end();
    },
  };
}

class CompilingThread {
  readonly #worker: Worker;
  readonly #memoryMb: number;
  /** The rules that the thread knows to be here. */
  #rules: readonly Rule[] = [];

  constructor(url: URL, memoryMb: number) {
    this.#memoryMb = memoryMb;
    const resourceLimits = { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: YOUNG_MB };
    this.#worker = new Worker(url, { resourceLimits });
    this.#worker.on("error", () => undefined); // said by the compilation that it fails, or by the next one
    this.#worker.unref();
  }

  onEnd(listener: () => void): void {
    this.#worker.once("exit", listener);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  async compile(request: CompileRequest, timeoutMs: number): Promise<CompileResult> {
    this.#worker.ref();
    const { diagnostics, pieces, failedTests = [] } = await this.#answer(request, timeoutMs);
    this.#worker.unref();
    if (pieces === undefined) return { diagnostics };
    const joiner = new PolicyJoiner(this.#rules);
    for (;;) {
      const received = receiveMessageOnPort(pieces) as { readonly message: PolicyPiece } | undefined;
      if (received === undefined) break;
      joiner.add(received.message);
      await nextTurn(); // requests are served between two pieces
    }
    pieces.close();
    const value = joiner.finish(request.files);
    this.#rules = value.set.rules;
    return { value, diagnostics, failedTests };
  }

  async #answer(request: CompileRequest, timeoutMs: number): Promise<CompileAnswer> {
    const answer = answerOfThread<CompileAnswer>(this.#worker, timeoutMs);
    this.#worker.postMessage(request);
    try {
      return await answer;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      const { fault } = error;
      const cause = "error" in fault ? fault.error : undefined;
      throw new CompileFailure(this.#sentenceOn(fault, timeoutMs), cause === undefined ? undefined : { cause });
    }
  }

  #sentenceOn(fault: ThreadFault, timeoutMs: number): string {
    switch (fault.kind) {
      case "late":
        return `compiling the policy took longer than ${timeoutMs} ms and was given up`;
      case "memory":
        return `compiling the policy needs more than ${this.#memoryMb} MiB of memory; split or shorten it`;
      case "unreadable":
        return `the compiling thread's answer cannot be read: ${fault.error.message}`;
      case "failed":
        return `the compiling thread failed: ${fault.error.message}`;
      case "ended":
        return `the compiling thread ended with exit code ${fault.code} and without an answer`;
    }
  }
}
