import { type AnswerReceiver, receiveInstead } from "./answer-receivers.js";
import type { AttemptResult } from "./attempt-result.js";
import type { Failure } from "./failure.js";

/** How a stream of events begins, behind a byte order mark and blank lines. JSON and pages begin otherwise. */
const EVENTS = /^(\xef\xbb\xbf)?[\r\n]*(data|event|id|retry)?:/;
/** By then it has begun so, or does not, bytes. */
const ENOUGH = 16;

/**
 * Takes in what came in place of a stream by its content type, and is one all the same if its first bytes say so: some servers
 * label events text/plain, application/json or application/x-ndjson
 * (https://github.com/containers/ramalama/issues/2837, https://github.com/vllm-project/vllm-ascend/pull/6985,
 * https://github.com/Lightning-AI/LitServe/issues/359, read 2026-11-27).
 */
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
    if (EVENTS.test(this.#head.toString("latin1", 0, ENOUGH))) this.#receiver = this.#receiveStream();
    else if (this.#head.length >= ENOUGH) this.#receiver = this.#instead();
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
