import type { ErrorClass } from "../../engine/serving.js";
import type { PassedOver } from "../dispatch/attempt-result.js";
import type { FailedAttempt } from "../dispatch/dispatch-request.js";
import { requestFaults } from "../dispatch/failure.js";
import type { ApiError } from "./api-error.js";
import { retryAfter } from "./no-candidate-error.js";

/** Nobody knows when a call that is under way ends. */
const BUSY_RETRY_MS = 1_000;

/** The error when no call could be made to the last candidates: all are busy, or their circuits opened meanwhile. */
export function unavailableError(
  reason: PassedOver["reason"],
  { failures, queuedMs }: { readonly failures: readonly FailedAttempt[]; readonly queuedMs: number },
): ApiError {
  if (failures.length > 0) return exhaustedError(failures);
  const again = retryAfter(BUSY_RETRY_MS);
  if (reason === "circuit_open") {
    const message = "no provider can be called at the moment: each failed too often lately; try again later";
    return { status: 503, type: "api_error", code: "no_candidate", message, ...again };
  }
  const waited =
    queuedMs === 0 ? "and too many requests wait already" : `and the request waited ${Math.round(queuedMs)} ms`;
  const message = `every model that may serve this request is at its limit of calls at the same time, ${waited}; try again later`;
  return { status: 503, type: "api_error", code: "upstream_busy", message, ...again };
}

/**
 * The error when every attempt that could be made has failed: what was tried and how it failed, without the providers'
 * own words. When all failed alike the status says how: 429, 503 or 504; else 502.
 *
 * @param failures at least one, in order; the last one ended the plan.
 */
export function exhaustedError(failures: readonly FailedAttempt[]): ApiError {
  const tried = failures.map(({ endpoint, failure }) => `${endpoint}: ${failure.summary}`).join("; ");
  const last = failures.at(-1)?.failure;
  if (last !== undefined && requestFaults.has(last.errorClass)) {
    return {
      status: 400,
      type: "invalid_request_error",
      code: last.errorClass,
      message: `the provider refused the request: ${tried}`,
    };
  }
  const all = (...classes: readonly ErrorClass[]) =>
    failures.every(({ failure }) => classes.includes(failure.errorClass));
  const message = `no provider could answer (${tried}); try again later`;
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
