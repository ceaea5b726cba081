const SUFFIX: Readonly<Record<string, number>> = { "": 1, k: 1_000, M: 1_000_000, Ki: 1_024, Mi: 1_048_576 };

/** The largest count of tokens a policy, a catalog or a request may name: 100 million. */
export const MAX_TOKENS = 100_000_000;

/**
 * Reads a count of tokens: a whole number, optionally with `k` (1,000), `M` (1,000,000), `Ki` (1,024) or
 * `Mi` (1,048,576); a decimal is allowed before a suffix when the result is whole (`1.5k`).
 * @returns undefined for anything else, and beyond {@link MAX_TOKENS}.
 */
export function parseTokens(text: string): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)(k|M|Ki|Mi)?$/.exec(text);
  if (match === null) return undefined;
  const [, digits = "", suffix = ""] = match;
  if (suffix === "" && digits.includes(".")) return undefined;
  const [whole = "0", fraction = ""] = digits.split(".");
  const scale = 10 ** fraction.length;
  const scaled = Number(whole + fraction) * (SUFFIX[suffix] ?? 1);
  return scaled % scale === 0 && scaled / scale <= MAX_TOKENS ? scaled / scale : undefined;
}

/** The count with thousands separators, as people read it: 150000 → `150,000`. */
export function formatTokens(tokens: number): string {
  return String(tokens).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}
