/** Counts tokens exactly, in a thread of its own. */
export interface TokenCounter {
  /**
   * The o200k_base tokens of several texts, each counted apart and added up. Never rejects: where the exact count cannot
   * be had, `why` says why.
   */
  count(texts: readonly string[]): Promise<TokenCount>;
  /** Call once for every request whose prompt is measured: what `exactNeeded` is compared with. */
  noteRequest(): void;
  /** Starts the thread and loads the vocabulary, so that the first count need not wait for them. Never rejects. */
  prepare(): Promise<void>;
  stats(): TokenCounterStats;
  /** Ends the thread; counts under way are not to be had then, nor are later ones. */
  close(): Promise<void>;
}

/** `bounded`: whoever asks goes by an upper bound, and has it already. */
export type TokenCount =
  | { readonly how: "exact"; readonly tokens: number }
  | { readonly how: "bounded"; readonly why: BoundedReason };
/** Longer than the counter takes; not done in time; the thread failed; the counter was closed. */
export type BoundedReason = "too_long" | "too_late" | "failed" | "closed";

/** Since the counter was made. */
export interface TokenCounterStats {
  /** Prompts measured. */
  readonly requests: number;
  /** Counts asked for: prompts whose bounds did not decide. */
  readonly exactNeeded: number;
  /** Of those, the ones that could not be had. */
  readonly bounded: number;
}
