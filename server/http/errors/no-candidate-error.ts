import type { Exclusion, ExclusionReason } from "../../../engine/serving.js";
import type { ApiError } from "./api-error.js";
import { exclusionWords } from "./exclusion-words.js";
import { retryAfter } from "./retry-after.js";

/** While a probe or a health check may bring an endpoint back at any time. */
const ANY_TIME_MS = 1_000;
/** Endpoints shown to clients for each reason; the record has them all. */
const MAX_SHOWN = 5;

export interface PlanWithoutAttempts {
  readonly excluded: readonly Exclusion[];
  /** Why the model that was asked for is none that can be asked; undefined: it can. */
  readonly unknownModel: string | undefined;
  /** The decision's id: its record has all that this error does not say. */
  readonly decision: string;
  /** How long until an endpoint that asked to wait may be tried; undefined when it is not known. */
  readonly waitMs: (endpoint: string) => number | undefined;
}

/**
 * The error for a plan without attempts. What passes by itself (a provider that asked to wait, one that is down) is 429
 * or 503, so that clients try again; what a client can change is 400; what only the operator can is 503.
 */
export function noCandidateError({ excluded, unknownModel, decision, waitMs }: PlanWithoutAttempts): ApiError {
  const unknown = unknownModel === undefined ? "" : `${unknownModel}, and `;
  const message = `${unknown}no model is left that may serve this request: ${reasonsOf(excluded)} (decision ${decision} has the details)`;
  const has = (reason: ExclusionReason) => excluded.some((exclusion) => exclusion.reason === reason);

  if (excluded.length === 0) {
    return {
      status: 404,
      type: "not_found_error",
      code: "model_not_found",
      message: `${unknown}the route that matched names no other; ask for a model of GET /v1/models, or "auto"`,
      param: "model",
    };
  }
  if (has("upstream_rate_limited")) {
    return {
      status: 429,
      type: "rate_limit_error",
      code: "upstream_rate_limited",
      message: `${message}; try again later`,
      ...retryAfter(shortestWait(excluded, waitMs)),
    };
  }
  if (has("circuit_open") || has("no_credentials")) {
    return {
      status: 503,
      type: "api_error",
      code: "no_candidate",
      message: has("circuit_open") ? `${message}; try again later` : message,
      ...retryAfter(shortestWait(excluded, waitMs)),
    };
  }
  if (excluded.every((exclusion) => exclusion.reason === "context_window")) {
    return {
      status: 400,
      type: "invalid_request_error",
      code: "context_length_exceeded",
      message: `${message}; send less, or ask for fewer output tokens`,
      param: "messages",
    };
  }
  return { status: 400, type: "invalid_request_error", code: "no_candidate", message };
}

/** Endpoints that are left out for the same reason stand together. Models that the key may not use are not named. */
function reasonsOf(excluded: readonly Exclusion[]): string {
  const reasons = new Map<string, string[]>();
  for (const { endpoint, reason, detail } of excluded) {
    const why = exclusionWords[reason] ?? detail;
    reasons.set(why, [...(reasons.get(why) ?? []), reason === "not_allowed_for_key" ? "" : endpoint.id]);
  }
  return [...reasons].map(([why, ids]) => `${listed(ids)}: ${why}`).join("; ");
}

function listed(ids: readonly string[]): string {
  const shown = ids.filter((id) => id !== "").slice(0, MAX_SHOWN);
  const others = ids.length - shown.length;
  if (others === 0) return shown.join(", ");
  return shown.length === 0 ? `${others} of the route's` : `${shown.join(", ")} and ${others} more`;
}

function shortestWait(
  excluded: readonly Exclusion[],
  waitMs: (endpoint: string) => number | undefined,
): number | undefined {
  const waits = excluded.flatMap(({ endpoint, reason }) =>
    reason === "upstream_rate_limited" || reason === "circuit_open" ? [waitMs(endpoint.id) ?? ANY_TIME_MS] : [],
  );
  return waits.length === 0 ? undefined : Math.min(...waits);
}
