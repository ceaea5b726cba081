import { LRUCache } from "lru-cache";
import type { ClientPresence } from "./answers/client-presence.js";

/** All answers together, and one of them, bytes. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_ANSWER_BYTES = 1024 * 1024;
/** Counted for each beside its bytes: key and bookkeeping. */
const ENTRY_BYTES = 512;

/** An answer as the provider gave it: whole, or the events of a stream that is complete, without its `[DONE]`. */
export type CachedAnswer =
  | { readonly kind: "whole"; readonly body: Buffer }
  | { readonly kind: "stream"; readonly events: readonly Buffer[]; readonly last: Buffer | undefined };

/** Answers for identical requests, in memory; the least recently used go first. */
export class ResponseCache {
  readonly #answers = new LRUCache<string, CachedAnswer>({
    maxSize: MAX_BYTES,
    maxEntrySize: MAX_ANSWER_BYTES + ENTRY_BYTES,
    sizeCalculation: (answer) => bytesOf(answer) + ENTRY_BYTES,
  });
  readonly #underWay = new Map<string, Promise<CachedAnswer | undefined>>();

  /**
   * The answer that is kept, or that an identical request under way gets: then this one waits for it, once. Undefined: the
   * caller makes the call, within {@link make}.
   */
  async find(key: string, client: ClientPresence): Promise<CachedAnswer | undefined> {
    const known = this.#answers.get(key);
    const other = known === undefined ? this.#underWay.get(key) : undefined;
    return other === undefined ? known : await unlessGone(other, client);
  }

  /**
   * Makes an answer and keeps it; identical requests that come meanwhile wait for it. When it fails, or is not to be kept,
   * each of them makes its own call.
   */
  async make<Made>(
    key: string,
    ttlMs: number,
    work: () => Promise<Made>,
    answerOf: (made: Made) => CachedAnswer | undefined,
  ): Promise<Made> {
    let tell: (answer: CachedAnswer | undefined) => void = () => undefined;
    if (!this.#underWay.has(key)) {
      const promise = new Promise<CachedAnswer | undefined>((resolve) => {
        tell = (answer) => {
          this.#underWay.delete(key);
          resolve(answer);
        };
      });
      this.#underWay.set(key, promise);
    }
    let answer: CachedAnswer | undefined;
    try {
      const made = await work();
      answer = answerOf(made);
      if (answer !== undefined) this.#answers.set(key, answer, { ttl: ttlMs });
      return made;
    } finally {
      tell(answer);
    }
  }
}

/** Whether an answer of so many bytes is kept. */
export function isKept(bytes: number): boolean {
  return bytes <= MAX_ANSWER_BYTES;
}

function bytesOf(answer: CachedAnswer): number {
  return answer.kind === "whole" ? answer.body.length : answer.events.reduce((sum, event) => sum + event.length, 0);
}

function unlessGone<Value>(promise: Promise<Value>, client: ClientPresence): Promise<Value | undefined> {
  return new Promise((resolve) => {
    const forget = client.onGone(() => resolve(undefined));
    void promise.then((value) => {
      forget();
      resolve(value);
    });
  });
}
