import type { IncomingMessage, ServerResponse } from "node:http";
import type { PlannedAttempt, RecordedResult } from "../../engine/serving.js";
import type { ContentCapture } from "../content/content-recorder.js";
import { ClientPresence } from "../dispatch/answers/client-presence.js";
import type { BufferList } from "../json/buffer-list.js";
import type { Json } from "../json/json.js";
import type { RequestTrace } from "../telemetry/request-tracing.js";
import { together } from "../together.js";
import { ChunkedBody } from "./chunked-body.js";
import type { DataPlane } from "./data-plane.js";
import { type Decision, type DecisionEnd, explainedDecision, ruleOf, storedDecision, summaryOf } from "./decision.js";
import { endUnread } from "./end-unread.js";
import type { ApiError } from "./errors/api-error.js";
import { CostedStream } from "./fronts/costed-stream.js";
import { withRoute } from "./fronts/explained-answer.js";
import type { AnswerAbout, Front, FrontStream, Reasoner } from "./fronts/front.js";
import { withCost } from "./fronts/usage-cost.js";
import { isSimulated, Progress } from "./progress.js";
import { addRouteHeaders, type HeaderList } from "./route-headers.js";

/** What is recorded when the client went before any answer (nginx's status for it). */
const CLIENT_CLOSED = 499;

/** A provider's own answer may be a page, and is of the dashboard's origin to a browser: it runs nothing there, and reads nothing. */
const NO_PAGE = { "content-security-policy": "sandbox", "x-content-type-options": "nosniff" };

/** Requests that are answered at the same time are answered first, and then recorded. */
const afterAnswers = together(process.nextTick, (ended: EndedExchange) => ended.exchange.leaveTraces(ended.end));

/** Events as the client gets them. */
function written(events: readonly Buffer[], stream: FrontStream): readonly Buffer[] {
  const [first] = events;
  if (events.length === 1 && first !== undefined) return [stream.write(first)]; // as most come
  return events.map((event) => stream.write(event));
}

interface EndedExchange {
  readonly exchange: Exchange;
  readonly end: DecisionEnd;
}

/** One request of the data plane and its answer. Every way to end it leaves a record, a count and a span, once. */
export class Exchange {
  readonly arrivedAt: number;
  readonly client = new ClientPresence();
  readonly trace: RequestTrace;
  readonly progress = new Progress();
  readonly #plane: DataPlane;
  readonly #front: Front;
  readonly #response: ServerResponse;
  readonly #startedAt: number;
  #decision: Decision | undefined;
  /** Undefined: content is not recorded, which is the default. */
  #content: ContentCapture | undefined;
  /** Of the answer, as far as they are known. */
  readonly #headers: HeaderList = [];
  #stream: FrontStream | undefined;
  readonly #body: ChunkedBody;
  #echo: Json | undefined;
  /** Bytes of the body that it holds. */
  #held = 0;
  #showsCost = false;
  #isEnded = false;

  constructor(plane: DataPlane, front: Front, request: IncomingMessage, response: ServerResponse) {
    this.#plane = plane;
    this.#front = front;
    this.#response = response;
    this.#body = new ChunkedBody(response);
    this.arrivedAt = plane.dispatching.now();
    this.#startedAt = plane.dispatching.clock();
    this.trace = plane.startTrace({
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
    });
    response.on("close", () => {
      if (!response.writableFinished) this.client.leave();
    });
    response.on("error", () => this.client.leave());
  }

  /** @returns the error to answer with when there is no room for a body of so many bytes. */
  hold(bytes: number): ApiError | undefined {
    const error = this.#plane.largeBodies.take(bytes);
    if (error === undefined) this.#held = bytes;
    return error;
  }

  /** The body is held no more. */
  letBodyGo(): void {
    this.#plane.largeBodies.letGo(this.#held);
    this.#held = 0;
  }

  /** The body was read. */
  received(body: BufferList): void {
    this.#content = this.#plane.content?.begin(body);
  }

  /** From here on answers name the decision, and the end is stored with it. */
  decided(decision: Decision): void {
    this.#decision = decision;
  }

