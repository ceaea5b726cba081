import type { Endpoint, Route } from "../policy/policy-set.js";
import type { NanoUsd } from "../units/money.js";

/** Why a candidate is left out: a closed list. */
export const exclusionReasons = [
  "not_allowed_for_key",
  "hint_excluded",
  "requirement",
  "missing_capability",
  "context_window",
  "no_credentials",
  "circuit_open",
  "upstream_rate_limited",
  "no_price",
  "over_budget",
  "too_slow",
] as const;
export type ExclusionReason = (typeof exclusionReasons)[number];

/** The ordered attempts for one request, and every candidate that was left out. */
export interface RoutePlan {
  /**
   * The rule of the first attempt, or `default`. Without any attempt: the last rule that was asked for candidates
   * (with `on_exhausted: next_rule` several are).
   */
  readonly rule: string;
  readonly route: Route;
  /** Best first. Empty when no candidate is left. */
  readonly attempts: readonly PlannedAttempt[];
  readonly excluded: readonly Exclusion[];
  /** Output tokens the costs assume: the request's limit, or the documented assumption when it names none. */
  readonly assumedOutputTokens: number;
}
export interface PlannedAttempt {
  readonly endpoint: Endpoint;
  readonly rule: string;
  /** Timeouts, retries and error classes come from the route the candidate belongs to. */
  readonly route: Route;
  readonly from: "to" | "fallback";
  /** Expected cost of this request; undefined when the endpoint has no price, or the size of the prompt is unknown. */
  readonly cost?: NanoUsd;
  /** Observed time to the first token, milliseconds. */
  readonly latencyMs?: number;
  /** What the strategy ordered by, smaller is better; undefined when it does not compute one (`order`). */
  readonly score?: number;
}
export interface Exclusion {
  readonly endpoint: Endpoint;
  readonly rule: string;
  readonly from: "to" | "fallback";
  readonly reason: ExclusionReason;
  /** In words, with the values compared: "needs 250,000 tokens; the window is 128,000, short by 122,000". */
  readonly detail: string;
  readonly cost?: NanoUsd;
  readonly latencyMs?: number;
}
