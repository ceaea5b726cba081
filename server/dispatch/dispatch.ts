import type { Logger } from "pino";
import type {
  Endpoint,
  PicoUsdPerToken,
  PlannedAttempt,
  Price,
  Provider,
  RecordedAttempt,
  SimulatedFault,
} from "../../engine/serving.js";
import type { BufferList } from "../json/buffer-list.js";
import type { PaymentRefusal } from "../ledger/accounting.js";
import type { AttemptCost } from "../ledger/attempt-cost.js";
import type { PaidCall, RequestAccount } from "../ledger/request-account.js";
import type { Operation } from "../providers/operation.js";
import type { ProviderAdapter } from "../providers/provider-adapter.js";
import { andThen, type Soon } from "../soon.js";
import type { RequestTrace } from "../telemetry/request-tracing.js";
import type { Attempt, CallSide, ClientSink, EndedAttempt, PassedOver } from "./attempt-result.js";
import { connectMsOf } from "./attempt-timers.js";
import { callEndpoint } from "./call-endpoint.js";
import { verdictOf } from "./circuit-verdict.js";
import { StreamedText, type StreamForm, textInChunk } from "./continuation.js";
import type { EndpointStates } from "./endpoint-states.js";
import { type Failure, requestFaults } from "./failure.js";
import { passedOver } from "./passed-over.js";
import { recordAttempt, tokensPerSecond } from "./record-attempt.js";
import { RequestPlaces } from "./request-places.js";
import type { ServingPolicy } from "./serving-policy.js";
import { type WalkedPlan, walkPlan } from "./walk-plan.js";
import { withRetries } from "./with-retries.js";
import { withoutSecret } from "./without-secret.js";

