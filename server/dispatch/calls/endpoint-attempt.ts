import type { PicoUsdPerToken, PlannedAttempt, Price } from "../../../engine/serving.js";
import type { CallVerdict, CircuitCall } from "../../endpoints/circuit.js";
import type { Release } from "../../endpoints/slots.js";
import { BufferList } from "../../json/buffer-list.js";
import type { PaymentRefusal } from "../../ledger/accounting.js";
import type { PaidCall } from "../../ledger/request-account.js";
import type { Operation } from "../../providers/operation.js";
import type { ProviderAdapter } from "../../providers/provider-adapter.js";
import type { Soon } from "../../soon.js";
import type { AttemptTrace } from "../../telemetry/request-tracing.js";
import type { CallSide, EndedAttempt, PassedOver } from "../answers/attempt-result.js";
import { connectMsOf } from "../answers/attempt-timers.js";
import { requestFaults } from "../answers/failure.js";
import type { DispatchDependencies, DispatchRequest } from "../dispatch-request.js";
import type { RequestPlaces } from "../request-places.js";
import type { ProviderConnection } from "../serving-policy.js";
import { changesFor, STREAM_OPTIONS_REFUSED } from "./body-changes.js";
import { callEndpoint } from "./call-endpoint.js";
import { isNoSign, verdictOf } from "./circuit-verdict.js";
import { recordAttempt, tokensPerSecond } from "./record-attempt.js";
import { passedOver, withoutCall } from "./without-call.js";
import { withoutSecrets } from "./without-secrets.js";

/** Calls an endpoint, if its circuit lets the call through, it has a free place, and the cost can be held. */
export function attemptEndpoint(
  planned: PlannedAttempt,
  side: CallSide,
  places: RequestPlaces,
  request: DispatchRequest,
  shared: DispatchDependencies,
): Soon<EndedAttempt> {
  const { endpoint } = planned;
  const { endpoints, now } = shared;
  const circuit = endpoints.isFailing(endpoint) ? undefined : endpoints.circuits.begin(endpoint, now());
  if (circuit === undefined) {
    places.giveBack(); // it may have opened while the request waited for them
    return passOver(planned, "circuit_open", request);
  }
  const release = places.take(planned);
  if (release === undefined) {
    circuit.end({ kind: "nothing" }, now());
    return passOver(planned, "busy", request);
  }
  return new EndpointAttempt(planned, side, request, shared, circuit, release).make();
}

/** Whether the provider of a candidate has the operation itself, and is asked for it. */
export function isPassedTo({ endpoint }: PlannedAttempt, { serving, asked }: DispatchRequest): boolean {
  return asked.chat.isOnly !== true && serving.connectionOf(endpoint).passes.has(asked.operation);
}

function passOver({ endpoint }: PlannedAttempt, reason: PassedOver["reason"], { progress }: DispatchRequest) {
  progress.passedOver.push({ endpoint: endpoint.id, reason });
  return passedOver(reason);
}

const FREE: Price = { input: 0 as PicoUsdPerToken, output: 0 as PicoUsdPerToken };

/** A call that may be made: its cost is held before it and settled after; how it ends is told to circuit, record, span and observations. */
class EndpointAttempt {
  readonly #planned: PlannedAttempt;
  readonly #side: CallSide;
  readonly #request: DispatchRequest;
  readonly #shared: DispatchDependencies;
  readonly #circuit: CircuitCall;
  readonly #release: Release;
  readonly #connection: ProviderConnection;
  /** Undefined: it is not known. */
  readonly #price: Price | undefined;
  #hasEnded = false;

  constructor(
    planned: PlannedAttempt,
    side: CallSide,
    request: DispatchRequest,
    shared: DispatchDependencies,
    circuit: CircuitCall,
    release: Release,
  ) {
    this.#planned = planned;
    this.#side = side;
    this.#request = request;
    this.#shared = shared;
    this.#circuit = circuit;
    this.#release = release;
    this.#connection = request.serving.connectionOf(planned.endpoint);
    this.#price = this.#connection.isStandIn ? FREE : planned.endpoint.price;
  }

  /** Call it once. Circuit and places are told that it is over, whatever happens. */
  make(): Soon<EndedAttempt> {
    try {
      const paid = this.#request.account.reserve(this.#planned, this.#price);
      if (!(paid instanceof Promise)) return this.#call(paid);
      return paid.then((known) => this.#call(known)).catch((error: unknown) => this.#giveUp(error));
    } catch (error) {
      return this.#giveUp(error);
    }
  }

  #giveUp(error: unknown): never {
    this.#end({ kind: "nothing" });
    throw error;
  }

