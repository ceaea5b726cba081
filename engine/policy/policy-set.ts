import type { Condition } from "../conditions/condition.js";
import type { FactDefinition } from "../conditions/fact-definitions.js";
import type { Span } from "../diagnostics/diagnostic.js";
import type { NanoUsd, PicoUsdPerToken } from "../units/money.js";

/**
 * A policy set that was read and found sound: every reference resolved, every number in its compared form, rules in
 * reading order (includes in place, scopes ANDed). Plain data throughout: it can be cloned to another thread.
 */
export interface PolicySet {
  readonly name: string;
  readonly description?: string;
  readonly attributes: readonly AttributeDefinition[];
  readonly pools: readonly Pool[];
  /** In reading order; a rule's position in this list is its number. */
  readonly rules: readonly Rule[];
  readonly defaultRoute: Route;
  readonly catalog: Catalog;
}

/** A custom fact, declared under `attributes:`; its fact name is `attributes.NAME`. */
export interface AttributeDefinition extends FactDefinition {
  readonly from: { readonly key: true } | { readonly header: string } | { readonly metadata: string };
  /** Takes the place of an absent value, so the fact is never unknown. In the form of {@link Facts}. */
  readonly default?: string | number | boolean | readonly string[];
  readonly span: Span;
}

export interface Pool {
  readonly name: string;
  readonly items: readonly CandidateReference[];
  readonly span: Span;
}

export type Rule = DenyRule | RequireRule | RouteRule;

interface RuleBase {
  readonly id: string;
  readonly condition: Condition;
  readonly because?: string;
  /** The whole rule; the first line of it is what explanations point at. */
  readonly span: Span;
}
export interface DenyRule extends RuleBase {
  readonly effect: "deny";
  /** `{fact}` is replaced by the fact's value. */
  readonly message: string;
}
export interface RequireRule extends RuleBase {
  /** The id, by the name that outcomes, plans and records have for it. */
  readonly rule: string;
  readonly effect: "require";
  readonly require: Requirement;
}
export interface RouteRule extends RuleBase {
  readonly effect: "route";
  readonly route: Route;
}

/** What every candidate must meet; each key that is there applies. An endpoint that does not say fails. */
export interface Requirement {
  readonly region?: readonly string[];
  readonly provider?: readonly string[];
  /** The longest time a provider may keep data, in days; 0 is `none`. */
  readonly maxRetentionDays?: number;
  readonly capabilities?: readonly string[];
  readonly maxCost?: NanoUsd;
}

export type StrategyName = "order" | "cheapest" | "fastest" | "best" | "weighted" | "balanced" | "least_busy";
/** `{ cost: 0.5, latency: 0.3, quality: 0.2 }`: shares of a blended score. */
export interface StrategyBlend {
  readonly cost?: number;
  readonly latency?: number;
  readonly quality?: number;
}

export interface Route {
  readonly to: readonly CandidateReference[];
  readonly fallback: readonly CandidateReference[];
  readonly strategy: StrategyName | StrategyBlend;
  /** Required by `weighted`: one weight (> 0) for each model or endpoint `to` names. */
  readonly weights?: readonly { readonly candidate: string; readonly weight: number }[];
  readonly sticky?: "session" | "user" | "tenant" | "prefix";
  readonly timeouts: Timeouts;
  /** How often one candidate is tried again before the next: 0 to 5, default 0. */
  readonly retries: number;
  /** The next candidate is called beside one that has shown nothing for so long, milliseconds. */
  readonly hedgeAfterMs?: number;
  /** A stream that breaks after its first content goes on at the next candidate. */
  readonly continue?: true;
  /** Answers are kept for identical requests. */
  readonly cache?: { readonly ttlMs: number };
  readonly fallbackOn: readonly ErrorClass[];
  readonly maxCost?: NanoUsd;
  readonly onExhausted: "fail" | "next_rule";
  readonly span: Span;
}

/** Milliseconds. A timer that is not written has the server's default (docs/policy-language.md, "Timeouts"). */
export interface Timeouts {
  readonly connectMs?: number;
  /** To the head of the answer; no limit of its own unless it is written. */
  readonly firstByteMs?: number;
  readonly firstTokenMs?: number;
  readonly idleMs?: number;
  readonly totalMs?: number;
  /** How long a request may wait for a candidate that is busy or left alone for a while. */
  readonly queueMs?: number;
}

/** The closed table of what can go wrong with an attempt. */
export const errorClasses = [
  "rate_limited",
  "overloaded",
  "server_error",
  "timeout",
  "connection",
  "auth",
  "context_length",
  "content_filter",
  "invalid_request",
  "malformed_response",
] as const;
export type ErrorClass = (typeof errorClasses)[number];

/** The classes after which the next candidate is tried when a route does not say: all a different provider may cure. */
export const defaultFallbackOn: readonly ErrorClass[] = [
  "rate_limited",
  "overloaded",
  "server_error",
  "timeout",
  "connection",
  "auth",
  "malformed_response",
];

export type CandidateReference =
  | { readonly kind: "model"; readonly model: string; readonly span: Span }
  | { readonly kind: "endpoint"; readonly model: string; readonly provider: string; readonly span: Span }
  | { readonly kind: "pool"; readonly pool: string; readonly span: Span }
  | { readonly kind: "requested"; readonly span: Span }
  | { readonly kind: "select"; readonly select: Selection; readonly span: Span };

