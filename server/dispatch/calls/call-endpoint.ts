import type { PlannedAttempt } from "../../../engine/serving.js";
import type { CircuitCall } from "../../endpoints/circuit.js";
import { answersAsked } from "../../providers/chat/answers-asked.js";
import type { PassThrough } from "../../providers/pass-through.js";
import type {
  ProviderAdapter,
  UpstreamCall,
  UpstreamExchange,
  UpstreamHandler,
  UpstreamHeaders,
} from "../../providers/provider-adapter.js";
import { together } from "../../together.js";
import { type AnswerReceiver, receiveError, receiveInstead, WholeReceiver } from "../answers/answer-receivers.js";
import type { AnswerNotes, AttemptResult, EndedAttempt, StreamSink } from "../answers/attempt-result.js";
import { AttemptTimers, CLIENT_TOO_SLOW } from "../answers/attempt-timers.js";
import { classifyException } from "../answers/classify-failure.js";
import type { ClientPresence } from "../answers/client-presence.js";
import { OtherwiseLabelled } from "../answers/otherwise-labelled.js";
import { noteUsage } from "../answers/read-answer.js";
import { receiveStream } from "../answers/receive-stream.js";

/** After `[DONE]` the provider has this long to end its answer, so that the connection can be used again. */
const LINGER_MS = 1_000;
const EVENTS = /event-stream/i;

export interface EndpointCall {
  readonly planned: PlannedAttempt;
  readonly adapter: ProviderAdapter;
  /** How the answer is understood; undefined: as a chat completion. */
  readonly passThrough: PassThrough | undefined;
  readonly call: UpstreamCall;
  /** Usage was asked for beside what the client asked: the chunk that holds it and nothing else is kept from the client. */
  readonly asksUsage: boolean;
  readonly client: ClientPresence;
  /** Where a stream goes; undefined: the answer is asked for whole. */
  readonly sink: StreamSink | undefined;
  /** Of the endpoint: told when the first content of a stream is there. */
  readonly circuit: CircuitCall;
  /** Milliseconds, of a clock that only goes forward. */
  readonly clock: () => number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Calls one endpoint and sees its answer through to the end, however that is.
 * @param onEnded called at once when it has ended. @returns what that gives.
 */
export function callEndpoint(
  options: EndpointCall,
  onEnded: (ended: EndedAttempt) => EndedAttempt,
): Promise<EndedAttempt> {
  return new Promise((resolve, reject) => {
    const end = (ended: EndedAttempt) => {
      try {
        resolve(onEnded(ended));
      } catch (error) {
        reject(error as Error); // a fault of ours: none of the HTTP client's business, which called here
      }
    };
    const call = new Call(options, end);
    startTogether(call);
  });
}

/** Requests that were decided together go out right behind each other. Of `queueMicrotask` each would take an AsyncResource. */
const startTogether = together(
  (start) => void NOW.then(start),
  (call: Call) => call.start(),
);
const NOW = Promise.resolve();

/** INVARIANT: settles once; after that no event changes anything. */
class Call implements UpstreamHandler {
  readonly #options: EndpointCall;
  readonly #end: (ended: EndedAttempt) => void;
  readonly #startedAt: number;
  readonly #timers: AttemptTimers;
  readonly #notes: AnswerNotes = {};
  #exchange: UpstreamExchange | undefined;
  #receiver: AnswerReceiver | undefined;
  #status: number | undefined;
  #firstTokenMs: number | undefined;
  #isBlocked = false;
  #isSettled = false;
  #lingering: NodeJS.Timeout | undefined;
  #forgetClient: (() => void) | undefined;

