/**
 * Money inside the engine: a safe integer of nano-dollars (10⁻⁹ USD), never a float of dollars.
 * Range: 0 to 9,000,000 USD (2^53 nano-dollars); `parseUsd` refuses more than 1,000,000 USD, so that a sum of a
 * few amounts stays exact too.
 */
export type NanoUsd = number & { readonly __unit: "nano-usd" };

/** A price: a safe integer of pico-dollars (10⁻¹² USD) per token. 1 USD per million tokens = 1,000,000. */
export type PicoUsdPerToken = number & { readonly __unit: "pico-usd-per-token" };

const NANO_PER_USD = 1_000_000_000;
const MAX_USD = 1_000_000;

/**
 * Reads a decimal amount of dollars exactly: digits, optionally a point and up to 9 decimals (`0.05`, `12`, `.5`).
 * @returns undefined for anything else (signs, exponents, `$`, more decimals, more than 1,000,000 USD).
 */
export function parseUsd(text: string): NanoUsd | undefined {
  const scaled = parseScaledDecimal(text, 9);
  return scaled !== undefined && scaled <= MAX_USD * NANO_PER_USD ? (scaled as NanoUsd) : undefined;
}

/**
 * Reads a price in USD per million tokens exactly: up to 6 decimals, at most 1,000,000 USD per million tokens.
 * @returns undefined for anything else.
 */
export function parsePricePerMillionTokens(text: string): PicoUsdPerToken | undefined {
  const scaled = parseScaledDecimal(text, 6);
  return scaled !== undefined && scaled <= 1_000_000 * 1_000_000 ? (scaled as PicoUsdPerToken) : undefined;
}

/** Rounds a number of dollars to the nearest nano-dollar; exact for decimals of up to 9 places below 1,000,000 USD. */
export function usdToNano(usd: number): NanoUsd {
  return Math.round(usd * NANO_PER_USD) as NanoUsd;
}

/** The amount in dollars, as the number nearest to it (for JSON records). */
export function nanoToUsd(nano: NanoUsd): number {
  return nano / NANO_PER_USD;
}

/** The exact decimal, without trailing zeros: 50,000,000 → `0.05`. */
export function formatUsd(nano: NanoUsd): string {
  return formatScaledDecimal(nano, 9);
}

/** USD per million tokens as the exact decimal: 2,500,000 → `2.5`. */
export function formatPricePerMillionTokens(price: PicoUsdPerToken): string {
  return formatScaledDecimal(price, 6);
}

/** tokens × price, in nano-dollars, rounded up. Exact for every input: beyond 2^53 it is computed with big integers. */
export function costOfTokens(tokens: number, price: PicoUsdPerToken): NanoUsd {
  const pico = tokens * price;
  // Exact: up to 2^53 a quotient that is not whole is at least 0.001 away from one that is, and rounded by less than that.
  if (pico <= Number.MAX_SAFE_INTEGER) return Math.ceil(pico / 1000) as NanoUsd;
  return Number((BigInt(tokens) * BigInt(price) + 999n) / 1000n) as NanoUsd;
}

/** A price times a factor, rounded to the nearest whole pico-dollar. */
export function multipliedPrice(price: PicoUsdPerToken, factor: number): PicoUsdPerToken {
  return Math.round(price * factor) as PicoUsdPerToken;
}

function parseScaledDecimal(text: string, decimals: number): number | undefined {
  const match = /^(\d{0,9})(?:\.(\d{1,9}))?$/.exec(text);
  if (match === null || text === "") return undefined;
  const [, whole = "", fraction = ""] = match;
  const kept = fraction.replace(/0+$/, "");
  if (kept.length > decimals) return undefined;
  return Number(`${whole === "" ? "0" : whole}${kept.padEnd(decimals, "0")}`);
}

function formatScaledDecimal(value: number, decimals: number): string {
  const scale = 10 ** decimals;
  let fraction = value % scale;
  const whole = (value - fraction) / scale;
  if (fraction === 0) return String(whole);
  let places = decimals;
  for (; fraction % 10 === 0; places--) fraction /= 10;
  return `${whole}.${String(fraction).padStart(places, "0")}`;
}