/** Every model of the catalog that fits all that is said. Numbers are half-open or closed ranges as written. */
export interface Selection {
  readonly capabilities?: readonly string[];
  readonly author?: readonly string[];
  readonly provider?: readonly string[];
  readonly region?: readonly string[];
  /** Bounds in tokens. */
  readonly contextWindow?: NumberRange;
  readonly quality?: NumberRange;
  /** Bounds in pico-dollars per token; a model without a price does not fit. */
  readonly priceInput?: NumberRange;
  readonly priceOutput?: NumberRange;
}
export interface NumberRange {
  readonly min?: { readonly value: number; readonly inclusive: boolean };
  readonly max?: { readonly value: number; readonly inclusive: boolean };
}

export interface Catalog {
  readonly providers: readonly Provider[];
  readonly models: readonly Model[];
}

export type ProviderFormat = "openai" | "anthropic" | "gemini" | "simulated";

export interface Provider {
  readonly name: string;
  readonly format: ProviderFormat;
  /** Without a trailing slash; absent for `simulated`. */
  readonly baseUrl?: string;
  readonly apiKeyEnv?: string;
  readonly region?: string;
  /** How long the provider keeps data, in days; 0 is `none`; absent is unknown. */
  readonly retentionDays?: number;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly simulate?: SimulationSettings;
  /** False: the endpoints of this provider have no circuit breaker, unless they say so. */
  readonly circuitBreaker?: false;
  /** It has OpenAI's Responses API. */
  readonly responsesApi?: true;
  /** It gives usage in streams when it is asked for it (`stream_options.include_usage`); false: it refuses to be asked. */
  readonly streamUsage?: boolean;
  /** It knows `max_tokens`, and not `max_completion_tokens`. */
  readonly legacyMaxTokens?: true;
  /** Calls under way at all endpoints of this provider together, at most. */
  readonly maxConcurrent?: number;
  readonly healthCheck?: HealthCheck;
  readonly span: Span;
}

/** How the simulator can play a provider in trouble. */
export const simulatedFaults = [
  "rate_limited",
  "server_error",
  "overloaded",
  "reset",
  "hang",
  "trickle",
  "cut",
  "malformed_json",
  "malformed_sse",
] as const;
export type SimulatedFault = (typeof simulatedFaults)[number];

/** How a `simulated` provider behaves. */
export interface SimulationSettings {
  /** To the first token, milliseconds. Default 20. */
  readonly latencyMs?: number;
  /** Between two stream chunks, milliseconds. Default 5. */
  readonly chunkDelayMs?: number;
  /** Share of requests that fail, 0 to 1. Default 0. */
  readonly failureRate?: number;
  /** The HTTP status of such a failure. Default 503. */
  readonly failureStatus?: number;
  /** How it fails, in place of a status: then the share defaults to 1. */
  readonly fault?: SimulatedFault;
  /** The text to answer with. Default: a sentence naming the model. */
  readonly reply?: string;
}

export interface Model {
  /** `author/model`. */
  readonly id: string;
  readonly contextWindow: number;
  readonly maxOutputTokens?: number;
  readonly capabilities: readonly string[];
  /** The operator's own score, 0 to 1. */
  readonly quality?: number;
  readonly price?: Price;
  readonly endpoints: readonly Endpoint[];
  readonly span: Span;
}

/** One model at one provider: what an attempt is made against. Inherited values are already filled in. */
export interface Endpoint {
  /** `author/model@provider`. */
  readonly id: string;
  readonly model: string;
  readonly provider: string;
  /** The provider's own name for the model. */
  readonly upstreamModel: string;
  readonly contextWindow: number;
  readonly maxOutputTokens?: number;
  readonly price?: Price;
  readonly region?: string;
  readonly retentionDays?: number;
  /** False: calls are made however many fail. */
  readonly circuitBreaker?: false;
  /** Calls under way at this endpoint, at most. The provider's limit holds beside it. */
  readonly maxConcurrent?: number;
  readonly healthCheck?: HealthCheck;
  /** Where it has headers of its own: those, and the provider's others. Absent: the provider's. */
  readonly headers?: Provider["headers"];
  readonly span: Span;
}

/** How a provider is asked how it is. */
export interface HealthCheck {
  /** Behind the provider's `base_url`; begins with a slash. */
  readonly path: string;
  /** Milliseconds. Default 30,000. */
  readonly intervalMs?: number;
  /** Milliseconds. Default 5,000. */
  readonly timeoutMs?: number;
}

/** Pico-dollars per token, whatever the size of the prompt. */
export interface FlatPrice {
  readonly input: PicoUsdPerToken;
  readonly output: PicoUsdPerToken;
  readonly cachedInput?: PicoUsdPerToken;
  readonly cacheWrite?: PicoUsdPerToken;
  /** Of what is kept for an hour; else {@link cacheWrite}. */
  readonly cacheWrite1h?: PicoUsdPerToken;
}

/** What a model costs: see {@link priceAt}. */
export interface Price extends FlatPrice {
  /**
   * Prices of longer prompts, by ascending size.
   * INVARIANT: no tier is cheaper than the one before, so a longer prompt never costs less. Analysis relies on it.
   */
  readonly above?: readonly PriceTier[];
  /** By how much all prices are multiplied in a service tier: see {@link priceInTier}. Ranking and limits on cost leave it out. */
  readonly serviceTiers?: Readonly<Record<string, number>>;
}

/** The price of calls whose prompt has more than so many tokens. */
export interface PriceTier extends FlatPrice {
  readonly contextTokens: number;
}
