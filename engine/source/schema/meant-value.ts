import { parsePricePerMillionTokens, parseUsd } from "../../units/money.js";
import { parseTokens } from "../../units/tokens.js";

const millisecondsIn: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  sec: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
};
const MOST_MS = 24 * 3_600_000;
const durationUnits: Readonly<Record<string, string>> = { sec: "s", min: "m" };
const tokenUnits: Readonly<Record<string, string>> = { k: "k", m: "M", ki: "Ki", mi: "Mi" };

/** What is most likely meant by a number with another unit or notation, as policies write it: `2s` → `2000`, `200K` → `200k`, `$0.05` → `0.05`. */
export const meantValues: Readonly<
  Record<"milliseconds" | "duration" | "tokens" | "usd" | "price" | "share" | "retention", MeantValue>
> = {
  milliseconds(text) {
    const ms = Math.round(timeOf(text).ms);
    return ms <= MOST_MS ? String(ms) : undefined;
  },
  duration(text) {
    const { digits, unit, ms } = timeOf(text);
    return Number.isInteger(ms) && ms >= 1 && ms <= MOST_MS ? `${digits}${durationUnits[unit] ?? unit}` : undefined;
  },
  tokens(text) {
    // `200.000` and `200,000` as much of the world writes 200 thousand: nobody means tokens with three decimals.
    if (/^[1-9]\d{0,2}(?:[.,]\d{3})+$/.test(text)) return withinTokens(text.replaceAll(/[.,]/g, ""));
    const [, digits = "", unit = ""] =
      /^(\d[\d_]*(?:\.\d+)?) ?(k|m|ki|mi)?(?: ?tokens)?$/i.exec(plainNumber(text) ?? text) ?? [];
    const meant = `${digits.replaceAll("_", "")}${tokenUnits[unit.toLowerCase()] ?? ""}`;
    return withinTokens(meant);
  },
  usd: (text) => withoutCurrency(text, parseUsd),
  price: (text) => perMillion(text) ?? withoutCurrency(text, parsePricePerMillionTokens),
  share(text) {
    const [, digits, percent] = /^(\d{1,3}(?:[.,]\d{1,6})?) ?(%?)$/.exec(text) ?? [];
    if (digits === undefined) return undefined;
    const number = Number(digits.replace(",", "."));
    return String(percent === "%" ? Number((number / 100).toFixed(8)) : number);
  },
  retention(text) {
    if (/^(?:false|no|never|zero)$/i.test(text)) return "none";
    const [, count, unit = "d"] = /^(\d{1,4}) ?(d|day|week|month|year)?s?$/i.exec(text) ?? [];
    if (count === undefined) return undefined;
    const days = Number(count) * (daysIn[unit.toLowerCase()] as number);
    return days === 0 ? "none" : `${days}d`;
  },
};

/** Days in what people write a time of retention in. */
const daysIn: Readonly<Record<string, number>> = { d: 1, day: 1, week: 7, month: 30, year: 365 };

function withinTokens(text: string): string | undefined {
  return parseTokens(text) === undefined ? undefined : text;
}

/** A number with a sign, an exponent or a bare point, as plain digits: `1e4` → `10000`, `+.5` → `0.5`. */
function plainNumber(text: string): string | undefined {
  if (!/^\+?(\d{1,12}\.?\d{0,12}|\.\d{1,12})(e[+-]?\d{1,2})?$/i.test(text)) return undefined;
  const plain = Number(text)
    .toFixed(12)
    .replace(/\.?0+$/, "");
  return /^\d{1,16}(\.\d+)?$/.test(plain) ? plain : undefined;
}

/** The price of a million tokens where that of a single token is written, as other gateways have it: `0.0000025`, `2.5e-06` → `2.5`. */
export function perMillion(text: string): string | undefined {
  const usd = Number(text);
  return usd > 0 && usd < LEAST_USUAL_PRICE ? String(Number((usd * 1_000_000).toPrecision(9))) : undefined;
}

/** USD per million tokens: no model costs less. */
const LEAST_USUAL_PRICE = 0.001;

/** A time with a unit; `ms` is NaN for a text that is none. */
function timeOf(text: string): { readonly digits: string; readonly unit: string; readonly ms: number } {
  const [, digits = "", unit = ""] = /^(\d{1,8}(?:\.\d{1,3})?) ?(ms|s|sec|m|min|h)$/.exec(text) ?? [];
  return { digits, unit, ms: Number(digits) * (millisecondsIn[unit] ?? Number.NaN) };
}

type MeantValue = (text: string) => string | undefined;

function withoutCurrency(text: string, parse: (text: string) => number | undefined): string | undefined {
  const [, digits = ""] = /^\$? ?(\d+(?:\.\d+)?) ?(?:\$|USD)?$/.exec(plainNumber(text) ?? text) ?? [];
  return parse(digits) === undefined ? undefined : digits;
}