  /** What its answer says again of the request: see `ChatView`. */
  echoes(echo: Json | undefined): void {
    this.#echo = echo;
  }

  /** The usage of its answer says what it cost: the client asked for that. */
  showsCost(): void {
    this.#showsCost = true;
  }

  /** Says in header and record what the route's cache did. */
  cached(state: "hit" | "miss" | "bypass"): void {
    this.progress.cache = state;
    this.addHeaders({ "x-route-cache": state });
  }

  /** Headers that every answer from here on carries. */
  addHeaders(headers: Readonly<Record<string, string>>): void {
    for (const name in headers) this.#headers.push(name, headers[name] ?? "");
  }

  /** Answers with an error of ours. */
  refuse(error: ApiError, outcome: RecordedResult["outcome"]): void {
    const end = this.#endWith(error.status, outcome, error.code);
    const body = Buffer.from(JSON.stringify(this.#front.errorBody(error, this.#decision?.id)));
    this.#send(error.status, "application/json", body, end, undefined, error.headers);
  }

  /** Passes on an error answer of the provider that was called last. */
  passOn(answer: { status: number; contentType: string; body: Buffer }, code: string, planned: PlannedAttempt): void {
    this.#content?.answered(answer.body);
    this.progress.warnOfAnotherModel(this.#decision, planned);
    const body = this.#front.providerError(answer.body);
    this.addHeaders(NO_PAGE);
    this.#send(answer.status, answer.contentType, body, this.#endWith(answer.status, "failed", code), planned);
  }

  /** Answers with a whole answer. @param planned undefined: no provider had to be asked. */
  answer(body: Buffer, planned: PlannedAttempt | undefined): void {
    this.#content?.answered(body);
    const own =
      planned !== undefined && this.#isNative(planned) ? body : this.#front.answer(body, this.#about(planned));
    this.progress.warnOfAnotherModel(this.#decision, planned);
    const costUsd = this.#showsCost ? this.progress.costUsd : undefined;
    const told = costUsd === undefined ? own : withCost(own, costUsd);
    this.#send(200, "application/json", told, this.#endWith(200, "answered"), planned);
  }

  /** Sends the head of a stream. The attempt that brings it has not ended, so it is counted in. */
  beginStream(planned: PlannedAttempt): void {
    const stream = this.#front.stream(this.#isNative(planned), this.#about(planned));
    this.#stream = this.#showsCost ? new CostedStream(stream, () => this.progress.costUsd) : stream;
    this.progress.warnOfAnotherModel(this.#decision, planned);
    const { attempts, cache } = this.progress;
    this.#addRouteHeaders(planned, attempts.length + (cache === "hit" ? 0 : 1));
    this.#headers.push("content-type", "text/event-stream; charset=utf-8");
    this.#headers.push("cache-control", "no-cache", "x-accel-buffering", "no");
    this.#response.writeHead(200, this.#headers);
  }

  /** Another candidate goes on with a stream that broke. @param text what the client has. */
  goOnWithStream(isNative: boolean, text: string): void {
    this.#stream?.goOn(isNative, text);
  }

  /** Passes whole events of a stream on. @returns false when the client is slow. */
  writeEvents(events: readonly Buffer[]): boolean {
    const content = this.#content;
    if (content !== undefined) for (const event of events) content.streamed(event);
    return this.#body.write(this.#stream === undefined ? events : written(events, this.#stream));
  }

  /** Calls back once a client that was slow has taken what there was. */
  onceDrained(callback: () => void): void {
    this.#body.onceDrained(callback);
  }

  /** Ends a stream that is complete. @param last the provider's own last event. */
  endStream(last: Buffer | undefined): void {
    const end = this.#endWith(200, "answered");
    this.#response.end(this.#stream?.end(this.#explain(end), last));
    this.#finish(end);
  }

  /** Ends a stream that broke: an error event, and nothing that looks like an end. */
  cutStream(error: ApiError): void {
    const end = this.#endWith(200, "cut", error.code);
    this.#response.end(this.#stream?.cut(error, this.#decision?.id, this.#explain(end)));
    this.#finish(end);
  }

  /** The client hung up: there is nobody to answer. */
  cancel(): void {
    const { headersSent, statusCode } = this.#response;
    this.#finish(this.#endWith(headersSent ? statusCode : CLIENT_CLOSED, "cancelled"));
    this.#response.destroy();
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  #send(
    status: number,
    contentType: string,
    body: Buffer,
    end: DecisionEnd,
    planned?: PlannedAttempt,
    more?: Readonly<Record<string, string>>,
  ): void {
    const record = this.#explain(end);
    const bytes = record === undefined ? body : withRoute(body, record);
    this.#addRouteHeaders(planned, this.progress.attempts.length);
    if (more !== undefined) this.addHeaders(more);
    this.#headers.push("content-type", contentType, "content-length", bytes.length);
    this.#response.writeHead(status, this.#headers);
    this.#response.end(bytes);
    this.#finish(end);
  }

  #addRouteHeaders(planned: PlannedAttempt | undefined, attempts: number): void {
    const decision = this.#decision;
    if (decision === undefined) return;
    this.#headers.push(this.#front.requestIdHeader ?? "x-request-id", decision.id);
    addRouteHeaders(this.#headers, decision, {
      planned,
      attempts,
      isSimulated: isSimulated(decision, planned),
      costUsd: this.progress.costUsd,
      warnings: this.progress.allWarnings(decision),
    });
  }

  #endWith(status: number, outcome: RecordedResult["outcome"], code?: string): DecisionEnd {
    const totalMs = this.#plane.dispatching.clock() - this.#startedAt;
    return this.progress.end(this.#decision, { status, outcome, code, totalMs });
  }

  /** The provider has the operation itself: its bytes are the client's. */
  #isNative({ endpoint }: PlannedAttempt): boolean {
    return this.#decision?.serving.connectionOf(endpoint).passes.has(this.#front.operation) === true;
  }

  /** @param planned undefined: no provider had to be asked. */
  #about(planned: PlannedAttempt | undefined): AnswerAbout {
    return {
      id: this.#decision?.id ?? "",
      created: Math.floor(this.arrivedAt / 1_000),
      model: planned?.endpoint.upstreamModel ?? "",
      reasoner: this.#reasoner(planned),
      echo: this.#echo,
      inputTokens: this.#decision?.observed.facts.context_tokens,
    };
  }

  /** The server that answers, if it speaks OpenAI's format. */
  #reasoner(planned: PlannedAttempt | undefined): Reasoner | undefined {
    if (planned === undefined) return undefined;
    const connection = this.#decision?.serving.connectionOf(planned.endpoint);
    if (connection === undefined || connection.adapter.takesChat === true) return undefined;
    return { provider: connection.provider.name, model: planned.endpoint.upstreamModel };
  }

