import type { IncomingMessage } from "node:http";
import { observeWorld } from "../dispatch/observe-world.js";
import { allowedModels } from "../keys/allowed-models.js";
import type { StoredKey } from "../keys/api-key.js";
import { type TrustedFacts, trustedFacts } from "../keys/key-facts.js";
import { andThen, type Soon } from "../soon.js";
import type { ApiError } from "./api-error.js";
import type { Caller } from "./authenticate.js";
import type { DataPlane } from "./data-plane.js";
import { type Decision, makeDecision } from "./decision.js";
import type { Exchange } from "./exchange.js";
import type { Front } from "./fronts/front.js";
import { type AskedRead, readAsked } from "./read-asked.js";
import type { ReceivedBody } from "./receive-request.js";
import { requestHeaders } from "./request-headers.js";

/** What is decided about a request. */
export interface Deciding {
  /** Decides by what the world is then, each time under the same id and policy. */
  readonly decide: () => Decision;
  /** The error to answer with when a hint refuses the request: it is decided all the same, so that there is a record. */
  readonly refusal: ApiError | undefined;
}

export function observeAndDecide(
  plane: DataPlane,
  front: Front,
  exchange: Exchange,
  { key }: Caller,
  request: IncomingMessage,
  body: ReceivedBody,
): Soon<Deciding> {
  const asked: RequestToDecide = { plane, front, exchange, request, body };
  if (key === undefined) return decideFor(asked, undefined, undefined);
  const spend = plane.accounting.spendOf(key);
  return andThen(spend, (known) => decideFor(asked, key, known));
}

interface RequestToDecide {
  readonly plane: DataPlane;
  readonly front: Front;
  readonly exchange: Exchange;
  readonly request: IncomingMessage;
  readonly body: ReceivedBody;
}

function decideFor(
  { plane, front, exchange, request, body }: RequestToDecide,
  key: StoredKey | undefined,
  spend: TrustedFacts["spend"],
): Soon<Deciding> {
  const { body: asked, unseen, assumed, needsNative } = body.chat;
  const { operation, names } = front;
  const serving = plane.servingPolicyOf(plane.currentPolicy());
  const { policy } = serving;
  const { endpoints } = plane.dispatching;
  const deciding = ({ observed, hints, prefix, refusal }: AskedRead): Deciding => {
    const id = plane.nextDecisionId();
    const allowed = key === undefined ? undefined : allowedModels(policy, key.settings.allow);
    const decide = () => {
      const startedAtMs = plane.dispatching.now();
      const world = observeWorld({
        serving,
        operation,
        body: asked,
        needsNative,
        hints,
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
    return { decide, refusal };
  };
  const read = readAsked({
    serving,
    operation,
    body: asked,
    unseen,
    names,
    assumed,
    latencyMs: () => endpoints.observations.latencyMs(serving.endpointIds, exchange.arrivedAt),
    tokensPerSecond: (endpoint) => endpoints.observations.tokensPerSecond(endpoint, exchange.arrivedAt),
    observe: plane.observe,
    headers: requestHeaders(request, policy.set.attributes),
    counter: plane.counter,
    key: key === undefined ? undefined : trustedFacts(key, spend),
    now: exchange.arrivedAt,
  });
  return andThen(read, deciding);
}
