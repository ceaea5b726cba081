import type { World } from "../../../engine/serving.js";
import type { ServingPolicy } from "../../dispatch/serving-policy.js";
import { andThen, type Soon } from "../../soon.js";
import type { ApiError } from "../errors/api-error.js";
import { type RoutingHints, readRoutingFields } from "../fronts/routing/read-routing-fields.js";
import type { RoutingContext } from "../fronts/routing/routing-draft.js";
import type { ObservedRequest, RequestToObserve } from "./observe-request.js";
import { promptPrefix } from "./prompt-prefix.js";

export interface RequestAsked extends RequestToObserve, RoutingContext {
  readonly serving: ServingPolicy;
  readonly observe: (request: RequestToObserve) => Soon<ObservedRequest>;
}

export interface AskedRead {
  readonly observed: ObservedRequest;
  /** The part of the world that the request's own hints make. */
  readonly hints: Pick<World, "hint_excluded_by" | "hint_order" | "no_fallback">;
  /** Hash of the head of the prompt; undefined when no route asks for it. */
  readonly prefix: string | undefined;
  /** The error to answer with: for a hint that could dodge a guard, or that `x-route-strict` refuses. */
  readonly refusal: ApiError | undefined;
}

/** Reads a request's facts and its hints to the ranking, as the proxy and `policy explain --request` do. */
export function readAsked(asked: RequestAsked): Soon<AskedRead> {
  const { serving, observe } = asked;
  const routing = readRoutingFields(asked);
  const toObserve = withModel(asked, routing.model);
  const read = (seen: ObservedRequest): AskedRead => {
    const { warnings } = routing;
    const observed = warnings.length === 0 ? seen : { ...seen, warnings: [...seen.warnings, ...warnings] };
    return {
      observed,
      hints: hintsOf(routing),
      prefix: serving.uses.prefix ? promptPrefix(toObserve.body) : undefined,
      refusal: refusalOf(observed),
    };
  };
  const seen = observe(toObserve);
  return andThen(seen, read);
}

function withModel(asked: RequestAsked, model: string | undefined): RequestAsked {
  const { model: given = null } = asked.body;
  if (model === undefined || model === given) return asked;
  const names = given === null ? { ...asked.names, model: "models" } : asked.names;
  return { ...asked, body: { ...asked.body, model }, names };
}

function refusalOf({ refusals, strict, warnings }: ObservedRequest): ApiError | undefined {
  if (refusals.length > 0) return invalidHint(refusals.join("; "));
  if (!strict || warnings.length === 0) return undefined;
  return invalidHint(`x-route-strict is set, and hints cannot be used: ${warnings.join("; ")}`);
}

const NO_HINTS: AskedRead["hints"] = {};

function hintsOf({ excludedBy, order, noFallback }: RoutingHints): AskedRead["hints"] {
  if (excludedBy === undefined && order === undefined && !noFallback) return NO_HINTS;
  return {
    ...(excludedBy === undefined ? {} : { hint_excluded_by: excludedBy }),
    ...(order === undefined ? {} : { hint_order: order }),
    ...(noFallback ? { no_fallback: true } : {}),
  };
}

function invalidHint(message: string): ApiError {
  return { status: 400, type: "invalid_request_error", code: "invalid_hint", message };
}
