import type { Exclusion, ExclusionReason, RoutePlan } from "../../engine/index.js";
import type { ApiError } from "./api-error.js";

/** Shown to clients; the record has them all. */
const MAX_SHOWN = 5;

/**
 * The error for a plan without attempts. What passes by itself (a provider that asked to wait, one that is down) is 429
 * or 503, so that clients try again; what a client can change is 400; what only the operator can is 503.
 *
 * @param waitMs how long until an endpoint that asked to wait may be tried; undefined when it is not known.
 */
export function noCandidateError(
  { excluded }: Pick<RoutePlan, "excluded">,
  model: string | undefined,
  waitMs: (endpoint: string) => number | undefined,
): ApiError {
  const because = excluded.slice(0, MAX_SHOWN).map(({ endpoint, detail }) => `${endpoint.id}: ${detail}`);
  if (excluded.length > MAX_SHOWN) because.push(`and ${excluded.length - MAX_SHOWN} more`);
  const message = `no model is left that may serve this request: ${because.join("; ")}`;
  const has = (reason: ExclusionReason) => excluded.some((exclusion) => exclusion.reason === reason);

  if (excluded.length === 0) {
    const named =
      model === undefined || model === "auto"
        ? ""
        : `the model ${JSON.stringify(model)} is none of the catalog's, and `;
    return {
      status: 404,
      type: "not_found_error",
      code: "model_not_found",
      message: `${named}the route that matched names no other; ask for a model of GET /v1/models, or "auto"`,
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
      message,
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

/** `retry-after` in whole seconds; nothing when the wait is not known. */
export function retryAfter(ms: number | undefined): Pick<ApiError, "headers"> {
  return ms === undefined ? {} : { headers: { "retry-after": String(Math.max(1, Math.ceil(ms / 1_000))) } };
}

function shortestWait(
  excluded: readonly Exclusion[],
  waitMs: (endpoint: string) => number | undefined,
): number | undefined {
  const waits = excluded.flatMap(({ endpoint, reason }) =>
    reason === "upstream_rate_limited" || reason === "circuit_open"
      ? [waitMs(endpoint.id) ?? Number.POSITIVE_INFINITY]
      : [],
  );
  const shortest = Math.min(...waits);
  return Number.isFinite(shortest) ? shortest : undefined;
}
