import type { IncomingMessage } from "node:http";
import type { PlannedAttempt } from "../../engine/serving.js";
import type { ClientSink } from "../dispatch/answers/attempt-result.js";
import { requestFaults } from "../dispatch/answers/failure.js";
import { dispatch } from "../dispatch/dispatch.js";
import type { WalkedPlan } from "../dispatch/walk-plan.js";
import type { RequestAccount } from "../ledger/request-account.js";
import { accountFor } from "./account-for.js";
import type { DataPlane } from "./data-plane.js";
import type { Decision } from "./decision.js";
import { createExchangeServer, denial, type EnteredRequest, type ServeRequest } from "./enter-request.js";
import type { ApiError } from "./errors/api-error.js";
import { exhaustedError, uncalledError } from "./errors/exhausted-error.js";
import { rateError, rateHeaders } from "./errors/limit-error.js";
import { noCandidateError } from "./errors/no-candidate-error.js";
import type { Exchange } from "./exchange.js";
import type { Front } from "./fronts/front.js";
import { whyUnknownModel } from "./observe/named-in-routes.js";
import type { ObservedRequest } from "./observe/observe-request.js";
import { noFault } from "./observe/requested-faults.js";
import type { ReceivedBody } from "./receive-request.js";
import { throughCache } from "./through-cache.js";
import { type Attempts, isPossible, sendAgain, untilPossible } from "./until-possible.js";

/** Serves one API: body, facts, decision, dispatch, answer. */
export function createInference(plane: DataPlane, front: Front): ServeRequest {
  return createExchangeServer(plane, front, (exchange, request, entered) =>
    serve(plane, front, exchange, request, entered),
  );
}

async function serve(
  plane: DataPlane,
  front: Front,
  exchange: Exchange,
  request: IncomingMessage,
  { caller, body, deciding }: EnteredRequest,
): Promise<void> {
  const waiting = untilPossible(plane, exchange, deciding);
  const decision = waiting instanceof Promise ? await waiting : waiting;
  const { outcome, plan, observed } = decision;
  if (outcome.denied !== undefined) {
    exchange.refuse(denial(decision), "denied");
    return;
  }
  if (exchange.client.isGone) {
    exchange.cancel();
    return;
  }
  if (plan === undefined || !isPossible(plan.attempts)) {
    exchange.refuse(noCandidate(plane, decision), "no_candidate");
    return;
  }
  exchange.echoes(body.chat.echo);
  if (body.asksCost) exchange.showsCost();
  const { attempts } = plan;
  const [first] = attempts;
  const account = accountFor(plane, front.operation, caller, decision, body);
  const admitting =
    caller.key === undefined ? undefined : plane.accounting.admit(decision.id, caller.key, () => account.promptTokens);
  const admission = admitting instanceof Promise ? await admitting : admitting;
  if (admission !== undefined && "rate" in admission) {
    exchange.refuse(rateError(admission), "rejected");
    return;
  }
  if (admission !== undefined) exchange.addHeaders(rateHeaders(admission.states));
  try {
    let asking: Attempts = attempts;
    const onBegin = () => letGo(exchange, body, asking, observed);
    const sink = observed.facts.stream === true ? sinkTo(exchange, onBegin) : undefined;
    const asked = { front, caller, request, body, decision, first };
    const walked = await throughCache(plane, exchange, asked, sink, async (through) => {
      const toSend = (plan: Attempts) => {
        asking = plan;
        return send(plane, front, exchange, request, { decision, body, account, plan, sink: through });
      };
      return sendAgain(plane, exchange, await toSend(attempts), deciding, toSend);
    });
    if (walked !== undefined) answer(plane, exchange, walked);
  } finally {
    void admission?.end(account.tokens);
  }
}

/** The error of a request that no candidate can serve. */
function noCandidate(plane: DataPlane, { id, serving, observed, plan }: Decision): ApiError {
  const { endpoints, now } = plane.dispatching;
  return noCandidateError({
    excluded: plan?.excluded ?? [],
    unknownModel: whyUnknownModel(serving.policy.set, observed.facts.model ?? "auto"),
    decision: id,
    waitMs: (endpoint) => endpoints.remainingMs(endpoint, now()),
  });
}

interface PaidRequest {
  readonly decision: Decision;
  readonly body: ReceivedBody;
  readonly account: RequestAccount;
  readonly plan: Attempts;
  readonly sink: ClientSink | undefined;
}

function send(
  plane: DataPlane,
  front: Front,
  exchange: Exchange,
  request: IncomingMessage,
  { decision, body, account, plan, sink }: PaidRequest,
): Promise<WalkedPlan> {
  const { facts } = decision.observed;
  return dispatch(
    {
      decisionId: decision.id,
      serving: decision.serving,
      plan,
      asked: body,
      operationHeaders: front.operationHeaders(request.headers),
      maxOutputTokens: facts.max_output_tokens,
      client: exchange.client,
      account,
      sink,
      trace: exchange.trace,
      progress: exchange.progress,
      faultOf: plane.faultsOf?.(request.headers) ?? noFault,
    },
    plane.dispatching,
  );
}

function answer(plane: DataPlane, exchange: Exchange, { result, planned }: WalkedPlan): void {
  switch (result.kind) {
    case "answered":
      exchange.answer(result.body, planned);
      return;
    case "streamed":
      exchange.endStream(result.last);
      return;
    case "cancelled":
    case "outrun":
      exchange.cancel();
      return;
    case "cut":
      exchange.cutStream(cutError(planned, result.failure.summary));
      return;
    case "unpaid":
    case "passed_over": {
      const { error, outcome } = uncalledError(result, exchange.progress, plane.dispatching.now());
      exchange.refuse(error, outcome);
      return;
    }
    case "failed": {
      const { errorClass, answer: own } = result.failure;
      if (requestFaults.has(errorClass) && own !== undefined && own.body.length > 0) {
        exchange.passOn(own, errorClass, planned);
      } else {
        exchange.refuse(exhaustedError(exchange.progress, plane.dispatching.now()), "failed");
      }
    }
  }
}

/** A stream has begun, so no other candidate can be asked: its body is not held until it ends. */
function letGo(exchange: Exchange, body: ReceivedBody, asked: Attempts, { prompt }: ObservedRequest): void {
  if (asked.some(({ route }) => route.continue === true || route.hedgeAfterMs !== undefined)) return;
  prompt.release(); // but for its estimate, by which a stream without usage is charged
  body.release();
  exchange.letBodyGo();
}

function sinkTo(exchange: Exchange, onBegin: () => void): ClientSink {
  return {
    begin(planned) {
      onBegin();
      exchange.beginStream(planned);
    },
    goOn: (isNative, text) => exchange.goOnWithStream(isNative, text),
    write: (events) => exchange.writeEvents(events),
    onceDrained: (callback) => exchange.onceDrained(callback),
  };
}

function cutError({ endpoint }: PlannedAttempt, summary: string): ApiError {
  return {
    status: 502,
    type: "api_error",
    code: "stream_cut",
    message: `the answer is incomplete: ${endpoint.id} broke off (${summary}); what came so far is not the whole, try again`,
  };
}
