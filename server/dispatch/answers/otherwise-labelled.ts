import { beginsAsEvents } from "../../providers/begins-as-events.js";
import { type AnswerReceiver, receiveInstead } from "./answer-receivers.js";
import type { AttemptResult } from "./attempt-result.js";
import type { Failure } from "./failure.js";

/** More need not be looked at. */
const ENOUGH_BYTES = 64;

/** Takes in what came in place of a stream by its content type, and is one all the same if it begins so. */
export class OtherwiseLabelled implements AnswerReceiver {
  readonly #contentType: string;
  readonly #receiveStream: () => AnswerReceiver;
  #head = Buffer.alloc(0);
  /** Undefined: what has come does not tell yet. */
  #receiver: AnswerReceiver | undefined;

  constructor(contentType: string, receiveStream: () => AnswerReceiver) {
    this.#contentType = contentType;
    this.#receiveStream = receiveStream;
  }

  push(chunk: Buffer): AttemptResult | undefined {
    if (this.#receiver !== undefined) return this.#receiver.push(chunk);
    this.#head = Buffer.concat([this.#head, chunk]);
    const isStream = beginsAsEvents(this.#head.toString("utf8", 0, ENOUGH_BYTES));
    if (isStream !== undefined) this.#receiver = isStream ? this.#receiveStream() : this.#instead();
    return this.#receiver?.push(this.#head);
  }

  end(): AttemptResult {
    if (this.#receiver !== undefined) return this.#receiver.end();
    const instead = this.#instead();
    return instead.push(this.#head) ?? instead.end();
  }

  fail(failure: Failure): AttemptResult {
    return (this.#receiver ?? this.#instead()).fail(failure);
  }

  #instead(): AnswerReceiver {
    return receiveInstead("a stream", this.#contentType);
  }
}
