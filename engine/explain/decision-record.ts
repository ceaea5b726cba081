import type { FactValue } from "../evaluate/facts.js";
import type { ErrorClass } from "../policy/policy-set.js";
import type { ExclusionReason } from "../rank/route-plan.js";
import type { World } from "../rank/world.js";

/**
 * One decision as one JSON document (schemas/decision.schema.json): what headers, spans, `policy explain`, the store
 * and replay all show. Names are snake_case because this is what users read. Never holds prompt or completion text.
 */
export interface DecisionRecord {
  readonly id: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly time: string;
  readonly policy: { readonly name: string; readonly revision: string; readonly git?: string };
  /** What the client asked for, by the API it used: `chat`, `messages`, `embeddings`…; left out where it was described by its facts alone. */
  readonly operation?: string;
  readonly facts: Readonly<Record<string, RecordedFact>>;
  readonly outcome: RecordedOutcome;
  readonly candidates: readonly RecordedCandidate[];
  /** The endpoint to be tried first; absent when denied or when no candidate is left. */
  readonly chosen?: string;
  /** The endpoints after it, in order. */
  readonly fallbacks: readonly string[];
  /** Output tokens the expected costs assume; left out when denied. */
  readonly assumed_output_tokens?: number;
  readonly world: World;
  readonly seed: string | number;
  /** What happened; empty when nothing was sent (`policy explain`). */
  readonly attempts: readonly RecordedAttempt[];
  readonly result?: RecordedResult;
  /** Hints that were malformed, unknown or could not be honoured. */
  readonly warnings: readonly string[];
  /** True when the built-in simulator answered in place of real providers. */
  readonly simulated?: boolean;
}

export interface RecordedFact {
  readonly value: FactValue;
  /** Where it came from: `header x-route-tags`, `body model`, `estimate`, `key`, `clock`, `default`, `flag --tags`… */
  readonly source: string;
}

export interface RecordedOutcome {
  readonly denied?: RecordedGuard & { readonly message: string };
  readonly requirements: readonly (RecordedGuard & { readonly require: Readonly<Record<string, unknown>> })[];
  readonly route: {
    readonly rule: string;
    readonly file?: string;
    readonly line?: number;
    readonly strategy: string;
    readonly because?: string;
    /** The condition that is true, in words; left out for the default route. */
    readonly condition?: string;
  };
  /** Put into words when it is first read. */
  readonly rules_above: readonly RecordedRuleAbove[];
}
export interface RecordedGuard {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly because?: string;
  /** The condition in words. */
  readonly condition?: string;
  /** The condition was not true but unknown, because these facts are absent: guards fail closed. */
  readonly absent?: readonly string[];
}
/** A route rule read before the one that matched, with its first condition that is not true. */
export interface RecordedRuleAbove {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly verdict: "false" | "unknown";
  readonly failed: FailedCondition;
}
export interface FailedCondition {
  readonly fact: string;
  /** The condition in words: `context_tokens ≥ 200,000`. */
  readonly wanted: string;
  /** The fact's value in words, or `absent`. */
  readonly got: string;
  /** How far a number is from what was wanted, in words: `short by 18,000`; left out when it is absent, or no distance. */
  readonly missed_by?: string;
  /** Facts the condition reads that are absent; left out when none is. */
  readonly absent?: readonly string[];
  readonly file: string;
  readonly line: number;
  readonly column: number;
}
export interface RecordedCandidate {
  readonly endpoint: string;
  readonly verdict: "chosen" | "fallback" | "excluded";
  readonly from: "to" | "fallback";
  readonly rule: string;
  readonly reason?: ExclusionReason;
  readonly detail?: string;
  /** USD, expected for this request. */
  readonly cost_usd?: number;
  readonly latency_ms?: number;
  readonly score?: number;
  /** 1 for the first attempt; absent when excluded. */
  readonly rank?: number;
}
export interface RecordedAttempt {
  readonly endpoint: string;
  /** HTTP status, absent when there was no answer. */
  readonly status?: number;
  readonly error_class?: ErrorClass | "cancelled" | "outrun";
  /** The provider's own words, shortened; never a secret. */
  readonly error?: string;
  readonly first_token_ms?: number;
  readonly total_ms: number;
  readonly usage?: {
    readonly input_tokens?: number;
    readonly output_tokens?: number;
    readonly cached_input_tokens?: number;
    readonly cache_write_input_tokens?: number;
    readonly cache_write_1h_input_tokens?: number;
    readonly reasoning_output_tokens?: number;
  };
  readonly cost_usd?: number;
}
export interface RecordedResult {
  /** HTTP status the client saw. */
  readonly status: number;
  /** How it ended for the client. */
  readonly outcome: "answered" | "denied" | "no_candidate" | "failed" | "cut" | "cancelled" | "rejected";
  /** The stable error code of the body, when there was an error. */
  readonly code?: string;
  readonly total_ms: number;
  /** What the route's `cache` did; left out when it has none. */
  readonly cache?: "hit" | "miss" | "bypass" | undefined;
  /** How much of it the request waited for a candidate; left out when it did not. */
  readonly queued_ms?: number;
  /** Candidates that could not be called when it was their turn; left out when there were none. */
  readonly passed_over?: readonly { readonly endpoint: string; readonly reason: "circuit_open" | "busy" | "unpaid" }[];
}
