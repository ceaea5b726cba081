import { LRUCache } from "lru-cache";
import type { ClientPresence } from "./answers/client-presence.js";

/** All answers together, and one of them, bytes. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_ANSWER_BYTES = 1024 * 1024;
/** Counted for each beside its bytes: key, bookkeeping and timer; and for each of its events, measured. */
const ENTRY_BYTES = 768;
const EVENT_BYTES = 104;

/** An answer as the provider gave it: whole, or the events of a stream that is complete, without its `[DONE]`. */
export type CachedAnswer =
  | { readonly kind: "whole"; readonly body: Buffer }
  | { readonly kind: "stream"; readonly events: readonly Buffer[]; readonly last: Buffer | undefined };

/** What a request brings the others that wait for it; `left`: nothing, since its client hung up, and one of them may ask in its place. */
type Brought = CachedAnswer | "left" | undefined;

/** Answers for identical requests, in memory; the least recently used go first. */
export class ResponseCache {
  readonly #answers = new LRUCache<string, CachedAnswer>({
    maxSize: MAX_BYTES,
    ttlAutopurge: true, // what nobody asks for again would else stay until there is no room
    sizeCalculation: (answer) => bytesOf(answer) + ENTRY_BYTES + EVENT_BYTES * piecesOf(answer).length,
  });
  readonly #underWay = new Map<string, Promise<Brought>>();

  /**
   * The answer that is kept, or that an identical request under way gets: then this one waits for it. Where there is none the
   * answer is made and kept, and identical requests that come meanwhile wait for it. When it fails, or is not to be kept,
   * each of them makes its own call.
   * @param make may say that what it makes will not be kept: then nobody waits for the rest of it.
   */
  async findOrMake<Made>(
    key: string,
    ttlMs: number,
    client: ClientPresence,
    make: (letGo: () => void) => Promise<Made>,
    broughtBy: (made: Made) => Brought,
  ): Promise<{ readonly found: CachedAnswer } | { readonly made: Made }> {
    let brought: Brought = this.#answers.get(key) ?? "left";
    while (brought === "left") {
      const other = this.#underWay.get(key);
      brought = other === undefined ? undefined : await unlessGone(other, client);
    }
    return brought === undefined ? { made: await this.#make(key, ttlMs, make, broughtBy) } : { found: brought };
  }

  async #make<Made>(
    key: string,
    ttlMs: number,
    make: (letGo: () => void) => Promise<Made>,
    broughtBy: (made: Made) => Brought,
  ): Promise<Made> {
    let tell: (brought: Brought) => void = () => undefined;
    if (!this.#underWay.has(key)) {
      const promise = new Promise<Brought>((resolve) => {
        tell = (brought) => {
          if (this.#underWay.get(key) === promise) this.#underWay.delete(key);
          resolve(brought);
        };
      });
      this.#underWay.set(key, promise);
    }
    let brought: Brought;
    try {
      const made = await make(() => tell(undefined));
      brought = broughtBy(made);
      if (brought !== undefined && brought !== "left" && isKept(bytesOf(brought))) {
        this.#answers.set(key, inOnePiece(brought), { ttl: ttlMs });
      }
      return made;
    } finally {
      tell(brought);
    }
  }
}

/** Whether an answer of so many bytes is kept. */
export function isKept(bytes: number): boolean {
  return bytes <= MAX_ANSWER_BYTES;
}

function piecesOf(answer: CachedAnswer): readonly Buffer[] {
  if (answer.kind === "whole") return [answer.body];
  return answer.last === undefined ? answer.events : [...answer.events, answer.last];
}

function bytesOf(answer: CachedAnswer): number {
  return piecesOf(answer).reduce((sum, piece) => sum + piece.length, 0);
}

/** The same in memory of its own: what came is part of larger pieces, and a small copy is part of Node's pool, all of which would be kept. */
function inOnePiece(answer: CachedAnswer): CachedAnswer {
  const all = Buffer.allocUnsafeSlow(bytesOf(answer));
  let end = 0;
  const moved = piecesOf(answer).map((piece) => {
    const start = end;
    end += piece.copy(all, start);
    return all.subarray(start, end);
  });
  if (answer.kind === "whole") return { kind: "whole", body: all };
  const { length } = answer.events;
  return { kind: "stream", events: moved.slice(0, length), last: moved[length] };
}

function unlessGone<Value>(promise: Promise<Value>, client: ClientPresence): Promise<Value | undefined> {
  if (client.isGone) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const forget = client.onGone(() => resolve(undefined));
    void promise.then((value) => {
      forget();
      resolve(value);
    });
  });
}
