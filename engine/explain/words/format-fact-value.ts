import type { FactDefinition, FactUnit } from "../../conditions/fact-definitions.js";
import type { FactValue } from "../../evaluate/facts.js";
import { formatUsd, type NanoUsd, usdToNano } from "../../units/money.js";

/** A fact's value as people read it: `18,400`, `0.05`, `{batch, code}`, `2026-11-23T09:14:00.000Z`, `true`. */
export function formatFactValue(value: FactValue, definition: FactDefinition | undefined): string {
  if (typeof value === "string") return quoteIfOdd(value);
  if (typeof value === "boolean") return String(value);
  if (typeof value !== "number") return `{${value.map(quoteIfOdd).join(", ")}}`;
  if (definition?.type === "time") return formatInstant(value);
  // Facts hold dollars, conditions nano-dollars: only here the two meet.
  return definition?.unit === "usd" ? formatAmount(usdToNano(value)) : formatNumber(value, definition?.unit);
}

/** A number in the form in which conditions compare it (`usd`: whole nano-dollars). */
export function formatThreshold(value: number, unit: FactUnit | undefined): string {
  return unit === "usd" ? formatAmount(value) : formatNumber(value, unit);
}

/** An instant as ISO 8601 in UTC; its number when it is beyond what a date can hold. */
export function formatInstant(epochMs: number): string {
  const date = new Date(epochMs);
  return Number.isNaN(date.getTime()) ? String(epochMs) : date.toISOString();
}

/** Rounded, with thousands separators: `1,240 ms`. */
export function formatMilliseconds(ms: number): string {
  return `${formatNumber(Math.round(ms), "ms")} ms`;
}

/** As it is when it is one plain word (letters, digits, `. _ - / @ : + * =`), else in double quotes. */
export function quoteIfOdd(text: string): string {
  return /^[\p{L}\p{N}._\-/@:+*=]+$/u.test(text) ? text : JSON.stringify(text);
}

/** Whole tokens and milliseconds with thousands separators; everything else as JavaScript writes it. */
function formatNumber(value: number, unit: FactUnit | undefined): string {
  const isCounted = (unit === "tokens" || unit === "ms") && Number.isSafeInteger(value);
  return isCounted ? String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",") : String(value);
}

function formatAmount(nano: number): string {
  if (!Number.isSafeInteger(nano)) return String(nano / 1e9);
  return nano < 0 ? `-${formatUsd(-nano as NanoUsd)}` : formatUsd(nano as NanoUsd);
}
