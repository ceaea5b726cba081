/** How the checks of an endpoint go. Times are epoch milliseconds. */
export interface CheckedHealth {
  readonly isFailing: boolean;
  readonly failedInARow: number;
  readonly at: number;
  /** Of the newest check, in words; undefined when it passed. */
  readonly error?: string;
}
