import type { IncomingMessage, ServerResponse } from "node:http";
import { withDefaults, writeDenyMessage } from "../../engine/serving.js";
import { authenticate, type Caller } from "./authenticate.js";
import { RequestAborted, readBody } from "./body/read-body.js";
import { refuseForm } from "./body/refuse-form.js";
import type { DataPlane } from "./data-plane.js";
import { type Deciding, observeAndDecide } from "./decide-request.js";
import type { Decision } from "./decision.js";
import { type ApiError, INTERNAL_ERROR } from "./errors/api-error.js";
import { Exchange } from "./exchange.js";
import type { Front } from "./fronts/front.js";
import { metadataHints } from "./fronts/metadata-hints.js";
import { type ReceivedBody, understandBody } from "./receive-request.js";

/** Serves one request to its end. */
export type ServeRequest = (request: IncomingMessage, response: ServerResponse) => void;

/** Serves a request that may be decided. */
type ServeEntered = (exchange: Exchange, request: IncomingMessage, entered: EnteredRequest) => Promise<void>;

/** Gives each request an exchange, and an end to requests that are refused or fail. */
export function createExchangeServer(plane: DataPlane, front: Front, serve: ServeEntered): ServeRequest {
  return (request, response) => {
    const exchange = new Exchange(plane, front, request, response);
    enter(plane, front, exchange, request, serve).catch((error: unknown) => {
      if (error instanceof RequestAborted) exchange.cancel();
      else fail(plane, exchange, response, error);
    });
  };
}

/** A request that may be decided. */
export interface EnteredRequest {
  readonly caller: Caller;
  readonly body: ReceivedBody;
  readonly deciding: Deciding;
}

/** Who asks, for what, with which facts: serves the request, unless it is refused. */
async function enter(
  plane: DataPlane,
  front: Front,
  exchange: Exchange,
  request: IncomingMessage,
  serve: ServeEntered,
): Promise<void> {
  const asking = authenticate(request, plane.access, "inference");
  const caller = asking instanceof Promise ? await asking : asking;
  if ("code" in caller) {
    request.resume(); // a body that nobody reads would hold up the connection
    exchange.refuse(caller, "rejected");
    return;
  }
  const form = refuseForm(request);
  if (form !== undefined) request.resume();
  const bytes = form ?? (await readBody(request));
  if ("code" in bytes) return exchange.refuse(bytes, "rejected");
  const noRoom = exchange.hold(bytes.length);
  if (noRoom !== undefined) return exchange.refuse(noRoom, "rejected");
  const hints = metadataHints(plane.currentPolicy().set);
  const body = understandBody(bytes, front, hints);
  if ("code" in body) return exchange.refuse(body, "rejected");
  exchange.received(bytes); // as they came: hints in the body are sent to no provider
  const observing = observeAndDecide(plane, front, exchange, caller, request, body);
  const deciding = observing instanceof Promise ? await observing : observing;
  const { refusal } = deciding;
  if (refusal === undefined) return serve(exchange, request, { caller, body, deciding }); // nothing here is kept until it ends
  deciding.decide();
  exchange.refuse(refusal, "rejected");
}

/** The error of a request that a rule denies. */
export function denial({ serving, observed, outcome }: Decision): ApiError {
  const { set } = serving.policy;
  const rule = outcome.denied?.rule;
  const message = rule === undefined ? "" : writeDenyMessage(rule, withDefaults(set, observed.facts), set);
  return { status: 403, type: "permission_error", code: "denied_by_policy", message };
}

function fail(plane: DataPlane, exchange: Exchange, response: ServerResponse, error: unknown): void {
  plane.log.error({ error }, "a request failed for a fault in Routewright");
  if (exchange.isEnded) return;
  if (response.headersSent || response.destroyed) {
    exchange.cancel();
    return;
  }
  exchange.refuse(INTERNAL_ERROR, "failed");
}
