import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { PlannedAttempt } from "../../engine/serving.js";
import type { ClientSink } from "../dispatch/answers/attempt-result.js";
import { type CachedAnswer, isKept } from "../dispatch/response-cache.js";
import type { WalkedPlan } from "../dispatch/walk-plan.js";
import type { Caller } from "./authenticate.js";
import type { DataPlane } from "./data-plane.js";
import type { Decision } from "./decision.js";
import type { Exchange } from "./exchange.js";
import type { Front } from "./fronts/front.js";
import type { ReceivedBody } from "./receive-request.js";

/** What of a request says whether another one is identical. */
export interface CacheableRequest {
  readonly front: Front;
  readonly caller: Caller;
  readonly request: IncomingMessage;
  readonly body: ReceivedBody;
  readonly decision: Decision;
  readonly first: PlannedAttempt;
}

/**
 * Adds the route's `cache` to sending a request. @returns undefined when the client has its answer from the cache.
 * @param send gets the sink that a stream is to go through.
 */
export function throughCache(
  plane: DataPlane,
  exchange: Exchange,
  asked: CacheableRequest,
  sink: ClientSink | undefined,
  send: (sink: ClientSink | undefined) => Promise<WalkedPlan>,
): Promise<WalkedPlan | undefined> {
  const { cache } = asked.first.route;
  return cache === undefined ? send(sink) : fromCache(plane, exchange, asked, cache.ttlMs, sink, send);
}

async function fromCache(
  plane: DataPlane,
  exchange: Exchange,
  asked: CacheableRequest,
  ttlMs: number,
  sink: ClientSink | undefined,
  send: (sink: ClientSink | undefined) => Promise<WalkedPlan>,
): Promise<WalkedPlan | undefined> {
  if (/no-cache|no-store/.test(asked.request.headers["cache-control"] ?? "")) {
    exchange.cached("bypass");
    return send(sink);
  }
  let notKept = () => {};
  const events = collect(sink, () => notKept());
  const answer = await plane.responses.findOrMake(
    keyOf(asked),
    ttlMs,
    exchange.client,
    (letGo) => {
      notKept = letGo;
      exchange.cached("miss");
      return send(events.sink);
    },
    ({ result, planned }) => {
      if (result.kind === "cancelled") return "left";
      // An answer that another candidate gave instead would keep coming after the first one is well again.
      if (planned.endpoint.id !== asked.first.endpoint.id) return undefined;
      if (result.kind === "answered") return { kind: "whole", body: result.body };
      return result.kind === "streamed" ? events.collected(result.last) : undefined;
    },
  );
  if ("made" in answer) return answer.made;
  if (exchange.client.isGone) {
    exchange.cancel();
    return undefined;
  }
  exchange.cached("hit");
  replay(exchange, answer.found, asked.first);
  return undefined;
}

/** All that an answer depends on: who asks, which policy and rule, what would be called, and every byte of the request. */
function keyOf({ front, caller: { key }, request, body, decision, first }: CacheableRequest): string {
  const { policy } = decision.serving;
  const owner =
    key === undefined ? [] : key.settings.tenant === undefined ? ["key", key.id] : ["tenant", key.settings.tenant];
  const about = [
    front.operation,
    owner,
    policy.revision,
    first.rule,
    first.endpoint.id,
    front.operationHeaders(request.headers),
  ];
  const hash = createHash("sha256").update(JSON.stringify(about)).update("\n");
  for (const piece of body.bytes.pieces) hash.update(piece);
  return hash.digest("base64");
}

function replay(exchange: Exchange, answer: CachedAnswer, planned: PlannedAttempt): void {
  if (answer.kind === "whole") {
    exchange.answer(answer.body, planned);
    return;
  }
  exchange.beginStream(planned);
  exchange.writeEvents(answer.events);
  exchange.endStream(answer.last);
}

/** A sink that keeps what goes through it, up to what the cache would keep. @param onTooLarge called when it is more. */
function collect(sink: ClientSink | undefined, onTooLarge: () => void) {
  let events: Buffer[] | undefined = [];
  let bytes = 0;
  const through: ClientSink | undefined =
    sink === undefined
      ? undefined
      : {
          begin: (planned) => sink.begin(planned),
          goOn: (isNative, text) => sink.goOn(isNative, text),
          write(written) {
            for (const event of written) {
              bytes += event.length;
              if (isKept(bytes)) events?.push(event);
              else if (events !== undefined) {
                events = undefined;
                onTooLarge();
              }
            }
            return sink.write(written);
          },
          onceDrained: (callback) => sink.onceDrained(callback),
        };
  return {
    sink: through,
    collected: (last: Buffer | undefined): CachedAnswer | undefined =>
      events === undefined ? undefined : { kind: "stream", events, last },
  };
}
