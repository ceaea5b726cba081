import type { ServingPolicy } from "../../dispatch/serving-policy.js";
import type { TrustedFacts } from "../../keys/key-facts.js";
import type { TokenCounter } from "../../tokens/token-counter.js";
import type { Api } from "../body/body-of-api.js";
import type { ParsedRequestBody } from "../body/parse-request-body.js";
import type { ApiError } from "../errors/api-error.js";
import type { ChatView } from "../fronts/front.js";
import { frontOf } from "../fronts/fronts.js";
import { metadataHints } from "../fronts/metadata-hints.js";
import type { RoutingContext } from "../fronts/routing/routing-draft.js";
import { observeRequest } from "../observe/observe-request.js";
import { type AskedRead, readAsked } from "../observe/read-asked.js";
import { requestHeaders } from "../observe/request-headers.js";
import { understandParsed } from "../receive-request.js";

/** A request that is to be explained, not served. */
export interface GivenRequest {
  readonly body: ParsedRequestBody;
  readonly api: Api;
  /** Names and values in turn, as they come over the wire: values are bytes in Latin-1. */
  readonly rawHeaders: readonly string[];
}

/** What it is read with. */
export interface GivenRequestReader extends Pick<RoutingContext, "observations" | "now"> {
  readonly serving: ServingPolicy;
  readonly counter: TokenCounter;
  /** What its API key says; undefined: it has none. */
  readonly key?: TrustedFacts | undefined;
}

export interface GivenRequestRead extends AskedRead {
  /** The request as a chat completion. */
  readonly chat: ChatView;
}

/**
 * Reads a request as the proxy does: the same checks, the same facts, the same hints of other routers.
 * @returns the error that the proxy would answer with, when it would refuse.
 */
export async function readGivenRequest(
  { body, api, rawHeaders }: GivenRequest,
  { serving, observations, counter, key, now }: GivenRequestReader,
): Promise<GivenRequestRead | ApiError> {
  const front = frontOf(api);
  const received = understandParsed(body, front, metadataHints(serving.policy.set));
  if ("code" in received) return received;
  const { chat } = received;
  const read = await readAsked({
    serving,
    operation: front.operation,
    body: chat.body,
    unseen: chat.unseen,
    names: front.names,
    observations,
    observe: observeRequest,
    headers: requestHeaders({ rawHeaders: [...rawHeaders] }, serving.policy.set.attributes),
    counter,
    key,
    now,
  });
  return read.refusal ?? { ...read, chat };
}
