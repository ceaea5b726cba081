import { isUtf8 } from "node:buffer";
import { StringDecoder } from "node:string_decoder";
import { createParser, type EventSourceParser } from "eventsource-parser";
import { isObject, type Json } from "../json/json.js";
import { beginsAsEvents } from "./begins-as-events.js";
import type { ChatChunk, ChatCompletion } from "./chat/chat-answer.js";
import type { ChatRequest } from "./chat/chat-request.js";
import { withFunctionCall, withFunctionCallChunk } from "./chat/legacy-functions.js";
import type { AnswerContext, StreamOutput, StreamTranslator, TranslatedError, Translator } from "./chat/translator.js";
import type { UpstreamHandler, UpstreamHeaders } from "./provider-adapter.js";
import { UnusableAnswer } from "./unusable-answer.js";

const LINE_FEED = 0x0a;
/** An event or a whole answer may not be larger, UTF-16 units: what has no end must not fill the memory. */
const MAX_HELD = 64 * 1024 * 1024;

/** What of a request decides the form of its answer. */
type AskedForm = Pick<ChatRequest, "usesLegacyFunctions" | "includeUsage">;

/**
 * Stands between a provider and the dispatcher: takes in an answer in the provider's format and hands it on in OpenAI's,
 * so that everything behind it knows one format. What cannot be read goes on as it came: the dispatcher says what that means.
 */
export class TranslatedAnswer implements UpstreamHandler {
  readonly #translator: Translator;
  readonly #request: AskedForm;
  readonly #context: AnswerContext;
  readonly #isStream: boolean;
  readonly #next: UpstreamHandler;
  readonly #decoder = new StringDecoder("utf8");
  #text = "";
  #status = 0;
  #headers: UpstreamHeaders = {};
  #events: EventSourceParser | undefined;
  #stream: StreamTranslator | undefined;
  /** A stream was asked for, and what comes is labelled as something else: it does not tell yet. */
  #isLabelledOtherwise = false;
  #isBetweenEvents = true;
  /** Whether JSON comes in place of events: an error, if it can be read. Undefined: nothing but blanks has come. */
  #isBare: boolean | undefined;
  #isEnding = false;
  #hasFailed = false;

  constructor(
    translator: Translator,
    { usesLegacyFunctions, includeUsage }: AskedForm,
    context: AnswerContext,
    isStream: boolean,
    next: UpstreamHandler,
  ) {
    this.#translator = translator;
    this.#request = { usesLegacyFunctions, includeUsage }; // the rest, its messages, is not held while a stream goes on
    this.#context = context;
    this.#isStream = isStream;
    this.#next = next;
  }