  /** The record, when the client asked for it. */
  #explain(end: DecisionEnd) {
    const decision = this.#decision;
    if (decision === undefined || !decision.observed.explain) return undefined;
    try {
      return explainedDecision(decision, end);
    } catch (error) {
      this.#plane.log.error({ error, decision: decision.id }, "a decision could not be explained");
      return undefined;
    }
  }

  #finish(end: DecisionEnd): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.letBodyGo();
    afterAnswers({ exchange: this, end });
  }

  /** Record, count and span, once it has ended. Never throws. */
  leaveTraces(end: DecisionEnd): void {
    endUnread(this.#response);
    try {
      this.#leaveTraces(end);
    } catch (error) {
      this.#plane.log.error({ error, decision: this.#decision?.id }, "what became of a request could not be recorded");
    }
  }

  #leaveTraces(end: DecisionEnd): void {
    const { decisions, metrics } = this.#plane;
    const { status, outcome, code, total_ms: durationMs } = end.result;
    const decision = this.#decision;
    if (decision !== undefined) decisions.record(storedDecision(decision, end), summaryOf(decision, end));
    if (decision === undefined) this.#content?.drop();
    else this.#content?.keep(decision.id, decision.time);
    const rule = decision === undefined ? {} : { rule: ruleOf(decision) };
    metrics.recordRequest({ outcome, durationMs, attempts: end.attempts, ...rule });
    this.trace.end({ status, outcome, code });
  }
}
