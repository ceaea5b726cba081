import { parseJsonObject } from "../../json/json.js";
import type { PassThrough } from "../../providers/pass-through.js";
import type { AnswerNotes, AttemptResult } from "./attempt-result.js";
import { classifyAnswer, classifyErrorObject, malformed } from "./classify-failure.js";
import type { Failure } from "./failure.js";
import { choicesOf, errorIn, noteAnswer } from "./read-answer.js";

/** Takes in the body of a provider's answer. Each method may give the result; then no other is called. */
export interface AnswerReceiver {
  /** @returns the result when the answer is complete or cannot be used; undefined to go on. */
  push(chunk: Buffer): AttemptResult | undefined;
  /** The body ended. */
  end(): AttemptResult;
  /** The call failed before the body ended. */
  fail(failure: Failure): AttemptResult;
}

/** An answer that comes whole may not be larger, bytes. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** Of an error answer this much is read, bytes; more is not passed on. */
const MAX_ERROR_BYTES = 1024 * 1024;

/** Collects an answer that comes whole: a chat completion, or what `passThrough` understands. */
export class WholeReceiver implements AnswerReceiver {
  readonly #body = new Collected(MAX_ANSWER_BYTES);
  readonly #notes: AnswerNotes;
  readonly #passThrough: PassThrough | undefined;

  constructor(notes: AnswerNotes, passThrough: PassThrough | undefined) {
    this.#notes = notes;
    this.#passThrough = passThrough;
  }

  push(chunk: Buffer): AttemptResult | undefined {
    return this.#body.add(chunk) ? undefined : failed(malformed("the answer is larger than 64 MiB"));
  }

  end(): AttemptResult {
    return readWhole(this.#body.bytes(), this.#notes, this.#passThrough);
  }

  fail(failure: Failure): AttemptResult {
    return failed(failure);
  }
}

/** Collects an error answer and classifies it. Its status says enough when the rest does not come. */
export function receiveError(
  status: number,
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  now: number,
): AnswerReceiver {
  const body = new Collected(MAX_ERROR_BYTES);
  const classify = (bytes: Buffer) => failed(classifyAnswer({ status, headers, body: bytes }, now));
  return {
    push: (chunk) => (body.add(chunk) ? undefined : classify(Buffer.alloc(0))),
    end: () => classify(body.bytes()),
    fail: () => classify(Buffer.alloc(0)),
  };
}

/** Collects what came in place of a stream, or of a whole answer: an error inside a 200, or nothing that can be used. */
export function receiveInstead(wanted: "a stream" | "a whole answer", contentType: string): AnswerReceiver {
  const body = new Collected(MAX_ERROR_BYTES);
  const wrong = () => failed(malformed(`${wanted} was asked for and ${contentType} came`));
  return {
    push: (chunk) => (body.add(chunk) ? undefined : wrong()),
    end: () => {
      const answer = parseJsonObject(body.bytes().toString("utf8"));
      const error = answer === undefined ? undefined : errorIn(answer);
      return error === undefined ? wrong() : failed(classifyErrorObject(error));
    },
    fail: failed,
  };
}

function failed(failure: Failure): AttemptResult {
  return { kind: "failed", failure };
}

function readWhole(body: Buffer, notes: AnswerNotes, passThrough: PassThrough | undefined): AttemptResult {
  const parsed = parseJsonObject(body.toString("utf8"));
  const answer = parsed === undefined ? undefined : (passThrough?.whole(parsed) ?? parsed);
  if (answer === undefined) {
    return failed(malformed(body.length === 0 ? "the answer is empty" : "the answer is not a JSON object"));
  }
  noteAnswer(answer, notes);
  const error = errorIn(answer);
  if (error !== undefined) return failed(classifyErrorObject(error));
  if (choicesOf(answer).length === 0) return failed(malformed("the answer holds no choices"));
  return { kind: "answered", body };
}

class Collected {
  /** Undefined: nothing has come. */
  #chunks: Buffer[] | undefined;
  readonly #maxBytes: number;
  #size = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @returns false when that is too much. */
  add(chunk: Buffer): boolean {
    this.#size += chunk.length;
    if (this.#size > this.#maxBytes) return false;
    if (this.#chunks === undefined) this.#chunks = [chunk];
    else this.#chunks.push(chunk);
    return true;
  }

  bytes(): Buffer {
    const chunks = this.#chunks ?? [];
    const [first] = chunks;
    return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, this.#size);
  }
}
