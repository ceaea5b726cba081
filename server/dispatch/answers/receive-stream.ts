import type { Json } from "../../json/json.js";
import type { StreamTranslator } from "../../providers/chat/translator.js";
import type { PassThrough } from "../../providers/pass-through.js";
import { StreamedSize } from "../../tokens/streamed-size.js";
import type { AnswerReceiver } from "./answer-receivers.js";
import type { AnswerNotes, AttemptResult } from "./attempt-result.js";
import { classifyErrorObject, malformed } from "./classify-failure.js";
import type { Failure } from "./failure.js";
import { choicesOf, endOf, noteAnswer } from "./read-answer.js";
import {
  hasContent,
  isDeciding,
  isPiece,
  mayBePiece,
  readPassedEvent,
  readStreamEvent,
  type StreamEvent,
} from "./read-stream-event.js";
import { EventTooLarge, SseSplitter } from "./sse-splitter.js";

/** What comes before the first content may not be larger, bytes. */
const MAX_HELD_BYTES = 4 * 1024 * 1024;

/** A stream may not be larger, bytes: some fronts hold what it says until it ends. An answer of 128,000 tokens with their alternatives is as large. */
const MAX_STREAM_BYTES = 256 * 1024 * 1024;

export interface StreamToReceive {
  /** How many choices the request asked for (`n`): each must end. */
  readonly choices: number;
  readonly notes: AnswerNotes;
  /** How another format is understood; undefined: these are chunks of chat completions. */
  readonly passThrough?: PassThrough | undefined;
  /** A chunk that holds usage and no choice is noted, and not passed on. */
  readonly keepsUsage: boolean;
  /** The first content is there; the events held back so far are written next. */
  readonly onContent: () => void;
  /** Whole events that came together, as they came. `[DONE]` is not among them. */
  readonly write: (events: readonly Buffer[]) => void;
}

/**
 * Takes in a stream. Events are held back until the first content; then each is passed on as soon as it is whole, so a
 * client never sees half of one. The stream is complete with `[DONE]`, or when it ends after every choice has its
 * `finish_reason`; any other end is a cut.
 */
export function receiveStream(stream: StreamToReceive): AnswerReceiver {
  return new StreamReceiver(stream);
}

class StreamReceiver implements AnswerReceiver {
  readonly #stream: StreamToReceive;
  readonly #splitter = new SseSplitter();
  readonly #ended = new Set<unknown>();
  readonly #passed: StreamTranslator | undefined;
  /** What waits for the first content; then, what of a piece that is looked at more closely is to be written. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  #bytes = 0;
  #hasContent = false;

  constructor(stream: StreamToReceive) {
    this.#stream = stream;
    this.#passed = stream.passThrough?.stream();
  }

  push(chunk: Buffer): AttemptResult | undefined {
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_STREAM_BYTES) return this.fail(malformed("the stream is larger than 256 MiB"));
    try {
      const events = this.#splitter.push(chunk);
      if (this.#hasContent && !this.#isAnyDeciding(events)) {
        for (const event of events) this.#measure(event);
        if (events.length > 0) this.#stream.write(events);
        return undefined;
      }
      return this.#takeAll(events);
    } catch (error) {
      if (error instanceof EventTooLarge) return this.fail(malformed(error.message));
      throw error;
    }
  }

  end(): AttemptResult {
    // The last event may lack the blank line that ends it; half an event goes nowhere.
    const { tail } = this.#splitter;
    const read = this.#read(tail);
    const last = read.kind === "unreadable" ? undefined : this.#act(read, Buffer.concat([tail, Buffer.from("\n\n")]));
    this.#flush();
    if (last !== undefined) return last;
    if (this.#hasContent && this.#ended.size >= this.#stream.choices) return { kind: "streamed" };
    return this.fail(malformed("the stream ended without its last event", "the stream ended too early"));
  }

  fail(failure: Failure): AttemptResult {
    return { kind: this.#hasContent ? "cut" : "failed", failure };
  }

  #takeAll(events: readonly Buffer[]): AttemptResult | undefined {
    let result: AttemptResult | undefined;
    for (const event of events) {
      if (this.#hasContent && !this.#isDeciding(event)) {
        this.#measure(event);
        result = this.#pass(event);
      } else result = this.#act(this.#read(event), event);
      if (result !== undefined) break;
    }
    this.#flush();
    return result;
  }

  #isAnyDeciding(events: readonly Buffer[]): boolean {
    for (const event of events) if (this.#isDeciding(event)) return true;
    return false;
  }

  #isDeciding(event: Buffer): boolean {
    return isDeciding(event, this.#stream.passThrough?.decides);
  }

  #read(event: Buffer): StreamEvent {
    return this.#passed === undefined ? readStreamEvent(event) : readPassedEvent(event, this.#passed);
  }

  #act(read: StreamEvent, event: Buffer): AttemptResult | undefined {
    switch (read.kind) {
      case "done":
        if (read.chunk !== undefined) this.#takeChunk(read.chunk);
        return this.#hasContent
          ? { kind: "streamed", last: event }
          : this.fail(malformed("the stream holds no content"));
      case "error":
        return this.fail(classifyErrorObject(read.error));
      case "unreadable":
        return this.fail(malformed("a stream event is not a JSON object"));
      case "chunk":
        this.#takeChunk(read.chunk);
        if (isPiece(read.chunk)) this.#measure(event);
        return this.#stream.keepsUsage && isUsageAlone(read.chunk) ? undefined : this.#pass(event);
      case "empty":
        return event.length > 2 ? this.#pass(event) : undefined;
    }
  }

  /** Adds an event to the size of what has come. */
  #measure(event: Buffer): void {
    if (!mayBePiece(event, this.#passed !== undefined)) return;
    this.#stream.notes.streamed ??= new StreamedSize();
    this.#stream.notes.streamed.add(event.length);
  }

  #takeChunk(chunk: Json): void {
    this.#note(chunk);
    if (!this.#hasContent && hasContent(chunk)) this.#begin();
  }

  #note(chunk: Json): void {
    noteAnswer(chunk, this.#stream.notes);
    for (const choice of choicesOf(chunk)) {
      // More than were asked for say nothing, and what stands in their place may be anything.
      if (endOf(choice) !== undefined && this.#ended.size < this.#stream.choices) this.#ended.add(choice.index);
    }
  }

  #begin(): void {
    this.#hasContent = true;
    this.#stream.onContent();
  }

  #flush(): void {
    if (!this.#hasContent || this.#held.length === 0) return;
    this.#stream.write(this.#held);
    this.#held = [];
  }

  #pass(event: Buffer): AttemptResult | undefined {
    this.#held.push(event);
    if (this.#hasContent) return undefined;
    this.#heldBytes += event.length;
    if (this.#heldBytes <= MAX_HELD_BYTES) return undefined;
    return this.fail(malformed("the stream holds no content in its first 4 MiB"));
  }
}

function isUsageAlone({ choices, usage }: Json): boolean {
  return Array.isArray(choices) && choices.length === 0 && typeof usage === "object" && usage !== null;
}
