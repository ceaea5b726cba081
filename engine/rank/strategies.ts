import type { Endpoint, Route, StrategyBlend, StrategyName } from "../policy/policy-set.js";
import type { NanoUsd } from "../units/money.js";
import type { CatalogEntry } from "./catalog-index.js";
import type { Draw } from "./draw.js";
import { expectedCost, mixedPrice } from "./expected-cost.js";
import type { World } from "./world.js";

/** A candidate that can serve the request, with what is known about it now. */
export interface RankedCandidate {
  readonly entry: CatalogEntry;
  readonly cost: NanoUsd | undefined;
  readonly latencyMs: number | undefined;
}

export interface StrategyContext {
  readonly route: Route;
  readonly world: World;
  readonly promptTokens: number | undefined;
  readonly maxOutputTokens: number | undefined;
  /** From the value that `sticky` names when the request has it, else from the world's seed. */
  readonly draw: Draw;
  /** From the world's seed; undefined without one. */
  readonly worldDraw: Draw | undefined;
}

/**
 * Scores candidates: smaller is better, equal scores keep the order written, undefined comes after every score. The
 * result has one score for each candidate, in the same order.
 */
export type Strategy = (
  candidates: readonly RankedCandidate[],
  context: StrategyContext,
) => readonly (number | undefined)[];

type Weight = NonNullable<Route["weights"]>[number];

/** Prompt tokens that `cheapest` and blends compare by when the size of the prompt is unknown. */
export const COMPARED_PROMPT_TOKENS = 1_000;
/** Below this, pico-dollars per token, `balanced` sees no difference: a free endpoint gets nearly all, not all. */
const LOWEST_MIXED_PRICE = 1_000;
/** One request in so many tries first what was not measured lately. */
const EXPLORES_ONE_IN = 20;
/** `balanced` never takes an endpoint for entirely broken: leaving it out is the circuit breaker's decision. */
const LOWEST_HEALTH = 0.01;

export const strategies: Readonly<Record<StrategyName, Strategy>> = {
  /** As written. */
  order: (candidates) => candidates.map(() => undefined),
  /** By expected cost in nano-dollars; no price last. */
  cheapest: (candidates, context) => candidates.map((candidate) => comparedCost(candidate, context)),
  /** By observed milliseconds to the first token; not measured last, but for {@link latenciesToCompare}. */
  fastest: latenciesToCompare,
  /** By 1 − quality; no quality last. */
  best: (candidates) => candidates.map(({ entry }) => lack(entry.model.quality)),
  /** A draw without replacement; a candidate without a weight is never drawn before one that has it. */
  weighted(candidates, { route: { weights }, draw }) {
    return candidates.map(({ entry }) => {
      const named = weightOf(weights, entry.endpoint);
      return named === undefined ? undefined : draw.keyOf(named.candidate, named.weight);
    });
  },
  /**
   * A draw without replacement with weight (1 / price²) × (1 − error rate). Price is three parts input to one part
   * output, so that weights do not move with the size of a request. Without a price an endpoint weighs as the dearest
   * of the others.
   */
  balanced(candidates, { world, draw }) {
    let dearest = 0;
    for (const { entry } of candidates) dearest = Math.max(dearest, comparedPrice(entry.endpoint) ?? 0);
    return candidates.map(({ entry: { endpoint } }) => {
      const errorRate = measured(world.error_rate, endpoint.id) ?? 0;
      return draw.keyOf(endpoint.id, balancedWeight(comparedPrice(endpoint), dearest, errorRate));
    });
  },
  /** By requests under way; not counted is none. */
  least_busy: (candidates, { world }) =>
    candidates.map(({ entry }) => measured(world.in_flight, entry.endpoint.id) ?? 0),
};

/**
 * A blend: the mean, weighted by the shares, of cost as a part of the dearest candidate's, latency as a part of the
 * slowest one's, and 1 − quality; so 0 is perfect and 1 is worst. Parts rather than ranks: two candidates that cost
 * nearly the same score nearly the same. What is unknown counts as the worst, 1.
 */