  onStart(status: number, headers: UpstreamHeaders): void {
    this.#status = status;
    this.#headers = headers;
    const isEvents = /event-stream/i.test(String(headers["content-type"] ?? ""));
    if (status < 200 || status > 299 || !this.#isStream) return; // what comes is collected
    if (isEvents) this.#beginStream();
    else this.#isLabelledOtherwise = true;
  }

  #beginStream(): void {
    this.#stream = this.#translator.stream(this.#context);
    this.#events = createParser({
      maxBufferSize: MAX_HELD,
      onEvent: ({ data }) => this.#takeEvent(data),
      onError: ({ type }) => {
        if (type === "max-buffer-size-exceeded") this.#fail();
      },
    });
    this.#next.onStart(this.#status, { "content-type": "text/event-stream" });
  }

  onData(chunk: Buffer): void {
    if (this.#hasFailed) return;
    try {
      this.#take(chunk);
    } catch (error) {
      this.#failFor(error);
    }
  }

  #take(chunk: Buffer): void {
    if (this.#passText(chunk)) return;
    this.#takeText(this.#decoder.write(chunk));
  }

  #takeText(text: string): void {
    if (this.#events !== undefined) {
      this.#isBare ??= startsBare(text);
      if (this.#isBare === false) {
        this.#events.feed(text);
        return;
      }
    }
    this.#text += text;
    if (this.#text.length > MAX_HELD) this.#fail();
    else if (this.#isLabelledOtherwise) this.#look();
  }

  #look(): void {
    const isStream = beginsAsEvents(this.#text);
    if (isStream === undefined) return;
    this.#isLabelledOtherwise = false;
    if (!isStream) return;
    const text = this.#text;
    this.#text = "";
    this.#beginStream();
    this.#takeText(text);
  }

  /** Most of a stream is text, whose events need not be read. */
  #passText(chunk: Buffer): boolean {
    const isBetween = this.#isBetweenEvents;
    this.#isBetweenEvents = chunk.at(-1) === LINE_FEED && chunk.at(-2) === LINE_FEED;
    if (!isBetween || !this.#isBetweenEvents || !isUtf8(chunk)) return false;
    const events = this.#stream?.pushText?.(chunk.toString("latin1"));
    if (events === undefined) return false;
    this.#next.onData(Buffer.from(events, "latin1"));
    return true;
  }

  onEnd(): void {
    if (this.#hasFailed) return;
    try {
      this.#endAll();
    } catch (error) {
      this.#failFor(error);
    }
  }

  #endAll(): void {
    if (this.#stream === undefined) {
      this.#endWhole();
      return;
    }
    this.#isEnding = true;
    const bare = this.#text === "" ? undefined : readBody(this.#text);
    if (isObject(bare?.["error"])) this.#write([{ kind: "error", error: this.#translator.error(undefined, bare) }]);
    this.#events?.feed(`${this.#decoder.end()}\n\n`); // the last event may lack the blank line that ends it
    if (this.#hasFailed) return;
    this.#write(this.#stream.end());
    this.#next.onEnd();
  }

  onFailure(error: unknown): void {
    if (!this.#hasFailed) this.#next.onFailure(error);
  }

  #endWhole(): void {
    const status = this.#status;
    const body = readBody(this.#text);
    const isFine = status >= 200 && status <= 299;
    const isError = !isFine || isObject(body?.["error"]);
    if (body === undefined || (this.#isStream && !isError)) {
      this.#send(status, this.#text); // a page of a load balancer, or a whole answer in place of a stream
      return;
    }
    const answer = isError ? this.#translator.error(isFine ? undefined : status, body) : this.#translateWhole(body);
    if ("error" in answer && answer.usage !== undefined) this.#next.onUsage?.(answer.usage);
    this.#send(status, answer);
  }

  #translateWhole(body: Json): ChatCompletion | TranslatedError {
    const answer = this.#translator.answer(body, this.#context);
    return "choices" in answer && this.#request.usesLegacyFunctions ? withFunctionCall(answer) : answer;
  }

  #send(status: number, answer: string | ChatCompletion | TranslatedError): void {
    const isText = typeof answer === "string";
    const asked = isText || "choices" in answer ? undefined : answer.retryAfterMs;
    const { "content-type": contentType, "retry-after": wait, "retry-after-ms": fineWait } = this.#headers;
    this.#next.onStart(status, {
      "content-type": isText ? contentType : "application/json",
      "retry-after": wait ?? (asked === undefined ? undefined : String(Math.ceil(asked / 1_000))),
      "retry-after-ms": fineWait,
    });
    const value = isText ? answer : JSON.stringify("error" in answer ? { error: answer.error } : answer);
    this.#next.onData(Buffer.from(value));
    this.#next.onEnd();
  }

  #takeEvent(data: string): void {
    if (this.#hasFailed || this.#stream === undefined) return;
    const event = readBody(data);
    if (event !== undefined) this.#write(this.#stream.push(event));
    // Named, so that the dispatcher reads it also once content flows, and sees that it cannot.
    else if (!this.#isEnding)
      this.#next.onData(Buffer.from(`event: unreadable\ndata: ${data.replace(/[\r\n]+/g, " ")}\n\n`));
  }

  #write(outputs: readonly StreamOutput[]): void {
    const said = this.#request.includeUsage ? outputs : withoutUsageChunk(outputs);
    for (const output of said) if (output.kind === "usage") this.#next.onUsage?.(output.usage);
    const events = said.map((output) => this.#eventOf(output)).join("");
    if (events !== "") this.#next.onData(Buffer.from(events));
  }

  #eventOf(output: StreamOutput): string {
    switch (output.kind) {
      case "chunk":
        return this.#chunkEvent(output.chunk);
      case "error":
        return `data: ${JSON.stringify({ error: output.error.error })}\n\n`;
      case "alive":
        return ": alive\n\n";
      case "usage":
        return "";
      case "done":
        return "data: [DONE]\n\n";
    }
  }

  #chunkEvent(chunk: ChatChunk): string {
    const { usesLegacyFunctions } = this.#request;
    return `data: ${JSON.stringify(usesLegacyFunctions ? withFunctionCallChunk(chunk) : chunk)}\n\n`;
  }

  /** What nests too deep to be written ends V8's stack. */
  #failFor(error: unknown): void {
    if (!(error instanceof RangeError)) throw error;
    this.#fail(`the answer cannot be translated: ${error.message}`);
  }

  #fail(why = `the answer holds more than ${MAX_HELD} characters in one piece`): void {
    this.#hasFailed = true;
    this.#next.onFailure(new UnusableAnswer(why));
  }
}

/**
 * A chunk without choices is for clients that ask for one (`stream_options.include_usage`); for the others usage rides on the
 * chunk before, where the dispatcher finds it.
 */
function withoutUsageChunk(outputs: readonly StreamOutput[]): readonly StreamOutput[] {
  const kept: StreamOutput[] = [];
  for (const output of outputs) {
    const last = kept.at(-1);
    if (output.kind === "chunk" && output.chunk.choices.length === 0 && last?.kind === "chunk") {
      kept[kept.length - 1] = { kind: "chunk", chunk: { ...output.chunk, ...last.chunk } };
    } else kept.push(output);
  }
  return kept;
}

/** Whether a text begins as JSON does, not as events; undefined when it is blank. */
function startsBare(text: string): boolean | undefined {
  const start = text.trimStart();
  return start === "" ? undefined : start.startsWith("{") || start.startsWith("[");
}

/** Gemini's error answers to stream requests are lists of one. */
function readBody(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const one = Array.isArray(value) && value.length === 1 ? value[0] : value;
    return isObject(one) ? one : undefined;
  } catch {
    return undefined; // the caller says what that means
  }
}
