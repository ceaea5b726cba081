/** What is taken for granted about the requests that an analysis ranges over. */
export interface RequestAssumptions {
  /** Facts that every request has. Attributes with a default are never absent in any case. */
  readonly neverAbsent: ReadonlySet<string>;
  /** Facts with a closed list of values hold nothing else; texts are not empty. */
  readonly closedValues: boolean;
  /** Tokens and milliseconds are whole; no built-in number is negative, no count of tokens 0. */
  readonly wholeNumbers: boolean;
}

/**
 * Requests as the proxy observes them (docs/facts.md): what a body always says is never absent, a value outside a closed
 * list is no fact, counts are whole. A prompt has tokens, if only those that frame it, and `max_tokens: 0` sets no limit.
 */
export const httpRequests: RequestAssumptions = {
  neverAbsent: new Set(["model", "context_tokens", "stream", "uses_tools", "uses_vision", "uses_json_schema", "time"]),
  closedValues: true,
  wholeNumbers: true,
};

/** Whatever `decide` may be called with as a library: every fact may be absent, numbers and texts are any. */
export const anyRequests: RequestAssumptions = {
  neverAbsent: new Set(),
  closedValues: false,
  wholeNumbers: false,
};
