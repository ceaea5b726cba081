/**
 * All that changes without a policy edit, as one plain value: a decision is re-computed from policy, facts and world
 * alone. Names of endpoints are `author/model@provider`. Everything may be left out.
 */
export interface World {
  /** Endpoints, models or providers whose circuit is open. */
  readonly down?: readonly string[];
  /** Endpoints, models or providers that answered 429 and asked to wait. */
  readonly rate_limited?: readonly string[];
  /** Providers for which the server has no credentials. */
  readonly no_credentials?: readonly string[];
  /** Providers whose wire format the server cannot speak. */
  readonly unsupported?: readonly string[];
  /** What an endpoint's wire format cannot do of this request, as the end of "the request …", by endpoint. */
  readonly incapable?: Readonly<Record<string, string>>;
  /** What the API key may use: endpoints, models or providers; absent is everything, an empty list is nothing. */
  readonly allowed?: readonly string[];
  /** Endpoints, models or providers that the request's own hints leave out. */
  readonly hint_excluded?: readonly string[];
  /** What the request's own hints leave out, by hint as people know it (`provider.only: openai`): endpoints. */
  readonly hint_excluded_by?: Readonly<Record<string, readonly string[]>>;
  /** Endpoints in the order that the request's own hints ask for; it orders the endpoints of one model among themselves. */
  readonly hint_order?: readonly string[];
  /** The request's own hints allow the first attempt only. */
  readonly no_fallback?: boolean;
  /** How many answers the request asks for (`n`); each is paid for. Default 1. */
  readonly answers?: number;
  /**
   * Tokens of the largest of the request's prompts, when it has several: each is read by itself, so context windows are judged by
   * this one, costs by `context_tokens`, which is all of them. Absent: `context_tokens` is one prompt.
   */
  readonly largest_prompt?: number;
  /** Observed time to the first token, milliseconds, by endpoint. */
  readonly latency_ms?: Readonly<Record<string, number>>;
  /** Requests under way, by endpoint. */
  readonly in_flight?: Readonly<Record<string, number>>;
  /** Recent share of failures, 0 to 1, by endpoint. */
  readonly error_rate?: Readonly<Record<string, number>>;
  /** What `weighted` and `balanced` draw from; the same seed gives the same plan. Default 0. */
  readonly seed?: string | number;
  /** Hash of the head of the prompt, for `sticky: prefix`. */
  readonly prefix?: string;
}