export function blend(shares: StrategyBlend): Strategy {
  const { cost = 0, latency = 0, quality = 0 } = shares;
  const total = cost + latency + quality;
  return (candidates, context) => {
    if (!(total > 0)) return candidates.map(() => undefined);
    const costs = cost === 0 ? [] : partsOfLargest(candidates.map((candidate) => comparedCost(candidate, context)));
    const latencies = latency === 0 ? [] : partsOfLargest(latenciesToCompare(candidates, context));
    return candidates.map(({ entry }, index) => {
      const lacking = lack(entry.model.quality) ?? 1;
      return (cost * (costs[index] ?? 1) + latency * (latencies[index] ?? 1) + quality * lacking) / total;
    });
  };
}

/**
 * The weight of an endpoint, and the name that has it: a weight belongs to the name it was written for, so that endpoints of
 * one weighted model share its key and stay together. Undefined: it has none.
 */
export function weightOf(weights: Route["weights"] = [], { id, model }: Endpoint): Weight | undefined {
  return weights.find(({ candidate }) => candidate === id) ?? weights.find(({ candidate }) => candidate === model);
}

/** The price that `balanced` goes by, pico-dollars per token. */
export function comparedPrice({ price }: Endpoint): number | undefined {
  return price === undefined ? undefined : Math.max(mixedPrice(price), LOWEST_MIXED_PRICE);
}

/** What `balanced` draws with. @param price, @param dearest {@link comparedPrice}, the latter of all candidates; 0: none has one. */
export function balancedWeight(price: number | undefined, dearest: number, errorRate: number): number {
  const ratio = dearest === 0 ? 1 : (price ?? dearest) / dearest;
  const health = Math.min(1, Math.max(LOWEST_HEALTH, 1 - errorRate));
  return health / ratio ** 2;
}

/** Whether this request tries first what was not measured. */
export function explores(worldDraw: Draw): boolean {
  return worldDraw.isOneIn(EXPLORES_ONE_IN, "explore");
}

/** The figure the world has for an endpoint; undefined when it has none that is a number. */
export function measured(
  figures: Readonly<Record<string, number>> | undefined,
  endpointId: string,
): number | undefined {
  const figure = figures?.[endpointId];
  return typeof figure === "number" && Number.isFinite(figure) ? figure : undefined;
}

/**
 * What is known of latencies. Only what is called is measured, so a candidate that comes last would stay unknown for ever, however fast it
 * is: in one request of {@link EXPLORES_ONE_IN}, drawn from the world's seed, what is unknown beside a known one counts as 0.
 * Without a seed none is drawn.
 */
function latenciesToCompare(
  candidates: readonly RankedCandidate[],
  { worldDraw }: StrategyContext,
): readonly (number | undefined)[] {
  const latencies = candidates.map(({ latencyMs }) => latencyMs);
  const known = latencies.filter((latency) => latency !== undefined);
  if (known.length === 0 || known.length === latencies.length || worldDraw === undefined) return latencies;
  return explores(worldDraw) ? latencies.map((latency) => latency ?? 0) : latencies;
}

function comparedCost({ entry, cost }: RankedCandidate, context: StrategyContext): number | undefined {
  const { promptTokens = COMPARED_PROMPT_TOKENS, maxOutputTokens, world } = context;
  return cost ?? expectedCost(entry.endpoint, promptTokens, maxOutputTokens, world.answers);
}

function lack(quality: number | undefined): number | undefined {
  return quality === undefined ? undefined : 1 - quality;
}

function partsOfLargest(values: readonly (number | undefined)[]): readonly (number | undefined)[] {
  const largest = values.reduce((most: number, value) => Math.max(most, value ?? 0), 0);
  return values.map((value) => (value === undefined ? undefined : largest === 0 ? 0 : value / largest));
}
