import type { ErrorClass } from "../../../engine/serving.js";
import type { AttemptResult, PassedOver } from "../../dispatch/answers/attempt-result.js";
import { requestFaults } from "../../dispatch/answers/failure.js";
import type { RequestProgress, UnpaidCandidate } from "../../dispatch/dispatch-request.js";
import type { ApiError } from "./api-error.js";
import { paymentError } from "./limit-error.js";
import { retryAfter } from "./retry-after.js";

/** Nobody knows when a call that is under way ends. */
const BUSY_RETRY_MS = 1_000;

const FOR_THE_OPERATOR =
  "that does not pass by itself: the operator of this server has to put the providers' keys, or the models' names in the catalog, right (its log says more)";

type Progress = Pick<RequestProgress, "failures" | "passedOver" | "unpaid" | "queuedMs">;

/**
 * The error when the last candidate could not be called: it is busy, its circuit opened meanwhile, or it cannot be paid for.
 * A provider that failed before, or is busy, comes first: that passes, and a call there could be paid for.
 * @param now epoch milliseconds.
 */
export function uncalledError(
  last: Extract<AttemptResult, { kind: "unpaid" | "passed_over" }>,
  progress: Progress,
  now: number,
): { readonly error: ApiError; readonly outcome: "failed" | "no_candidate" | "rejected" } {
  if (progress.failures.length > 0) return { error: exhaustedError(progress, now), outcome: "failed" };
  if (last.kind === "passed_over") {
    const outcome = last.reason === "circuit_open" ? "no_candidate" : "failed";
    return { error: unavailableError(last.reason, progress, now), outcome };
  }
  return isOneBusy(progress)
    ? { error: unavailableError("busy", progress, now), outcome: "failed" }
    : { error: paymentError(last.refusal, now), outcome: "rejected" };
}

/** One that became free, and could not be paid for then, is not. */
function isOneBusy({ passedOver, unpaid }: Progress): boolean {
  return passedOver.some(
    ({ endpoint, reason }) => reason === "busy" && !unpaid.some((one) => one.endpoint === endpoint),
  );
}

function unavailableError(reason: PassedOver["reason"], { unpaid, queuedMs }: Progress, now: number): ApiError {
  const again = retryAfter(BUSY_RETRY_MS);
  const others = sentencesOn(unpaid, now);
  if (reason === "circuit_open") {
    const message = `no provider can be called at the moment: each failed too often lately; try again later${others}`;
    return { status: 503, type: "api_error", code: "no_candidate", message, ...again };
  }
  const waited =
    queuedMs === 0 ? "and too many requests wait already" : `and the request waited ${Math.round(queuedMs)} ms`;
  const which = unpaid.length === 0 ? "may serve this request" : "may serve this request and can be paid for";
  const message = `every model that ${which} is at its limit of calls at the same time, ${waited}; try again later${others}`;
  return { status: 503, type: "api_error", code: "upstream_busy", message, ...again };
}

/** What is said behind a message of the candidates that could not be paid for. */
function sentencesOn(unpaid: readonly UnpaidCandidate[], now: number): string {
  return unpaid
    .map(({ endpoint, refusal }) => `. ${endpoint} cannot be paid for: ${paymentError(refusal, now).message}`)
    .join("");
}

/**
 * The error when every attempt that could be made has failed: what was tried and how it failed, without the providers'
 * own words, and what could not be paid for. When all failed alike the status says how: 429, 503 or 504; else 502.
 *
 * @param progress at least one failure, in order.
 * @param now epoch milliseconds.
 */
export function exhaustedError({ failures, unpaid }: Pick<Progress, "failures" | "unpaid">, now: number): ApiError {
  const tried = failures.map(({ endpoint, failure }) => `${endpoint}: ${failure.summary}`).join("; ");
  const others = sentencesOn(unpaid, now);
  const last = failures.at(-1)?.failure;
  if (last !== undefined && requestFaults.has(last.errorClass)) {
    return {
      status: 400,
      type: "invalid_request_error",
      code: last.errorClass,
      message: `the provider refused the request: ${tried}${others}`,
    };
  }
  const all = (...classes: readonly ErrorClass[]) =>
    failures.every(({ failure }) => classes.includes(failure.errorClass));
  const message = `no provider could answer (${tried}); ${failures.every(isLasting) ? FOR_THE_OPERATOR : "try again later"}${others}`;
  const waits = failures.flatMap(({ failure }) => (failure.retryAfterMs === undefined ? [] : [failure.retryAfterMs]));
  const wait = retryAfter(waits.length === 0 ? undefined : Math.min(...waits));
  if (all("rate_limited")) {
    return { status: 429, type: "rate_limit_error", code: "upstream_rate_limited", message, ...wait };
  }
  if (all("rate_limited", "overloaded")) {
    return { status: 503, type: "api_error", code: "upstream_overloaded", message, ...wait };
  }
  if (all("timeout")) return { status: 504, type: "api_error", code: "upstream_timeout", message };
  return { status: 502, type: "api_error", code: "upstream_failed", message };
}

/** A key that is refused, or a model or address that the provider does not have. */
function isLasting({ failure: { errorClass, status } }: Progress["failures"][number]): boolean {
  return errorClass === "auth" || status === 404 || status === 405;
}
