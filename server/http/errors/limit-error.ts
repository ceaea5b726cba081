import { formatUsd, type NanoUsd } from "../../../engine/serving.js";
import type { Period } from "../../keys/limits.js";
import { describeSubject } from "../../keys/subject.js";
import type { PaymentRefusal } from "../../ledger/accounting.js";
import type { Admission, RateRefusal } from "../../ledger/rate-limits.js";
import type { ApiError } from "./api-error.js";
import { noRetry, retryAfter } from "./retry-after.js";

const adjectives: Readonly<Record<Period, string>> = {
  hour: "hourly",
  day: "daily",
  week: "weekly",
  month: "monthly",
  total: "total",
};

/** What running requests hold comes back as they end. */
const HELD_RETRY_MS = 2_000;

/** The error when a call cannot be paid for. @param now epoch milliseconds. */
export function paymentError(refused: PaymentRefusal, now: number): ApiError {
  switch (refused.kind) {
    case "unavailable":
      return {
        status: 503,
        type: "api_error",
        code: "ledger_unavailable",
        message:
          "what this request costs cannot be recorded at the moment, so it is not made; try again in a few seconds",
        ...retryAfter(HELD_RETRY_MS),
      };
    case "no_price":
      return {
        status: 402,
        type: "insufficient_quota",
        code: "no_price",
        message: `${refused.endpoint} has no price, so it cannot be held to the budget of ${describeSubject(refused.line.subject)}`,
      };
    case "budget":
      return budgetError(refused.refusal, now);
  }
}

function budgetError(refusal: Extract<PaymentRefusal, { kind: "budget" }>["refusal"], now: number): ApiError {
  const { subject, period, limit, needed, spent, reserved, resetsAt } = refusal;
  const who = describeSubject(subject);
  const budget = `its ${adjectives[period]} budget of $${formatUsd(limit)}`;
  const resets = Number.isFinite(resetsAt) ? `it resets at ${new Date(resetsAt).toISOString()}` : "it does not reset";
  const again = Number.isFinite(resetsAt) ? retryAfter(resetsAt - now) : {};
  if (spent >= limit) {
    return {
      ...statusOf(period),
      code: "budget_exhausted",
      message: `${who} has spent ${budget}; ${resets}`,
      ...again,
    };
  }
  if (needed > limit - spent) {
    return {
      ...statusOf(period),
      code: "budget_insufficient",
      message: `this request can cost up to $${formatUsd(needed)}, and ${who} has $${formatUsd((limit - spent) as NanoUsd)} left of ${budget}; ask for fewer output tokens (max_completion_tokens); ${resets}`,
      ...again,
    };
  }
  return {
    status: 429,
    type: "insufficient_quota",
    code: "budget_reserved",
    message: `this request can cost up to $${formatUsd(needed)}, and requests under way hold $${formatUsd(reserved)} of what ${who} has left of ${budget}; try again when they have ended`,
    ...retryAfter(HELD_RETRY_MS),
  };
}

/** A budget that never resets is 402, which SDKs do not try again. */
function statusOf(period: Period): Pick<ApiError, "status" | "type"> {
  return { status: period === "total" ? 402 : 429, type: "insufficient_quota" };
}

/** The error when a rate limit refuses a request. */
export function rateError({ rate, subject, limit, retryMs, isTooLarge }: RateRefusal): ApiError {
  const who = describeSubject(subject);
  if (isTooLarge) {
    return {
      status: 429,
      type: "rate_limit_error",
      code: "request_exceeds_limit",
      message: `this request's prompt alone is larger than the ${limit} tokens per minute of ${who}; send less`,
      headers: noRetry,
    };
  }
  const what = rate === "tokens" ? "use" : "make";
  const unit = `${rate === "tokens" ? "token" : "request"}${limit === 1 ? "" : "s"}`;
  const within = rate === "concurrent" ? "at the same time" : "per minute";
  return {
    status: 429,
    type: "rate_limit_error",
    code: rate === "concurrent" ? "too_many_concurrent_requests" : "rate_limit_exceeded",
    message: `${who} may ${what} ${limit} ${unit} ${within}; try again in ${seconds(retryMs)}`,
    headers: {
      ...retryAfter(retryMs).headers,
      ...(rate === "concurrent" ? {} : rateHeaders({ [rate]: { limit, remaining: 0, resetMs: retryMs } })),
    },
  };
}

/** The `x-ratelimit-*` headers, named as OpenAI names them; times as `12s`. */
export function rateHeaders(states: Admission["states"]): Record<string, string> {
  const headers: Record<string, string> = {};
  const { requests, tokens } = states;
  if (requests !== undefined) {
    headers["x-ratelimit-limit-requests"] = String(requests.limit);
    headers["x-ratelimit-remaining-requests"] = String(requests.remaining);
    headers["x-ratelimit-reset-requests"] = seconds(requests.resetMs);
  }
  if (tokens !== undefined) {
    headers["x-ratelimit-limit-tokens"] = String(tokens.limit);
    headers["x-ratelimit-remaining-tokens"] = String(tokens.remaining);
    headers["x-ratelimit-reset-tokens"] = seconds(tokens.resetMs);
  }
  return headers;
}

function seconds(ms: number): string {
  return `${Math.max(1, Math.ceil(ms / 1_000))}s`;
}
