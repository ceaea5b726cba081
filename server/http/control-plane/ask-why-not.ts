import { Worker } from "node:worker_threads";
import { answerOfThread, NoAnswer, type ThreadFault } from "../../answer-of-thread.js";
import type { WhyNot, WhyNotQuestion } from "./why-not-worker.js";

/**
 * Answers in a thread of its own, since the answer takes tenths of a second up to seconds. One question at a time; others wait.
 * @param signal aborted when nobody waits for the answer any more.
 * @throws WhyNotGivenUp when it takes too long or too much memory, or 16 others wait.
 */
export type AskWhyNot = (question: WhyNotQuestion, signal: AbortSignal) => Promise<WhyNot>;

export class WhyNotGivenUp extends Error {
  override readonly name = "WhyNotGivenUp";
}

export interface WhyNotOptions {
  /** The thread's module; default: the compiled `why-not-worker.js` beside this file. */
  readonly workerUrl?: URL;
  /** Milliseconds before a question is given up; default 60,000. */
  readonly timeoutMs?: number;
  /** Memory of the thread, MiB; default 512. */
  readonly memoryMb?: number;
}

/** Questions that may wait for their turn. */
const MOST_WAITING = 16;

/** A thread is started for each question and ends with its answer: questions are few, and what they load is 60 MB. */
export function createWhyNot(options: WhyNotOptions = {}): AskWhyNot {
  let queue: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return (question, signal) => {
    if (waiting > MOST_WAITING) return Promise.reject(new WhyNotGivenUp(`${MOST_WAITING} questions wait already`));
    waiting++;
    const answer = queue
      .then(() => answerInThread(question, signal, options))
      .finally(() => {
        waiting--;
      });
    queue = answer.catch(() => undefined); // the caller has the error; the next in turn goes on
    return answer;
  };
}

async function answerInThread(question: WhyNotQuestion, signal: AbortSignal, options: WhyNotOptions): Promise<WhyNot> {
  const { timeoutMs = 60_000, memoryMb = 512 } = options;
  signal.throwIfAborted();
  const worker = new Worker(options.workerUrl ?? new URL("./why-not-worker.js", import.meta.url), {
    workerData: question,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  });
  try {
    return await answerOfThread<WhyNot>(worker, timeoutMs, signal);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    throw failureOf(error.fault, timeoutMs, memoryMb);
  } finally {
    await worker.terminate();
  }
}

function failureOf(fault: ThreadFault, timeoutMs: number, memoryMb: number): Error {
  switch (fault.kind) {
    case "late":
      return new WhyNotGivenUp(`the answer takes longer than ${timeoutMs / 1000} s`);
    case "memory":
      return new WhyNotGivenUp(`the answer takes more than ${memoryMb} MiB of memory`);
    case "ended":
      return new Error(`the thread ended with exit code ${fault.code} and without an answer`);
    default:
      return fault.error;
  }
}
