import type { Worker } from "node:worker_threads";

/** Why a thread gave no answer. */
export type ThreadFault =
  | { readonly kind: "late" | "memory" }
  | { readonly kind: "unreadable" | "failed"; readonly error: Error }
  | { readonly kind: "ended"; readonly code: number };

export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  readonly fault: ThreadFault;

  constructor(fault: ThreadFault) {
    super(`a thread gave no answer: ${fault.kind}`);
    this.fault = fault;
  }
}

/**
 * The next message of a thread.
 * @param timeoutMs milliseconds that it may take.
 * @param signal aborted when nobody waits for it any more; its reason is thrown.
 * @throws NoAnswer when it is late, or the thread fails, runs out of memory or ends.
 */
export async function answerOfThread<Answer>(worker: Worker, timeoutMs: number, signal?: AbortSignal): Promise<Answer> {
  const listeners = new AbortController();
  try {
    return await new Promise<Answer>((resolve, reject) => {
      const fail = (fault: ThreadFault) => reject(new NoAnswer(fault));
      const timer = setTimeout(() => fail({ kind: "late" }), timeoutMs);
      const on = <Value>(event: string, listener: (value: Value) => void) => {
        worker.on(event, listener);
        listeners.signal.addEventListener("abort", () => worker.off(event, listener));
      };
      listeners.signal.addEventListener("abort", () => clearTimeout(timer));
      signal?.addEventListener("abort", () => reject(signal.reason), { signal: listeners.signal });
      on<Answer>("message", resolve);
      on<Error>("messageerror", (error) => fail({ kind: "unreadable", error }));
      on<NodeJS.ErrnoException>("error", (error) => {
        fail(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? { kind: "memory" } : { kind: "failed", error });
      });
      // After an answer or an error this changes nothing: a promise settles once.
      on<number>("exit", (code) => fail({ kind: "ended", code }));
    });
  } finally {
    listeners.abort();
  }
}
