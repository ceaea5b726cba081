import type { PlannedAttempt, RecordedAttempt } from "../../engine/serving.js";
import type { Attempt, CallSide, ClientSink } from "./answers/attempt-result.js";
import { attemptEndpoint, isPassedTo } from "./calls/endpoint-attempt.js";
import { StreamedText, type StreamForm, textInChunk } from "./continuation.js";
import type { DispatchDependencies, DispatchRequest } from "./dispatch-request.js";
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
  let asking = request;
  const side = { client, sink: text.through(sink, (planned) => formOf(planned, asking)) };
  let walked = await walk(plan, asking, shared, side);
  for (;;) {
    const { result, planned } = walked;
    const [next, ...others] = untried(plan.slice(plan.indexOf(planned) + 1), request);
    const soFar = text.unfinished;
    if (result.kind !== "cut" || planned.route.continue !== true || next === undefined || soFar === undefined) break;
    if (!planned.route.fallbackOn.includes(result.failure.errorClass)) break;
    const rest = request.asked.restAfter(soFar);
    if (rest === undefined) break;
    asking = { ...request, asked: rest };
    const another = await walk([next, ...others], asking, shared, side);
    const { kind } = another.result;
    // None could go on: what the client has is cut, as it was.
    if (kind === "failed" || kind === "unpaid" || kind === "passed_over") break;
    walked = another;
  }
  return walked;
}

/** One that was waited for, or hedged, may have begun after those behind it had failed. */
function untried(plan: readonly PlannedAttempt[], { progress }: DispatchRequest): readonly PlannedAttempt[] {
  return plan.filter(({ endpoint }) => !progress.failures.some((failed) => failed.endpoint === endpoint.id));
}

/** How the stream of a candidate comes. */
function formOf(planned: PlannedAttempt, request: DispatchRequest): StreamForm {
  const { serving, asked } = request;
  const isNative = isPassedTo(planned, request);
  const passThrough = isNative ? serving.connectionOf(planned.endpoint).passes.get(asked.operation) : undefined;
  return { isNative, textIn: passThrough === undefined ? textInChunk : (passThrough.textIn ?? (() => undefined)) };
}

function walk(
  plan: DispatchRequest["plan"],
  request: DispatchRequest,
  shared: DispatchDependencies,
  side: CallSide = request,
): Promise<WalkedPlan> {
  const places = new RequestPlaces(request, shared);
  const once: Attempt = (planned, caller) => attemptEndpoint(planned, caller, places, request, shared);
  const attempt: Attempt = (planned, caller) =>
    planned.route.retries === 0 ? once(planned, caller) : withRetries(once, planned, caller, shared.random);
  return walkPlan(plan, attempt, side, places);
}

/** The call that decided what the client gets is the last of the list, also when one that it outran was recorded after it. */
function putLast(attempts: RecordedAttempt[], endpoint: string): void {
  if (attempts.length < 2) return;
  const index = attempts.map((attempt) => attempt.endpoint).lastIndexOf(endpoint);
  if (index >= 0) attempts.push(...attempts.splice(index, 1));
}