/** What every dispatch shares. */
export interface DispatchDependencies {
  readonly endpoints: EndpointStates;
  readonly log: Pick<Logger, "warn">;
  /** 0 to 1: for the pauses between retries. */
  readonly random: () => number;
  /** Milliseconds, of a clock that only goes forward. */
  readonly clock: () => number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * A body for an endpoint.
 * @param streamOptions takes the place of its `stream_options`, if given.
 * @param legacyMaxTokens where a body is made here, its limit is called `max_tokens`.
 */
export type BodyFor = (upstreamModel: string, streamOptions?: object, legacyMaxTokens?: true) => BufferList;

export interface DispatchRequest extends CallSide {
  readonly sink: ClientSink | undefined;
  readonly decisionId: string;
  readonly serving: ServingPolicy;
  readonly plan: readonly [PlannedAttempt, ...PlannedAttempt[]];
  readonly operation: Operation;
  /** The client's body with another model's name. */
  readonly bodyFor: BodyFor;
  /** The request as a chat completion: for providers that do not have the operation. */
  readonly chat: {
    readonly body: Readonly<Record<string, unknown>>;
    /** What it leaves out of the request, one sentence each. */
    readonly warnings: readonly string[];
    readonly bodyFor: BodyFor;
    /** What `bodyFor` leaves out of `body`, for providers that get it. */
    readonly plainWarnings?: readonly string[] | undefined;
    /** A warning about a field of it, by the name that the client gave the field. */
    readonly inClientsWords: (sentence: string) => string;
    /** It goes to providers that have the operation too: the request holds what only this server understands. */
    readonly isOnly?: boolean;
  };
  /**
   * The request for the rest of an answer.
   * @param text what has come of it. @returns undefined when no request can say that.
   */
  readonly restAfter: (text: string) => Pick<DispatchRequest, "bodyFor" | "chat"> | undefined;
  /** Headers that belong to the operation, for providers that have it. */
  readonly operationHeaders: Readonly<Record<string, string>>;
  readonly maxOutputTokens: number | undefined;
  readonly account: RequestAccount;
  /** How the simulator is to answer for an endpoint; undefined: as it does otherwise. */
  readonly faultOf: (endpoint: Endpoint) => SimulatedFault | undefined;
  /** Told of each candidate that could not be called. */
  readonly onPassedOver: (endpoint: string, reason: PassedOver["reason"]) => void;
  /** How long the request has waited for a candidate so far, milliseconds. */
  readonly waitedMs: () => number;
  /** Told how long it waited once more. */
  readonly onWaited: (ms: number) => void;
  readonly trace: RequestTrace;
  /** Each attempt that has ended is added. */
  readonly attempts: RecordedAttempt[];
  /** Each attempt that failed is added. */
  readonly failures: FailedAttempt[];
  /** What a provider is not told as the client said it is added, before the provider is called. */
  readonly warnings: Set<string>;
}

export interface FailedAttempt {
  readonly endpoint: string;
  readonly failure: Failure;
}

/**
 * Sends a request along its plan until it is answered: retries, falls back, records every attempt in the request's
 * lists, in spans, and in what the next decisions see of the world. Never rejects.
 */
export async function dispatch(request: DispatchRequest, shared: DispatchDependencies): Promise<WalkedPlan> {
  const walked = await walkOn(request, shared);
  putLast(request.attempts, walked.planned.endpoint.id);
  const committing = request.account.committed();
  if (committing !== undefined) await committing;
  return walked;
}

/** Walks the plan; with `continue: true` on past a stream that breaks after its first content. */
function walkOn(request: DispatchRequest, shared: DispatchDependencies): Promise<WalkedPlan> {
  const { plan, sink } = request;
  return sink === undefined || !plan.some(({ route }) => route.continue === true)
    ? walk(plan, request, shared)
    : continued(sink, request, shared);
}

async function continued(
  sink: ClientSink,
  request: DispatchRequest,
  shared: DispatchDependencies,
): Promise<WalkedPlan> {
  const { plan, client } = request;
  const text = new StreamedText();
  let asked = request;
  const side = { client, sink: text.through(sink, (planned) => formOf(planned, asked)) };
  let walked = await walk(plan, asked, shared, side);
  for (;;) {
    const { result, planned } = walked;
    const [next, ...others] = plan.slice(plan.indexOf(planned) + 1);
    const soFar = text.unfinished;
    if (result.kind !== "cut" || planned.route.continue !== true || next === undefined || soFar === undefined) break;
    if (!planned.route.fallbackOn.includes(result.failure.errorClass)) break;
    const rest = request.restAfter(soFar);
    if (rest === undefined) break;
    asked = { ...request, ...rest };
    const another = await walk([next, ...others], asked, shared, side);
    const { kind } = another.result;
    // None could go on: what the client has is cut, as it was.
    if (kind === "failed" || kind === "unpaid" || kind === "passed_over") break;
    walked = another;
  }
  return walked;
}

/** How the stream of a candidate comes. */
function formOf(planned: PlannedAttempt, request: DispatchRequest): StreamForm {
  const isNative = isPassedTo(planned, request);
  const passThrough = isNative
    ? request.serving.connectionOf(planned.endpoint).passes.get(request.operation)
    : undefined;
  return { isNative, textIn: passThrough === undefined ? textInChunk : (passThrough.textIn ?? (() => undefined)) };
}

/** The candidate's provider has the operation itself. */
function isPassedTo({ endpoint }: PlannedAttempt, { serving, operation, chat }: DispatchRequest): boolean {
  return chat.isOnly !== true && serving.connectionOf(endpoint).passes.has(operation);
}

function walk(
  plan: DispatchRequest["plan"],
  request: DispatchRequest,
  shared: DispatchDependencies,
  side: CallSide = request,
): Promise<WalkedPlan> {
  const { endpoints, random, clock } = shared;
  const places = new RequestPlaces({
    slots: endpoints.slots,
    room: endpoints.room,
    limitsOf: ({ endpoint }) => request.serving.limitsOf(endpoint),
    waitedMs: request.waitedMs,
    onWaited: request.onWaited,
    clock,
  });
  const attempt: Attempt = (planned, side) => attemptOnce(planned, side, places, request, shared);
  return walkPlan(plan, withRetries(attempt, random), side, (busy, client) => places.waitForTurn(busy, client));
}

/** A call, if the endpoint's circuit lets it through and it has a free place; how it ends is told to both. */
async function attemptOnce(
  planned: PlannedAttempt,
  side: CallSide,
  places: RequestPlaces,
  request: DispatchRequest,
  shared: DispatchDependencies,
): Promise<EndedAttempt> {
  const { endpoint } = planned;
  const { endpoints, now } = shared;
  const passOver = (reason: PassedOver["reason"]) => {
    request.onPassedOver(endpoint.id, reason);
    return passedOver(reason);
  };
  const circuit = endpoints.isFailing(endpoint) ? undefined : endpoints.circuits.begin(endpoint, now());
  if (circuit === undefined) return passOver("circuit_open");
  const release = places.take(planned);
  if (release === undefined) {
    circuit.end({ kind: "nothing" }, now());
    return passOver("busy");
  }
  try {
    const heard = onContent(side, () => circuit.contentArrived(now()));
    const ended = await paidCall(planned, heard, request, shared);
    circuit.end(verdictOf(ended), now());
    return ended;
  } finally {
    release();
  }
}

/** @param callback called when the first content of a stream is there. */
function onContent({ client, sink }: CallSide, callback: () => void): CallSide {
  if (sink === undefined) return { client, sink };
  return {
    client,
    sink: {
      begin(planned) {
        callback();
        sink.begin(planned);
      },
      write: (events) => sink.write(events),
      onceDrained: (drained) => sink.onceDrained(drained),
    },
  };
}

/** The call that decided what the client gets is the last of the list, also when one that it outran was recorded after it. */
function putLast(attempts: RecordedAttempt[], endpoint: string): void {
  if (attempts.length < 2) return;
  const index = attempts.map((attempt) => attempt.endpoint).lastIndexOf(endpoint);
  if (index >= 0) attempts.push(...attempts.splice(index, 1));
}

/** A call whose cost is held before it is made, and settled after. */
function paidCall(
  planned: PlannedAttempt,
  side: CallSide,
  request: DispatchRequest,
  shared: DispatchDependencies,
): Soon<EndedAttempt> {
  const { isStandIn } = request.serving.connectionOf(planned.endpoint);
  const price = isStandIn ? FREE : planned.endpoint.price;
  const call = (paid: PaidCall | PaymentRefusal): Soon<EndedAttempt> => {
    if (!("kind" in paid)) {
      const settle = (ended: EndedAttempt) => request.account.settle(paid, planned, ended, price);
      return recordedCall(planned, side, request, shared, settle);
    }
    const result = { kind: "unpaid", refusal: paid } as const;
    return { result, status: undefined, firstTokenMs: undefined, totalMs: 0, notes: {} };
  };
  const paid = request.account.reserve(planned, price);
  return andThen(paid, call);
}

const FREE: Price = { input: 0 as PicoUsdPerToken, output: 0 as PicoUsdPerToken };

function recordedCall(
  planned: PlannedAttempt,
  { client, sink }: CallSide,
  request: DispatchRequest,
  shared: DispatchDependencies,
  settle: (ended: EndedAttempt) => AttemptCost,
): Promise<EndedAttempt> {
  const { endpoint } = planned;
  const { endpoints, clock, now } = shared;
  const connection = request.serving.connectionOf(endpoint);
  const { provider, adapter } = connection;
  const trace = request.trace.attempt({
    endpoint,
    server: connection,
    stream: sink !== undefined,
    maxOutputTokens: request.maxOutputTokens,
  });
  const isPassed = isPassedTo(planned, request);
  if (!isPassed) warnOfChat(request, adapter);
  const { bodyFor } = isPassed ? request : request.chat;
  const usageOptions = isPassed && sink !== undefined ? optionsToAskUsage(provider, request) : undefined;
  const ended = endpoints.observations.begin(endpoint.id);
  const finish = (call: EndedAttempt): EndedAttempt => {
    ended();
    const shown = withoutSecret(call, connection.secret);
    const settled = settle(shown);
    const record = recordAttempt(planned, shown, connection.isStandIn ? undefined : settled);
    trace.end(record, shown.notes);
    request.attempts.push(record);
    learn(planned, shown, request, shared);
    return shown;
  };
  return callEndpoint(
    {
      planned,
      adapter,
      passThrough: isPassed ? connection.passes.get(request.operation) : undefined,
      call: {
        endpoint,
        provider,
        operation: isPassed ? request.operation : "chat",
        body: bodyFor(endpoint.upstreamModel, usageOptions, provider.legacyMaxTokens),
        parsedBody: request.chat.body,
        stream: sink !== undefined,
        connectTimeoutMs: connectMsOf(planned.route.timeouts),
        fault: connection.isSimulated ? request.faultOf(endpoint) : undefined,
        headers: isPassed ? { ...trace.headers, ...request.operationHeaders } : trace.headers,
        warn: (sentence) => request.warnings.add(`${provider.name}: ${request.chat.inClientsWords(sentence)}`),
      },
      asksUsage: usageOptions !== undefined,
      client,
      sink,
      clock,
      now,
    },
    finish,
  );
}

function warnOfChat({ chat, warnings }: DispatchRequest, { takesChat }: ProviderAdapter): void {
  for (const sentence of chat.warnings) warnings.add(sentence);
  if (takesChat !== true) for (const sentence of chat.plainWarnings ?? []) warnings.add(sentence);
}

/**
 * What a provider that can is asked beside the request, so that a stream's cost is known: usage in a last chunk, which the
 * client does not get. @returns undefined when the client asks for it, or the provider cannot.
 */
function optionsToAskUsage({ streamUsage }: Provider, { operation, chat }: DispatchRequest): object | undefined {
  if (streamUsage !== true || (operation !== "chat" && operation !== "completions")) return undefined;
  const { stream_options: given = null } = chat.body;
  if (typeof given !== "object" || (given !== null && "include_usage" in given && given.include_usage === true)) {
    return undefined;
  }
  return { ...given, include_usage: true };
}

/** Takes in what a call shows about its endpoint, for the decisions to come. */
function learn(
  { endpoint }: PlannedAttempt,
  ended: EndedAttempt,
  { decisionId, failures }: DispatchRequest,
  { endpoints: { observations, coolDowns }, log, now }: DispatchDependencies,
): void {
  const { result, firstTokenMs, totalMs } = ended;
  if (firstTokenMs !== undefined) observations.observeFirstToken(endpoint.id, firstTokenMs, now());
  const speed = tokensPerSecond(ended);
  if (speed !== undefined) observations.observeSpeed(endpoint.id, speed, now());
  // Later than the call that outran it: at least as slow as that.
  if (result.kind === "outrun") observations.observeAtLeast(endpoint.id, totalMs, now());
  if (result.kind === "cancelled" || result.kind === "outrun") return;
  if (result.kind === "unpaid" || result.kind === "passed_over") return;
  if (result.kind === "answered" || result.kind === "streamed") {
    observations.observeEnd(endpoint.id, false, now());
    return;
  }
  const { failure } = result;
  failures.push({ endpoint: endpoint.id, failure });
  if (!requestFaults.has(failure.errorClass)) observations.observeEnd(endpoint.id, true, now());
  if (failure.errorClass === "rate_limited" && failure.retryAfterMs !== undefined) {
    coolDowns.begin(endpoint.id, failure.retryAfterMs, now());
  }
  const { errorClass, status, message } = failure;
  log.warn(
    { decision: decisionId, endpoint: endpoint.id, error_class: errorClass, status, error: message },
    `${endpoint.id} failed: ${errorClass}`,
  );
}
