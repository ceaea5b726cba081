import { formatUsd, type NanoUsd } from "./money.js";

/** `1,234`. */
export function writeCount(value: number): string {
  return value.toLocaleString("en-US");
}

/** `1 decision`, `1,234 decisions`. */
export function writeCounted(value: number, noun: string): string {
  return `${writeCount(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** `1.23 %`. Only nothing is `0.00 %`, and only all is `100.00 %`. */
export function writeShare(part: number, whole: number): string {
  if (whole === 0) return "0 %";
  const percent = (100 * part) / whole;
  if (percent > 0 && percent < 0.005) return "<0.01 %";
  if (percent >= 99.995 && percent < 100) return ">99.99 %";
  return `${percent.toFixed(2)} %`;
}

/** `+1.23 %`. */
export function writeChange(before: number, after: number): string {
  if (before === 0) return after === 0 ? "±0 %" : "from nothing";
  const change = (100 * (after - before)) / before;
  return `${change > 0 ? "+" : change < 0 ? "−" : "±"}${Math.abs(change).toFixed(2)} %`;
}

/** Cents for large sums, three digits for small ones. */
export function writeSum(nano: number): string {
  return nano >= 1e9 ? `$${(nano / 1e9).toFixed(2)}` : `$${formatUsd(Number(nano.toPrecision(3)) as NanoUsd)}`;
}
