import { type CountAnswer, countTexts } from "./count-texts.js";
import { CountingThread } from "./counting-thread.js";
import type { BoundedReason, TokenCount, TokenCounter } from "./token-counter.js";

export interface TokenCounterOptions {
  /** `main` counts in the calling thread: for tests and short-lived commands. Default `worker`. */
  readonly runIn?: "worker" | "main";
  /** UTF-16 units of all texts of one count; more is not counted. Default 8 Mi (8,388,608). */
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
  const { maxCharacters = 8 * 1024 * 1024, timeLimitMs = 2_000, now = Date.now, onFailure = () => undefined } = options;
  const workerUrl = options.workerUrl ?? new URL("./count-worker.js", import.meta.url);
  const thread = new CountingThread(workerUrl, onFailure);
  let isClosed = false;
  let lastId = 0;
  let requests = 0;
  let exactNeeded = 0;
  let bounded = 0;

  const ask = (texts: readonly string[], limitMs: number): Promise<CountAnswer> => {
    lastId++;
    const request = { id: lastId, texts, deadline: now() + limitMs };
    return options.runIn === "main" ? countTexts(request, now) : thread.count(request, limitMs);
  };

  const bound = (why: BoundedReason): TokenCount => {
    bounded++;
    return { how: "bounded", why };
  };

  return {
    async count(texts) {
      exactNeeded++;
      if (isClosed) return bound("closed");
      const characters = texts.reduce((sum, text) => sum + text.length, 0);
      if (characters > maxCharacters) return bound("too_long");
      const answer = await ask(texts, timeLimitMs);
      if ("tokens" in answer) return { tokens: answer.tokens, how: "exact" };
      return bound(isClosed ? "closed" : answer.failure);
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
      await thread.close();
    },
  };
}
