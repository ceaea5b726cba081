/**
 * How many answers a request asks for (`n`; `best_of` makes more than are given), each of which is paid for. A number written
 * as text counts: some providers take it. What no provider takes counts as 1.
 */
export function answersAsked({ n, best_of: bestOf }: Readonly<Record<string, unknown>>): number {
  return Math.max(countOf(n), countOf(bestOf));
}

function countOf(value: unknown): number {
  const count = typeof value === "string" ? Number(value) : value;
  return Number.isSafeInteger(count) && (count as number) >= 1 ? (count as number) : 1;
}
