import type { IncomingMessage, ServerResponse } from "node:http";
import { withDefaults, writeDenyMessage } from "../../engine/serving.js";
import type { ApiError } from "./api-error.js";
import { authenticate, type Caller } from "./authenticate.js";
import type { DataPlane } from "./data-plane.js";
import { observeAndDecide } from "./decide-request.js";
import type { Decision } from "./decision.js";
import { Exchange } from "./exchange.js";
import type { Front } from "./fronts/front.js";
import { RequestAborted, readBody } from "./read-body.js";
import { type ReceivedBody, refuseForm, understandBody } from "./receive-request.js";

/** Serves one request. Never rejects. */
export type ServeRequest = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Gives each request an exchange, and an end to requests that fail. */
export function createExchangeServer(
  plane: DataPlane,
  front: Front,
  serve: (exchange: Exchange, request: IncomingMessage) => Promise<void>,
): ServeRequest {
  return async (request, response) => {
    const exchange = new Exchange(plane, front, request, response);
    try {
      await serve(exchange, request);
    } catch (error) {
      if (error instanceof RequestAborted) exchange.cancel();
      else fail(plane, exchange, response, error);
    }
  };
}

/** A request that may be decided. */
export interface EnteredRequest {
  readonly caller: Caller;
  readonly body: ReceivedBody;
  /** Decides by what the world is then. */
  readonly decide: () => Decision;
}

/** Who asks, for what, with which facts. @returns undefined when it was refused. */
export async function enter(
  plane: DataPlane,
  front: Front,
  exchange: Exchange,
  request: IncomingMessage,
): Promise<EnteredRequest | undefined> {
  const asking = authenticate(request, plane.access, "inference");
  const caller = asking instanceof Promise ? await asking : asking;
  if ("code" in caller) {
    request.resume(); // a body that nobody reads would hold up the connection
    exchange.refuse(caller, "rejected");
    return undefined;
  }
  const form = refuseForm(request);
  if (form !== undefined) request.resume();
  const bytes = form ?? (await readBody(request));
  const body = "code" in bytes ? bytes : understandBody(bytes, front);
  if ("code" in body) {
    exchange.refuse(body, "rejected");
    return undefined;
  }
  exchange.received(body.bytes);
  exchange.isTranslated = body.chat.isOnly === true;
  const deciding = observeAndDecide(plane, front, exchange, caller, request, body);
  const { decide, refusal } = deciding instanceof Promise ? await deciding : deciding;
  if (refusal === undefined) return { caller, body, decide };
  decide();
  exchange.refuse(refusal, "rejected");
  return undefined;
}

/** The error of a request that a rule denies. */
export function denial({ serving, observed, outcome }: Decision): ApiError {
  const { set } = serving.policy;
  const rule = outcome.denied?.rule;
  const message = rule === undefined ? "" : writeDenyMessage(rule, withDefaults(set, observed.facts), set);
  return { status: 403, type: "permission_error", code: "denied_by_policy", message };
}

/** A fault of ours: the client is told as much, the log has it all. */
function fail(plane: DataPlane, exchange: Exchange, response: ServerResponse, error: unknown): void {
  plane.log.error({ error }, "a request failed for a fault in Routewright");
  if (exchange.isEnded) return;
  if (response.headersSent || response.destroyed) {
    exchange.cancel();
    return;
  }
  exchange.refuse(
    { status: 500, type: "api_error", code: "internal_error", message: "a fault in Routewright; its log says more" },
    "failed",
  );
}
