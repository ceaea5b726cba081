import { Worker } from "node:worker_threads";
import type { Logger } from "pino";
import { endsWithin } from "../ends-within.js";
import type { BufferList } from "../json/buffer-list.js";
import type { ContentStore } from "../storage/content-store.js";
import type { ContentSettings } from "./content-settings.js";
import type { PrepareAnswer, PrepareRequest } from "./content-worker.js";

export interface ContentRecorderOptions {
  readonly settings: ContentSettings;
  readonly store: Pick<ContentStore, "record" | "status">;
  readonly log: Pick<Logger, "warn">;
  /** The thread's module; default: the compiled `content-worker.js` beside this file. */
  readonly workerUrl?: URL;
}

/** The content of one request while it is under way. */
export interface ContentCapture {
  /** The whole answer. */
  answered(body: Buffer): void;
  /** One more event of a streamed answer. */
  streamed(event: Buffer): void;
  /** The request has ended: what there is is kept under its decision. Call it once, or {@link drop}. */
  keep(decision: string, time: number): void;
  /** Nothing is kept. */
  drop(): void;
}

/** Of all requests together, bytes: what comes beyond is not recorded, and counted. */
const MAX_HELD_BYTES = 128 * 1024 * 1024;
/** A stream's events are much larger than its text; so many times the text is held. */
const EVENT_OVERHEAD = 64;
/** Less than `closeAll` waits. */
const CLOSE_MS = 5_000;

/**
 * Records prompts and answers (docs/content.md). The request path only puts bytes aside; a thread redacts them, and they are
 * written in batches. What a killed process had not written is lost.
 */
export class ContentRecorder {
  readonly #options: ContentRecorderOptions;
  readonly #pending = new Map<string, { readonly time: number; readonly bytes: number }>();
  #worker: Worker | undefined;
  #held = 0;
  #lost = 0;
  #drained: (() => void) | undefined;

  constructor(options: ContentRecorderOptions) {
    this.#options = options;
  }

  /** @param request the body as the client sent it. @returns undefined when too much is held already. */
  begin(request: BufferList): ContentCapture | undefined {
    if (this.#held + request.length > MAX_HELD_BYTES) {
      this.#lost += 1;
      return undefined;
    }
    let held = 0;
    const hold = (bytes: number) => {
      held += bytes;
      this.#held += bytes;
    };
    hold(request.length);
    const asked = request.pieces; // the list is let go before the answer ends
    const events: Buffer[] = [];
    let isCut = false;
    let whole: Buffer | undefined;
    const mostOfStream = EVENT_OVERHEAD * this.#options.settings.maxBytes;
    return {
      answered: (body) => {
        hold(body.length);
        whole = body;
      },
      streamed: (event) => {
        isCut ||= held - request.length + event.length > mostOfStream || this.#held + event.length > MAX_HELD_BYTES;
        if (isCut) return;
        hold(event.length);
        events.push(Buffer.from(event)); // a copy: the event may be part of a larger piece
      },
      keep: (decision, time) => {
        const pieces = whole === undefined ? events : [whole];
        const answer = pieces.length === 0 ? {} : { answer: joined(pieces) };
        this.#prepare(
          { id: decision, request: joined(asked), ...answer, isStream: whole === undefined, isCut },
          { time, bytes: held },
        );
      },
      drop: () => {
        this.#held -= held;
      },
    };
  }

  /** What waits to be redacted or written, was written, or was given up. */
  status(): { readonly waiting: number; readonly written: number; readonly lost: number } {
    const { waiting, written, lost } = this.#options.store.status();
    return { waiting: waiting + this.#pending.size, written, lost: lost + this.#lost };
  }

  /** Waits for what is being redacted, at most five seconds. */
  async close(): Promise<void> {
    if (this.#pending.size > 0) {
      const drained = new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
      await endsWithin(drained, CLOSE_MS);
    }
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
    this.#giveUp("content was not redacted in time; it is not recorded");
  }

  #prepare(request: PrepareRequest, waiting: { readonly time: number; readonly bytes: number }): void {
    this.#pending.set(request.id, waiting);
    this.#worker ??= this.#start();
    this.#worker.postMessage(request);
  }

  #start(): Worker {
    const { settings, workerUrl } = this.#options;
    const started = new Worker(workerUrl ?? new URL("./content-worker.js", import.meta.url), { workerData: settings });
    started.on("message", ({ id, content }: PrepareAnswer) => this.#take(id, content));
    const fail = () => {
      if (this.#worker !== started) return;
      this.#worker = undefined; // the next request starts another
      this.#giveUp("the thread that redacts content failed; what it held is not recorded");
    };
    started.on("error", fail).on("exit", fail);
    started.unref();
    return started;
  }

  #giveUp(why: string): void {
    if (this.#pending.size === 0) return;
    this.#options.log.warn({ lost: this.#pending.size }, why);
    for (const id of [...this.#pending.keys()]) this.#take(id, undefined);
  }

  #take(id: string, content: string | undefined): void {
    const waiting = this.#pending.get(id);
    if (waiting === undefined) return;
    this.#pending.delete(id);
    this.#held -= waiting.bytes;
    if (content === undefined) this.#lost += 1;
    else this.#options.store.record({ id, time: waiting.time, content });
    if (this.#pending.size === 0) this.#drained?.();
  }
}

/** A copy of its own: of a part of a larger buffer a thread would be sent all of it. */
function joined(pieces: readonly Buffer[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
