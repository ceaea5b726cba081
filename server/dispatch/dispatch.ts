import type { RecordedAttempt } from "../../engine/serving.js";
import { BufferList } from "../json/buffer-list.js";
import type { Attempt, StreamSink } from "./attempt-result.js";
import { bodyToContinue, StreamedText } from "./continuation.js";
import type { AskedRequest, DispatchDependencies, DispatchRequest } from "./dispatch-request.js";
import { attemptEndpoint } from "./endpoint-attempt.js";
import { RequestPlaces } from "./request-places.js";
import { type WalkedPlan, walkPlan } from "./walk-plan.js";
import { withRetries } from "./with-retries.js";

/**
 * Sends a request along its plan until it is answered: retries, falls back, records every attempt in the request's
 * lists, in spans, and in what the next decisions see of the world. Never rejects.
 */
export async function dispatch(request: DispatchRequest, shared: DispatchDependencies): Promise<WalkedPlan> {
  const walked = await walkOn(request, shared);
  putLast(request.progress.attempts, walked.planned.endpoint.id);
  const committing = request.account.committed();
  if (committing !== undefined) await committing;
  return walked;
}

/** Walks the plan; with `continue: true` on past a stream that breaks after its first content. */
function walkOn(request: DispatchRequest, shared: DispatchDependencies): Promise<WalkedPlan> {
  const { plan, asked, sink } = request;
  return sink === undefined || asked.operation !== "chat" || !plan.some(({ route }) => route.continue === true)
    ? walk(plan, request, shared)
    : continued(sink, request, shared);
}

async function continued(
  sink: StreamSink,
  request: DispatchRequest,
  shared: DispatchDependencies,
): Promise<WalkedPlan> {
  const { plan, client } = request;
  const text = new StreamedText();
  const side = { client, sink: text.through(sink) };
  let walked = await walk(plan, { ...request, ...side }, shared);
  for (;;) {
    const { result, planned } = walked;
    const [next, ...others] = plan.slice(plan.indexOf(planned) + 1);
    const soFar = text.unfinished;
    if (result.kind !== "cut" || planned.route.continue !== true || next === undefined || soFar === undefined) break;
    if (!planned.route.fallbackOn.includes(result.failure.errorClass)) break;
    const rest = { ...request, ...side, asked: toContinue(request.asked, soFar) };
    const another = await walk([next, ...others], rest, shared);
    const { kind } = another.result;
    // None could go on: what the client has is cut, as it was.
    if (kind === "failed" || kind === "unpaid" || kind === "passed_over") break;
    walked = another;
  }
  return walked;
}

/** What asks for the rest of an answer. */
function toContinue({ operation, chat, inClientsWords }: AskedRequest, soFar: string): AskedRequest {
  const body = bodyToContinue(chat.body, soFar);
  const bodyFor = (model: string, options = body["stream_options"]) =>
    new BufferList([Buffer.from(JSON.stringify({ ...body, model, stream_options: options }))]);
  return { operation, chat: { ...chat, body }, bodyFor, chatBodyFor: (model) => bodyFor(model), inClientsWords };
}

function walk(
  plan: DispatchRequest["plan"],
  request: DispatchRequest,
  shared: DispatchDependencies,
): Promise<WalkedPlan> {
  const places = new RequestPlaces(request, shared);
  const attempt: Attempt = (planned, side) => attemptEndpoint(planned, side, places, request, shared);
  return walkPlan(plan, withRetries(attempt, shared.random), request, places);
}

/** The call that decided what the client gets is the last of the list, also when one that it outran was recorded after it. */
function putLast(attempts: RecordedAttempt[], endpoint: string): void {
  if (attempts.length < 2) return;
  const index = attempts.map((attempt) => attempt.endpoint).lastIndexOf(endpoint);
  if (index >= 0) attempts.push(...attempts.splice(index, 1));
}
