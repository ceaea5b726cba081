import type { PlannedAttempt } from "../../engine/serving.js";
import type { EndedAttempt } from "../dispatch/answers/attempt-result.js";
import { connectMsOf } from "../dispatch/answers/attempt-timers.js";
import { requestFaults } from "../dispatch/answers/failure.js";
import { callBeside } from "../dispatch/calls/call-beside.js";
import { recordAttempt } from "../dispatch/calls/record-attempt.js";
import type { DataPlane } from "./data-plane.js";
import type { Decision } from "./decision.js";
import { createExchangeServer, denial, type ServeRequest } from "./enter-request.js";
import type { Exchange } from "./exchange.js";
import type { CountFront } from "./fronts/count-fronts.js";
import type { ReceivedBody } from "./receive-request.js";

/** Says in an answer who counted. */
const COUNTED_BY = "x-route-token-count";

/**
 * Serves an API's counting of tokens: the request is decided like one that asks for an answer. When the first candidate has the
 * operation it counts; otherwise, and when it fails, the fact `context_tokens` is the answer. Nothing is charged and no
 * limit counts it.
 */
export function createTokenCount(plane: DataPlane, front: CountFront): ServeRequest {
  return createExchangeServer(plane, front, async (exchange, request, entered) => {
    const decision = entered.deciding.decide();
    if (decision.outcome.denied !== undefined) {
      exchange.refuse(denial(decision), "denied");
      return;
    }
    const planned = decision.plan?.attempts[0];
    const headers = front.operationHeaders(request.headers) ?? {};
    const { body } = entered;
    if (planned !== undefined && (await countAtProvider(plane, exchange, { front, decision, planned, body, headers })))
      return;
    exchange.addHeaders({ [COUNTED_BY]: "estimate" });
    const estimate = front.estimated(decision.observed.facts.context_tokens ?? 0);
    exchange.answer(Buffer.from(JSON.stringify(estimate)), planned);
  });
}

/** What a provider is asked to count. */
interface AskedCount {
  readonly front: CountFront;
  readonly decision: Decision;
  readonly planned: PlannedAttempt;
  readonly body: ReceivedBody;
  readonly headers: Readonly<Record<string, string>>;
}

/** @returns whether the client has its answer. */
async function countAtProvider(plane: DataPlane, exchange: Exchange, asked: AskedCount): Promise<boolean> {
  const { planned } = asked;
  const { endpoint } = planned;
  const { passes, provider } = asked.decision.serving.connectionOf(endpoint);
  if (!passes.has(asked.front.operation)) return false;
  const estimateBecause = (reason: string) =>
    exchange.progress.warnings.add(`${provider.name}: it did not count the tokens (${reason}); this is an estimate`);
  const ended = await callToCount(plane, exchange, asked);
  const { result } = ended;
  if (result.kind === "passed_over") {
    exchange.progress.passedOver.push({ endpoint: endpoint.id, reason: result.reason });
    estimateBecause(result.reason === "busy" ? "it is at its limit" : "it fails at the moment");
    return false;
  }
  exchange.progress.attempts.push(recordAttempt(planned, ended, undefined));
  if (result.kind === "cancelled") {
    exchange.cancel();
    return true;
  }
  if (result.kind === "answered") {
    exchange.addHeaders({ [COUNTED_BY]: "provider" });
    exchange.answer(result.body, planned);
    return true;
  }
  if (result.kind !== "failed") return false;
  const { errorClass, answer, summary } = result.failure;
  if (requestFaults.has(errorClass) && answer !== undefined) {
    exchange.passOn(answer, errorClass, planned);
    return true;
  }
  estimateBecause(summary);
  return false;
}

function callToCount(
  plane: DataPlane,
  { client, progress: { warnings } }: Exchange,
  { front: { operation }, decision: { serving }, planned, body, headers }: AskedCount,
): Promise<EndedAttempt> {
  const { endpoint, route } = planned;
  const { passes, adapter, provider } = serving.connectionOf(endpoint);
  const call = {
    endpoint,
    provider,
    operation,
    body: body.bodyFor(endpoint.upstreamModel),
    asked: body,
    stream: false,
    connectTimeoutMs: connectMsOf(route.timeouts),
    headers,
    warn: (sentence: string) => warnings.add(`${provider.name}: ${sentence}`),
  };
  return callBeside(
    {
      planned,
      adapter,
      passThrough: passes.get(operation),
      call,
      client,
      limits: serving.limitsOf(endpoint),
      secrets: serving.secretsOf(endpoint),
    },
    plane.dispatching,
  );
}
