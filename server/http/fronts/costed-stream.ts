import { SseSplitter } from "../../dispatch/answers/sse-splitter.js";
import type { FrontStream } from "./front.js";
import { mayHoldUsage, withCostInEvent } from "./usage-cost.js";

const COLON = 0x3a;
const NOTHING = Buffer.alloc(0);
/** Of a chunk that adds nothing to the answer. */
const NO_CHOICES = /"choices"\s*:\s*\[\s*\]/;

/**
 * A stream whose last usage says what the answer cost. That is known once the stream has ended: so each event with usage, and what
 * comes after it without adding to the answer, waits for the next one that does.
 */
export class CostedStream implements FrontStream {
  readonly #stream: FrontStream;
  readonly #costUsd: () => number | undefined;
  #held: Buffer = NOTHING;

  /** @param costUsd asked once the stream has ended; undefined: it is not known. */
  constructor(stream: FrontStream, costUsd: () => number | undefined) {
    this.#stream = stream;
    this.#costUsd = costUsd;
  }

  write(event: Buffer): Buffer {
    const written = this.#stream.write(event);
    if (written.length === 0 || written[0] === COLON) return written; // a comment may overtake what waits
    if (mayHoldUsage(written)) return this.#hold(written);
    if (this.#held.length === 0) return written;
    if (!NO_CHOICES.test(written.toString("latin1"))) return Buffer.concat([this.#hold(NOTHING), written]);
    this.#held = Buffer.concat([this.#held, written]);
    return NOTHING;
  }

  #hold(events: Buffer): Buffer {
    const before = this.#held;
    this.#held = events;
    return before;
  }

  goOn(...about: Parameters<FrontStream["goOn"]>): void {
    this.#stream.goOn(...about);
  }

  end(...about: Parameters<FrontStream["end"]>): string {
    const events = Buffer.concat([this.#held, Buffer.from(this.#stream.end(...about))]);
    const costUsd = this.#costUsd();
    if (costUsd === undefined) return events.toString("utf8");
    const costed = new SseSplitter().push(events).map((event) => withCostInEvent(event, costUsd));
    return Buffer.concat(costed).toString("utf8");
  }

  /** What a client was not told to the end has no cost. */
  cut(...about: Parameters<FrontStream["cut"]>): string {
    return this.#held.toString("utf8") + this.#stream.cut(...about);
  }
}
