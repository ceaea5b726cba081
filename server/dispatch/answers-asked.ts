/**
 * How many answers a request asks for (`n`), each of which is paid for. A number written as text counts: some providers take
 * it. What no provider takes counts as 1.
 */
export function answersAsked({ n }: Readonly<Record<string, unknown>>): number {
  const count = typeof n === "string" ? Number(n) : n;
  return Number.isSafeInteger(count) && (count as number) >= 1 ? (count as number) : 1;
}
