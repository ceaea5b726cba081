/** Of an id: `dec_` and seven letters of its time, which the ids of 33 seconds have in common. */
const SHARED_LETTERS = 11;

/**
 * The span of ids that may be in one batch: its ids begin alike. So whoever looks for an id looks at the batches of half a
 * minute only, though streams that took long are recorded together with short requests.
 */
export function spanOf(id: string): string {
  return id.slice(0, SHARED_LETTERS);
}

/** No id of a span sorts after this. */
export function endOfSpan(id: string): string {
  return `${spanOf(id)}~`;
}
