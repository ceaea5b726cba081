import type { World } from "../../engine/serving.js";
import type { EndpointStates } from "../endpoints/endpoint-states.js";
import { answersAsked } from "../providers/chat/answers-asked.js";
import type { Operation } from "../providers/operation.js";
import type { ServingPolicy } from "./serving-policy.js";

export interface WorldToObserve {
  readonly serving: ServingPolicy;
  readonly endpoints: EndpointStates;
  readonly operation: Operation;
  /** The request as a chat completion, parsed. */
  readonly body: Readonly<Record<string, unknown>>;
  /** What that does not show; undefined: nothing. */
  readonly unseen:
    | {
        /** Tokens of the largest of its prompts; undefined: there is one. */
        readonly largestPrompt?: number | undefined;
        /** What only an endpoint that has the operation itself can do; undefined: nothing. */
        readonly needsNative?: string | undefined;
      }
    | undefined;
  /** What the request's own hints do to the plan. */
  readonly hints: Pick<World, "hint_excluded_by" | "hint_order" | "no_fallback">;
  /** What draws are made from: another one for each request. */
  readonly seed: string | number;
  /** Hash of the head of the prompt; undefined when no route asks for it. */
  readonly prefix: string | undefined;
  /** What the API key may use; undefined: everything. */
  readonly allowed?: readonly string[] | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** All that ranking may look at beside policy and facts. What no route of the policy looks at is left out. */
export function observeWorld(observed: WorldToObserve): World {
  const { serving, endpoints, operation, body, unseen, hints, seed, prefix, allowed, now } = observed;
  const { uses, endpointIds, guardedIds } = serving;
  const { observations, coolDowns } = endpoints;
  const answers = answersAsked(body);
  const incapable = serving.incapableOf(body, operation, unseen?.needsNative);
  const down = endpoints.down(now, endpointIds, guardedIds);
  const rateLimited = coolDowns.active(now);
  const latencyMs = observations.latencyMs(endpointIds, now);
  const inFlight = uses.inFlight ? observations.inFlight(endpointIds) : undefined;
  const errorRate = uses.errorRate ? observations.errorRate(endpointIds, now) : undefined;
  const world: { -readonly [Name in keyof World]: World[Name] } = { seed };
  if (incapable !== undefined) world.incapable = incapable;
  if (answers !== 1) world.answers = answers;
  if (unseen?.largestPrompt !== undefined) world.largest_prompt = unseen.largestPrompt;
  if (allowed !== undefined) world.allowed = allowed;
  if (down !== undefined) world.down = down;
  if (rateLimited !== undefined) world.rate_limited = rateLimited;
  if (latencyMs !== undefined) world.latency_ms = latencyMs;
  if (inFlight !== undefined) world.in_flight = inFlight;
  if (errorRate !== undefined) world.error_rate = errorRate;
  if (prefix !== undefined) world.prefix = prefix;
  return Object.assign(world, serving.fixedWorld, hints);
}
