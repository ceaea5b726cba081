import type { ErrorClass } from "../../engine/index.js";
import type { FailedAttempt } from "../dispatch/dispatch.js";
import { requestFaults } from "../dispatch/failure.js";
import type { ApiError } from "./api-error.js";
import { retryAfter } from "./no-candidate-error.js";

/** The error when no call could be made to the last candidates: their circuits opened after the decision. */
export function unavailableError(failures: readonly FailedAttempt[]): ApiError {
  if (failures.length > 0) return exhaustedError(failures);
  const message = "no provider can be called at the moment: each failed too often lately; try again later";
  return { status: 503, type: "api_error", code: "no_candidate", message, ...retryAfter(1_000) };
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
