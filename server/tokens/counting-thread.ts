import { Worker } from "node:worker_threads";
import { reasonOf } from "../reason-of.js";
import type { CountAnswer, CountRequest } from "./count-texts.js";

/** A thread that counts: started by the first request, and again by the next one after it failed. */
export class CountingThread {
  readonly #url: URL;
  readonly #onFailure: (message: string) => void;
  readonly #pending = new Map<number, (answer: CountAnswer) => void>();
  #worker: Worker | undefined;

  constructor(url: URL, onFailure: (message: string) => void) {
    this.#url = url;
    this.#onFailure = onFailure;
  }

  count(request: CountRequest, limitMs: number): Promise<CountAnswer> {
    return new Promise((resolve) => {
      const settle = (answer: CountAnswer): void => {
        clearTimeout(timer);
        this.#pending.delete(request.id);
        resolve(answer);
      };
      // The thread gives up by itself at the deadline; this answers when it is too busy to say so.
      const timer = setTimeout(
        () => settle({ id: request.id, failure: "too_late", message: "no answer from the counting thread" }),
        limitMs,
      );
      this.#pending.set(request.id, settle);
      this.#worker ??= this.#start();
      this.#worker.postMessage(request);
    });
  }

  /** Ends the thread; who waits for it gets a failure. */
  async close(): Promise<void> {
    const ending = this.#worker;
    this.#worker = undefined;
    this.#failAll("the counter was closed");
    await ending?.terminate();
  }

  #start(): Worker {
    // Pieces of texts die young: a young generation of the usual 48 MiB would only be kept.
    const started = new Worker(this.#url, { resourceLimits: { maxYoungGenerationSizeMb: 2 } });
    const fail = (message: string): void => {
      if (this.#worker !== started) return;
      this.#worker = undefined;
      this.#onFailure(message);
      this.#failAll(message);
    };
    started.on("message", (answer: CountAnswer) => this.#pending.get(answer.id)?.(answer));
    started.on("error", (error: unknown) => {
      fail(`the counting thread failed: ${reasonOf(error)}`);
    });
    started.on("exit", (code) => fail(`the counting thread ended with exit code ${code}`));
    // A count that somebody waits for has a timer, which keeps the process; an idle thread must not.
    started.unref();
    return started;
  }

  #failAll(message: string): void {
    for (const [id, settle] of [...this.#pending]) settle({ id, failure: "failed", message });
  }
}
