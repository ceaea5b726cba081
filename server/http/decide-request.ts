import type { IncomingMessage } from "node:http";
import { observeWorld } from "../dispatch/observe-world.js";
import type { ServingPolicy } from "../dispatch/serving-policy.js";
import { allowedModels } from "../keys/allowed-models.js";
import type { StoredKey } from "../keys/api-key.js";
import { type TrustedFacts, trustedFacts } from "../keys/key-facts.js";
import { andThen, type Soon } from "../soon.js";
import type { Caller } from "./authenticate.js";
import type { DataPlane } from "./data-plane.js";
import { type Decision, makeDecision } from "./decision.js";
import type { ApiError } from "./errors/api-error.js";
import type { Exchange } from "./exchange.js";
import type { Front } from "./fronts/front.js";
import { type AskedRead, readAsked } from "./observe/read-asked.js";
import { requestHeaders } from "./observe/request-headers.js";
import type { ReceivedBody } from "./receive-request.js";

/** Reads what a request says of itself, and what its key does, so that it can be decided. */
export function observeAndDecide(
  plane: DataPlane,
  front: Front,
  exchange: Exchange,
  { key }: Caller,
  request: IncomingMessage,
  body: ReceivedBody,
): Soon<Deciding> {
  const serving = plane.servingPolicyOf(plane.currentPolicy());
  const read = (spend: TrustedFacts["spend"]): Soon<AskedRead> =>
    readAsked({
      serving,
      operation: front.operation,
      body: body.chat.body,
      unseen: body.chat.unseen,
      names: front.names,
      observations: plane.dispatching.endpoints.observations,
      observe: plane.observe,
      headers: requestHeaders(request, serving.policy.set.attributes),
      counter: plane.counter,
      makesFaults: plane.faultsOf !== undefined,
      key: key === undefined ? undefined : trustedFacts(key, spend),
      now: exchange.arrivedAt,
    });
  const spend = key === undefined ? undefined : plane.accounting.spendOf(key);
  const asked = andThen(spend, read);
  return andThen(asked, (known) => new Deciding(plane, exchange, key, serving, body, known));
}

/** A request that can be decided. */
export class Deciding {
  /** The error to answer with when a hint refuses the request: it is decided all the same, so that there is a record. */
  readonly refusal: ApiError | undefined;
  readonly #id: string;
  readonly #plane: DataPlane;
  readonly #exchange: Exchange;
  readonly #key: StoredKey | undefined;
  readonly #serving: ServingPolicy;
  readonly #body: ReceivedBody;
  readonly #asked: AskedRead;

  constructor(
    plane: DataPlane,
    exchange: Exchange,
    key: StoredKey | undefined,
    serving: ServingPolicy,
    body: ReceivedBody,
    asked: AskedRead,
  ) {
    this.refusal = asked.refusal;
    this.#id = plane.nextDecisionId();
    this.#plane = plane;
    this.#exchange = exchange;
    this.#key = key;
    this.#serving = serving;
    this.#body = body;
    this.#asked = asked;
  }

  /** Decides by what the world is now, each time under the same id and policy. */
  decide(): Decision {
    const { endpoints, now } = this.#plane.dispatching;
    const { observed, hints, prefix } = this.#asked;
    const id = this.#id;
    const serving = this.#serving;
    const { policy } = serving;
    const { operation } = this.#body;
    const startedAtMs = now();
    const world = observeWorld({
      serving,
      operation,
      body: this.#body.chat.body,
      unseen: this.#body.chat.unseen,
      hints,
      endpoints,
      seed: id,
      prefix,
      allowed: this.#key === undefined ? undefined : allowedModels(policy, this.#key.settings.allow),
      now: startedAtMs,
    });
    const git = this.#plane.gitOf(policy);
    const decision = makeDecision({ id, time: this.#exchange.arrivedAt, serving, git, operation, observed, world });
    this.#exchange.decided(decision);
    const { outcome, plan } = decision;
    this.#exchange.trace.decided({ id, policy, outcome, plan, startedAtMs, endedAtMs: now() });
    return decision;
  }
}
