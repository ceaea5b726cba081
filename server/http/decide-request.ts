import type { IncomingMessage } from "node:http";
import { observeWorld, type WorldToObserve } from "../dispatch/observe-world.js";
import { allowedModels } from "../keys/allowed-models.js";
import { trustedFacts } from "../keys/key-facts.js";
import type { ApiError } from "./api-error.js";
import type { Caller } from "./authenticate.js";
import type { DataPlane } from "./data-plane.js";
import { type Decision, makeDecision } from "./decision.js";
import type { Exchange } from "./exchange.js";
import type { Front } from "./fronts/front.js";
import { promptPrefix } from "./prompt-prefix.js";
import type { ReceivedBody } from "./receive-request.js";
import { requestHeaders } from "./request-headers.js";
import { type RoutingHints, readRoutingFields } from "./routing-fields.js";

/**
 * @returns a function that decides by what the world is then, each time under the same id and policy; or the error to
 *   answer with when a hint refuses the request.
 */
export async function observeAndDecide(
  plane: DataPlane,
  { operation }: Front,
  exchange: Exchange,
  { key }: Caller,
  request: IncomingMessage,
  { chat: { body: asked } }: ReceivedBody,
): Promise<(() => Decision) | ApiError> {
  const serving = plane.servingPolicyOf(plane.currentPolicy());
  const { policy, thresholds } = serving;
  const { endpoints } = plane.dispatching;
  const routing = readRoutingFields({
    policy,
    body: asked,
    latencyMs: endpoints.observations.latencyMs(serving.endpointIds),
    ignores: (endpoint) => serving.ignoredBy(endpoint, asked, operation),
  });
  const body = routing.model === asked["model"] ? asked : { ...asked, model: routing.model };
  const seen = await plane.observe({
    headers: requestHeaders(request, policy.set.attributes),
    body,
    policy,
    thresholds,
    counter: plane.counter,
    key: key === undefined ? undefined : trustedFacts(key, await plane.accounting.spendOf(key)),
    now: exchange.arrivedAt,
  });
  const observed = { ...seen, warnings: [...seen.warnings, ...routing.warnings] };
  if (observed.refusals.length > 0) return invalidHint(observed.refusals.join("; "));
  if (observed.strict && observed.warnings.length > 0) return unusableHints(observed.warnings);
  const id = plane.nextDecisionId();
  const prefix = serving.uses.prefix ? promptPrefix(body) : undefined;
  const allowed = key === undefined ? undefined : allowedModels(policy, key.settings.allow);
  return () => {
    const startedAtMs = plane.dispatching.now();
    const world = observeWorld({
      serving,
      operation,
      body: asked,
      hints: worldOf(routing),
      endpoints,
      seed: id,
      prefix,
      allowed,
      now: startedAtMs,
    });
    const decision = makeDecision({ id, time: exchange.arrivedAt, serving, observed, world });
    exchange.decided(decision);
    const { outcome, plan } = decision;
    exchange.trace.decided({ id, policy, outcome, plan, startedAtMs, endedAtMs: plane.dispatching.now() });
    return decision;
  };
}

/** The part of the world that a request's own hints make. */
function worldOf({ excluded, order, noFallback }: RoutingHints): WorldToObserve["hints"] {
  return {
    ...(excluded.length === 0 ? {} : { hint_excluded: excluded }),
    ...(order === undefined ? {} : { hint_order: order }),
    ...(noFallback ? { no_fallback: true } : {}),
  };
}

function unusableHints(warnings: readonly string[]): ApiError {
  return invalidHint(`x-route-strict is set, and hints cannot be used: ${warnings.join("; ")}`);
}

function invalidHint(message: string): ApiError {
  return { status: 400, type: "invalid_request_error", code: "invalid_hint", message };
}