  #end(verdict: CallVerdict): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#circuit.end(verdict, this.#shared.now());
    this.#release();
  }

  #call(paid: PaidCall | PaymentRefusal): Soon<EndedAttempt> {
    if ("kind" in paid) {
      this.#end({ kind: "nothing" });
      const { progress } = this.#request;
      const endpoint = this.#planned.endpoint.id;
      progress.passedOver.push({ endpoint, reason: "unpaid" });
      progress.unpaid.push({ endpoint, refusal: paid });
      return withoutCall({ kind: "unpaid", refusal: paid });
    }
    try {
      return this.#callPaid(paid);
    } catch (error) {
      this.#request.account.giveBack(paid);
      throw error;
    }
  }

  /** When it throws, no call was made. */
  #callPaid(paid: PaidCall): Promise<EndedAttempt> {
    const { asked, operationHeaders, faultOf, maxOutputTokens, trace } = this.#request;
    const { endpoints, clock, now } = this.#shared;
    const { endpoint, route } = this.#planned;
    const { client, sink } = this.#side;
    const { adapter, passes, provider, isSimulated } = this.#connection;
    const isPassed = isPassedTo(this.#planned, this.#request);
    const operation = isPassed ? asked.operation : "chat";
    if (!isPassed) this.#warnOfChat();
    else for (const sentence of asked.chat.passedWarnings ?? []) this.#warn(sentence);
    const changes = isPassed ? changesFor(provider, asked, sink !== undefined) : undefined;
    if (changes?.streamOptions === null) this.#warn(`${provider.name}: ${STREAM_OPTIONS_REFUSED}`);
    const body = isPassed ? asked.bodyFor(endpoint.upstreamModel, changes) : this.#chatBody(adapter);
    const fault = isSimulated ? faultOf(endpoint) : undefined;
    // From here on the call is made: what is begun now is ended with it.
    const span = trace.attempt({ endpoint, server: this.#connection, stream: sink !== undefined, maxOutputTokens });
    endpoints.observations.begin(endpoint.id);
    return callEndpoint(
      {
        planned: this.#planned,
        adapter,
        passThrough: isPassed ? passes.get(asked.operation) : undefined,
        call: {
          endpoint,
          provider,
          operation,
          body,
          asked,
          stream: sink !== undefined,
          connectTimeoutMs: connectMsOf(route.timeouts),
          fault,
          headers: isPassed && operationHeaders !== undefined ? { ...span.headers, ...operationHeaders } : span.headers,
          warn: (sentence) => this.#warn(`${provider.name}: ${asked.inClientsWords(sentence)}`),
        },
        asksUsage: typeof changes?.streamOptions === "object" && changes.streamOptions !== null,
        client,
        sink,
        circuit: this.#circuit,
        clock,
        now,
      },
      (ended) => this.#finish(ended, operation, paid, span),
    );
  }

  #finish(call: EndedAttempt, operation: Operation, paid: PaidCall, span: AttemptTrace): EndedAttempt {
    try {
      const { account, progress, serving } = this.#request;
      const { isStandIn } = this.#connection;
      this.#shared.endpoints.observations.end(this.#planned.endpoint.id);
      const ended = withoutSecrets(call, serving.secretsOf(this.#planned.endpoint));
      const cost = account.settle(paid, this.#planned, ended, this.#price);
      if (cost.unbelievedUsd !== undefined) this.#warnOfCost(cost.unbelievedUsd);
      const record = recordAttempt(this.#planned, ended, isStandIn ? undefined : cost);
      span.end(record, ended.notes);
      progress.attempts.push(record);
      this.#learn(ended, operation);
      return ended;
    } finally {
      this.#end(verdictOf(call, operation));
    }
  }

  #warn(sentence: string): void {
    this.#request.progress.warnings.add(sentence);
  }

  #warnOfCost(usd: number): void {
    const { id, provider } = this.#planned.endpoint;
    const sentence = `${provider}: it reported a cost of $${usd}, far beyond what the tokens cost by the catalog, which counts in its place`;
    this.#warn(sentence);
    this.#shared.log.warn({ decision: this.#request.decisionId, endpoint: id, reported_usd: usd }, sentence);
  }

  /** Formats that make their requests themselves need none. */
  #chatBody({ takesChat }: ProviderAdapter): BufferList {
    const { asked, serving } = this.#request;
    const { endpoint } = this.#planned;
    if (takesChat === true) return new BufferList([]);
    const { provider } = this.#connection;
    const server = {
      provider: provider.name,
      model: endpoint.upstreamModel,
      legacyMaxTokens: provider.legacyMaxTokens === true,
      streamUsage: provider.streamUsage === true,
      reasons: serving.reasons(endpoint),
    };
    return asked.chatBodyFor(server, (sentence) => this.#warn(asked.inClientsWords(sentence)));
  }

  #warnOfChat(): void {
    const { chat } = this.#request.asked;
    for (const sentence of chat.warnings) this.#warn(sentence);
    if (this.#connection.adapter.takesChat !== true) {
      for (const sentence of chat.plainWarnings ?? []) this.#warn(sentence);
    }
  }

  /** Takes in what a call shows about its endpoint, for the decisions to come. */
  #learn(ended: EndedAttempt, operation: Operation): void {
    const { endpoints, log, now } = this.#shared;
    const { observations, coolDowns } = endpoints;
    const { endpoint } = this.#planned;
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
    this.#request.progress.failures.push({ endpoint: endpoint.id, failure });
    if (!requestFaults.has(failure.errorClass) && !isNoSign(failure, operation))
      observations.observeEnd(endpoint.id, true, now());
    if (failure.errorClass === "rate_limited" && failure.retryAfterMs !== undefined) {
      coolDowns.begin(endpoint.id, failure.retryAfterMs, now());
    }
    const { errorClass, status, message } = failure;
    log.warn(
      { decision: this.#request.decisionId, endpoint: endpoint.id, error_class: errorClass, status, error: message },
      `${endpoint.id} failed: ${errorClass}`,
    );
  }
}
