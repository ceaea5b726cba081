import { Worker } from "node:worker_threads";
import { tokenBounds } from "../../engine/serving.js";
import { type CountAnswer, type CountRequest, countTexts } from "./count-texts.js";
import type { BoundedReason, TokenCount, TokenCounter } from "./token-counter.js";

export interface TokenCounterOptions {
  /** `main` counts in the calling thread: for tests and short-lived commands. Default `worker`. */
  readonly runIn?: "worker" | "main";
  /** UTF-16 units of all texts of one count; more is answered with the upper bound. Default 8 Mi (8,388,608). */
  readonly maxCharacters?: number;
  /** Milliseconds from the call to the answer, waiting for other counts and loading included. Default 2,000. */
  readonly timeLimitMs?: number;
  /** The thread's module; default: the compiled `count-worker.js` beside this file. */
  readonly workerUrl?: URL;
  /** Epoch milliseconds. Default `Date.now`; the thread itself always uses that. */
  readonly now?: () => number;
  /** Called when the thread fails; it is started again by the next count. Default: nothing. */
  readonly onFailure?: (message: string) => void;
}

/** Makes a counter. No thread is started and nothing is loaded before the first count, or `prepare()`. */
export function createTokenCounter(options: TokenCounterOptions = {}): TokenCounter {
  const { maxCharacters = 8 * 1024 * 1024, timeLimitMs = 2_000, now = Date.now, onFailure } = options;
  const pending = new Map<number, (answer: CountAnswer) => void>();
  let worker: Worker | undefined;
  let isClosed = false;
  let lastId = 0;
  let requests = 0;
  let exactNeeded = 0;
  let bounded = 0;

  const failAll = (message: string): void => {
    for (const [id, settle] of [...pending]) settle({ id, failure: "failed", message });
  };

  const startWorker = (): Worker => {
    // Pieces of texts die young: a young generation of the usual 48 MiB would only be kept.
    const resourceLimits = { maxYoungGenerationSizeMb: 2 };
    const started = new Worker(options.workerUrl ?? new URL("./count-worker.js", import.meta.url), { resourceLimits });
    const fail = (message: string): void => {
      if (worker !== started) return;
      worker = undefined;
      onFailure?.(message);
      failAll(message);
    };
    started.on("message", (answer: CountAnswer) => pending.get(answer.id)?.(answer));
    started.on("error", (error: unknown) => {
      fail(`the counting thread failed: ${error instanceof Error ? error.message : String(error)}`);
    });
    started.on("exit", (code) => fail(`the counting thread ended with exit code ${code}`));
    // A count that somebody waits for has a timer, which keeps the process; an idle thread must not.
    started.unref();
    return started;
  };

  const countInWorker = (request: CountRequest, limitMs: number): Promise<CountAnswer> =>
    new Promise((resolve) => {
      const settle = (answer: CountAnswer): void => {
        clearTimeout(timer);
        pending.delete(request.id);
        resolve(answer);
      };
      // The thread gives up by itself at the deadline; this answers when it is too busy to say so.
      const timer = setTimeout(
        () => settle({ id: request.id, failure: "too_late", message: "no answer from the counting thread" }),
        limitMs,
      );
      pending.set(request.id, settle);
      worker ??= startWorker();
      worker.postMessage(request);
    });

  const ask = (texts: readonly string[], limitMs: number): Promise<CountAnswer> => {
    lastId++;
    const request = { id: lastId, texts, deadline: now() + limitMs };
    return options.runIn === "main" ? countTexts(request, now) : countInWorker(request, limitMs);
  };

  const bound = (texts: readonly string[], why: BoundedReason): TokenCount => {
    bounded++;
    return { tokens: tokenBounds(texts).upper, how: "bounded", why };
  };

  return {
    async count(texts) {
      exactNeeded++;
      if (isClosed) return bound(texts, "closed");
      const characters = texts.reduce((sum, text) => sum + text.length, 0);
      if (characters > maxCharacters) return bound(texts, "too_long");
      const answer = await ask(texts, timeLimitMs);
      if ("tokens" in answer) return { tokens: answer.tokens, how: "exact" };
      return bound(texts, isClosed ? "closed" : answer.failure);
    },
    noteRequest() {
      requests++;
    },
    async prepare() {
      if (!isClosed) await ask([], 60_000);
    },
    stats: () => ({ requests, exactNeeded, bounded }),
    async close() {
      isClosed = true;
      const ending = worker;
      worker = undefined;
      failAll("the counter was closed");
      await ending?.terminate();
    },
  };
}
