import type { CompiledPolicy, Endpoint, World } from "../../../../engine/serving.js";
import type { ServingPolicy } from "../../../dispatch/serving-policy.js";
import type { EndpointObservations } from "../../../endpoints/endpoint-observations.js";
import type { Json } from "../../../json/json.js";
import type { Operation } from "../../../providers/operation.js";
import type { Unseen } from "../front.js";

export interface RoutingContext {
  readonly serving: ServingPolicy;
  readonly operation: Operation;
  /** The request as a chat completion, parsed. */
  readonly body: Json;
  /** See `ChatView`. */
  readonly unseen?: Unseen | undefined;
  /** What was seen of endpoints, for hints that order them. */
  readonly observations: Pick<EndpointObservations, "latencyMs" | "tokensPerSecond">;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** What the hints that have been read so far do to the plan, and what they are read with. */
export class RoutingDraft {
  readonly policy: CompiledPolicy;
  readonly body: Json;
  readonly endpoints: readonly Endpoint[];
  readonly warnings: string[] = [];
  noFallback = false;
  /** Endpoints by their ids. */
  order: readonly string[] | undefined;
  readonly #excludedBy: Record<string, readonly string[]> = {};
  readonly #context: RoutingContext;

  constructor(context: RoutingContext) {
    this.policy = context.serving.policy;
    this.body = context.body;
    this.endpoints = this.policy.set.catalog.models.flatMap((model) => model.endpoints);
    this.#context = context;
  }

  /** What is left out by which hint, see `World`; undefined: nothing. */
  get excludedBy(): World["hint_excluded_by"] {
    return Object.keys(this.#excludedBy).length === 0 ? undefined : this.#excludedBy;
  }

  /** Leaves out every endpoint that does not pass. @param hint what asks for it, as people are told: `provider.only: openai`. */
  keep(hint: string, test: (endpoint: Endpoint) => boolean): void {
    const left = this.endpoints.filter((endpoint) => !test(endpoint));
    if (left.length > 0) this.#excludedBy[hint] = left.map(({ id }) => id);
  }

  /** A smaller number comes first. Endpoints without one come behind those, as the policy has them. */
  orderBy(rank: (endpoint: Endpoint) => number | undefined): void {
    if (this.order !== undefined) this.warn("provider: it orders twice; the first order was used");
    const ranked = this.endpoints.flatMap((endpoint) => {
      const place = rank(endpoint);
      return place === undefined ? [] : [{ id: endpoint.id, place }];
    });
    this.order ??= ranked.sort((a, b) => a.place - b.place).map(({ id }) => id);
  }

  warn(sentence: string): void {
    this.warnings.push(sentence);
  }

  /** Observed time to the first token, by endpoint. */
  latencyMs(): Readonly<Record<string, number>> | undefined {
    const { serving, observations, now } = this.#context;
    return observations.latencyMs(serving.endpointIds, now);
  }

  /** Observed speed of an endpoint's streams, tokens a second; undefined when it is not known. */
  tokensPerSecond(endpoint: string): number | undefined {
    return this.#context.observations.tokensPerSecond(endpoint, this.#context.now);
  }

  /** Parameters of the request that an endpoint's format leaves out. */
  ignores(endpoint: Endpoint): readonly string[] {
    return this.#context.serving.ignoredBy(endpoint, this.body, this.#context.operation);
  }
}