  constructor(options: EndpointCall, end: (ended: EndedAttempt) => void) {
    this.#options = options;
    this.#end = end;
    this.#startedAt = options.clock();
    const { planned, sink, clock } = options;
    this.#timers = new AttemptTimers(planned.route.timeouts, sink !== undefined, clock, (expired) => {
      if (expired === CLIENT_TOO_SLOW) this.#leftBehind();
      else this.onFailure(expired);
    });
  }

  start(): void {
    const { adapter, call, client } = this.#options;
    if (client.isGone) {
      this.#leftBehind();
      return;
    }
    this.#forgetClient = client.onGone(() => this.#leftBehind());
    try {
      this.#exchange = adapter.call(call, this);
      if (this.#isSettled) this.#exchange.abort();
    } catch (error) {
      this.onFailure(error);
    }
  }

  onStart(status: number, headers: UpstreamHeaders): void {
    if (this.#isSettled) return;
    this.#status = status;
    this.#timers.headArrived();
    this.#receiver = this.#receiverFor(status, headers);
  }

  onData(chunk: Buffer): void {
    if (this.#isSettled || this.#receiver === undefined) return;
    let result: AttemptResult | undefined;
    try {
      result = this.#receiver.push(chunk);
    } catch (error) {
      result = this.#receiver.fail(classifyException(error));
    }
    if (result !== undefined) this.#settle(result);
    else if (this.#isBlocked) this.#pause();
    else if (this.#options.sink !== undefined) this.#timers.waiting();
  }

  onUsage(usage: object): void {
    if (!this.#isSettled) noteUsage(usage, this.#notes);
  }

  onEnd(): void {
    clearTimeout(this.#lingering);
    if (this.#isSettled || this.#receiver === undefined) return;
    this.#settle(this.#receiver.end(), true);
  }

  onFailure(error: unknown): void {
    clearTimeout(this.#lingering);
    if (this.#isSettled) return;
    const failure = classifyException(error);
    this.#settle(this.#receiver?.fail(failure) ?? { kind: "failed", failure });
  }

  #receiverFor(status: number, headers: UpstreamHeaders): AnswerReceiver {
    const { sink, now, passThrough } = this.#options;
    if (status < 200 || status > 299) return receiveError(status, headers, now());
    const contentType = String(headers["content-type"] ?? "");
    const isEvents = EVENTS.test(contentType);
    if (sink === undefined) {
      return isEvents ? receiveInstead("a whole answer", contentType) : new WholeReceiver(this.#notes, passThrough);
    }
    if (contentType === "" || isEvents) return this.#streamReceiver(sink);
    return new OtherwiseLabelled(contentType, () => this.#streamReceiver(sink));
  }

  #streamReceiver(sink: StreamSink): AnswerReceiver {
    const { call, planned, circuit, now, passThrough, asksUsage } = this.#options;
    return receiveStream({
      choices: answersAsked(call.asked.chat.body),
      notes: this.#notes,
      passThrough,
      keepsUsage: asksUsage,
      onContent: () => {
        this.#firstTokenMs = this.#elapsed();
        this.#timers.contentArrived();
        call.body.release(); // the provider has read it
        circuit.contentArrived(now());
        sink.begin(planned);
      },
      write: (events) => {
        if (!sink.write(events)) this.#isBlocked = true;
      },
    });
  }

  /** The client is slow: nothing more is read from the provider until it has taken what there is. */
  #pause(): void {
    this.#exchange?.pause();
    this.#timers.paused();
    this.#options.sink?.onceDrained(() => {
      if (!this.#isBlocked) return;
      this.#isBlocked = false;
      if (this.#isSettled) return;
      this.#timers.resumed();
      this.#exchange?.resume();
    });
  }

  #leftBehind(): void {
    this.#settle({ kind: this.#options.client.isOutrun ? "outrun" : "cancelled" });
  }

  #settle(result: AttemptResult, hasEnded = false): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#timers.stop();
    this.#forgetClient?.();
    if (!hasEnded) this.#leave(result);
    this.#end({
      result,
      status: this.#status,
      firstTokenMs: this.#firstTokenMs,
      totalMs: this.#elapsed(),
      wasSent: this.#status !== undefined || this.#exchange?.isSent === true,
      notes: this.#notes,
    });
  }

  /** The provider has not ended its answer yet. */
  #leave(result: AttemptResult): void {
    if (result.kind !== "streamed") {
      this.#exchange?.abort();
      return;
    }
    this.#lingering = setTimeout(() => this.#exchange?.abort(), LINGER_MS);
    this.#lingering.unref();
    this.#exchange?.resume();
  }

  #elapsed(): number {
    return this.#options.clock() - this.#startedAt;
  }
}
