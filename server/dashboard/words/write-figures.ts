/** US dollars: cents from a dollar on, four significant digits below, so that a request's cost is not `$0.00`. */
export function writeUsd(usd: number): string {
  if (usd === 0) return "$0";
  const size = Math.abs(usd);
  if (size >= 1) return `$${usd.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
  return `$${Number(usd.toPrecision(4)).toFixed(12).replace(/0+$/, "").replace(/\.$/, "")}`;
}

/** `22 ms`, `1.24 s`. */
export function writeMs(ms: number): string {
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`;
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${Number((ms / 1_000).toFixed(ms < 10_000 ? 2 : 1))} s`;
}

/** All digits of a number, however small: `0.00000001`, where JavaScript writes `1e-8`. */
export function writeExact(value: number, { useGrouping = false } = {}): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 20, useGrouping });
}

export function writeCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** A share of one: `2.5%`. Only nothing is `0%`, and only all is `100%`. */
export function writeShare(share: number): string {
  if (share > 0 && share < 0.0005) return "<0.1%";
  if (share >= 0.9995 && share < 1) return ">99.9%";
  const isNearEnd = share < 0.1 || share >= 0.995;
  return `${Number((share * 100).toFixed(isNearEnd ? 1 : 0))}%`;
}

/** `1 rule`, `2 rules`. */
export function countOf(count: number, what: string): string {
  return `${writeCount(count)} ${what}${count === 1 ? "" : "s"}`;
}
