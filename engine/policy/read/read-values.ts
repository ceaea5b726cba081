import { entryOf, type Located, type LocatedMap, shorten } from "../../source/located.js";
import { perMillion } from "../../source/schema/meant-value.js";
import { helpFor, valueForms } from "../../source/schema/value-forms.js";
import { parseInstant } from "../../units/instants.js";
import { type NanoUsd, type PicoUsdPerToken, parsePricePerMillionTokens, parseUsd } from "../../units/money.js";
import { normalizeTag } from "../../units/tags.js";
import { parseTokens } from "../../units/tokens.js";
import type { NumberRange } from "../policy-set.js";
import type { Reading } from "./reading.js";

/** The value under a key; undefined when the node is no map or has no such key. */
export function childOf(node: Located | undefined, key: string): Located | undefined {
  return node?.kind === "map" ? entryOf(node, key)?.value : undefined;
}

export function mapOf(node: Located | undefined): LocatedMap | undefined {
  return node?.kind === "map" ? node : undefined;
}

/** The items of a list; a single value is a list of one. */
export function itemsOf(node: Located | undefined): readonly Located[] {
  if (node === undefined || node.kind === "map") return [];
  return node.kind === "list" ? node.items : [node];
}

export function textOf(reading: Reading, node: Located | undefined): string | undefined {
  return node?.kind === "scalar" && typeof node.value === "string" && !reading.faulty.has(node)
    ? node.value
    : undefined;
}

/** Texts of a list or of a single value, each once. */
export function textsOf(reading: Reading, node: Located | undefined): readonly string[] {
  return [...new Set(itemsOf(node).flatMap((item) => textOf(reading, item) ?? []))];
}

export function booleanOf(reading: Reading, node: Located | undefined): boolean | undefined {
  return node?.kind === "scalar" && typeof node.value === "boolean" && !reading.faulty.has(node)
    ? node.value
    : undefined;
}

export function numberOf(reading: Reading, node: Located | undefined): number | undefined {
  return node?.kind === "scalar" && typeof node.value === "number" && !reading.faulty.has(node)
    ? node.value
    : undefined;
}

/** Tags in their one form, each once; a malformed one is reported. */
export function tagsOf(reading: Reading, node: Located | undefined): readonly string[] {
  const tags = new Set<string>();
  for (const item of itemsOf(node)) {
    const text = textOf(reading, item);
    if (text === undefined) continue;
    const tag = normalizeTag(text);
    if (tag !== undefined) tags.add(tag);
    else {
      const help = "a tag has 1 to 64 characters, and no commas or control characters";
      reading.report.error("RW1307", item.span, `\`${shorten(text)}\` is not a tag`, help);
    }
  }
  return [...tags];
}

/** Whole tokens. */
export function tokensOf(reading: Reading, node: Located | undefined): number | undefined {
  return exact(reading, node, "tokens", parseTokens);
}

/** Whole nano-dollars, from the decimal text. */
export function usdOf(reading: Reading, node: Located | undefined): NanoUsd | undefined {
  return exact(reading, node, "usd", parseUsd);
}

/** Whole pico-dollars per token, from the decimal text. */
export function priceOf(reading: Reading, node: Located | undefined): PicoUsdPerToken | undefined {
  const price = exact(reading, node, "price", parsePricePerMillionTokens);
  if (price === undefined || node?.kind !== "scalar") return price;
  const meant = perMillion(node.source);
  if (meant !== undefined) {
    const message = `\`${shorten(node.source)}\` is USD for a million tokens, less than any model costs`;
    reading.report.warning("RW1308", node.span, message, `if it is the price of one token, write \`${meant}\``);
  }
  return price;
}

/** Whole milliseconds of a duration: `800`, `800ms`, `30s`, `2m`. A bare number that looks like seconds is warned about. */
export function durationOf(reading: Reading, node: Located | undefined): number | undefined {
  const duration = exact(reading, node, "duration", parseDuration);
  if (duration !== undefined && duration < 100 && node?.kind === "scalar" && /^\d+$/.test(node.source)) {
    const help = `write \`${duration}s\` for seconds, or \`${duration}ms\` if it is meant`;
    reading.report.warning("RW1308", node.span, `\`${duration}\` is ${duration} ms`, help);
  }
  return duration;
}

/** Whole milliseconds, of a key that has the unit in its name. */
export function millisecondsOf(reading: Reading, node: Located | undefined): number | undefined {
  return exact(reading, node, "milliseconds", (text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined));
}

/** The same of a hint for latency; what looks like seconds is warned about. */
export function hintedMillisecondsOf(reading: Reading, node: Located | undefined): number | undefined {
  const ms = millisecondsOf(reading, node);
  if (ms !== undefined && ms > 0 && ms < 10 && node?.kind === "scalar") {
    reading.report.warning("RW1308", node.span, `\`${ms}\` is ${ms} ms`, `if it is ${ms} s, write \`${ms}000\``);
  }
  return ms;
}

/** A share: 1 is all. What looks like percent is warned about. */
export function ratioOf(reading: Reading, node: Located | undefined): number | undefined {
  const ratio = numberOf(reading, node);
  if (ratio !== undefined && ratio > 2 && node?.kind === "scalar") {
    const message = `\`${shorten(node.source)}\` is ${shorten(node.source)} times the whole`;
    const help = `if it is ${shorten(node.source)} %, write \`${Number((ratio / 100).toPrecision(12))}\``;
    reading.report.warning("RW1308", node.span, message, help);
  }
  return ratio;
}

/** Days: `none` is 0, `30d` is 30. */
export function retentionOf(reading: Reading, node: Located | undefined): number | undefined {
  const text = textOf(reading, node);
  if (text === undefined) return undefined;
  return text === "none" ? 0 : Number(text.slice(0, -1));
}

/** Milliseconds since 1970, of ISO 8601 with its zone. */
export function instantOf(reading: Reading, node: Located | undefined): number | undefined {
  return exact(reading, node, "instant", parseInstant);
}

/** `{ lt, lte, gt, gte }` in any combination as one range; of two bounds on one side the tighter one counts. */
export function rangeOf(
  node: LocatedMap,
  read: (bound: Located | undefined) => number | undefined,
): NumberRange | undefined {
  let range: NumberRange = {};
  for (const { key, value } of node.entries) {
    if (key !== "lt" && key !== "lte" && key !== "gt" && key !== "gte") continue;
    const number = read(value);
    if (number === undefined) return undefined;
    const bound = { value: number, inclusive: key === "lte" || key === "gte" };
    const isMin = key === "gt" || key === "gte";
    const other = isMin ? range.min : range.max;
    const isTighter =
      other === undefined ||
      (isMin ? bound.value > other.value : bound.value < other.value) ||
      (bound.value === other.value && !bound.inclusive);
    if (isTighter) range = { ...range, [isMin ? "min" : "max"]: bound };
  }
  return range;
}

/** Reads a number from its text, so that nothing passes through a float; the schema let only some forms pass. */
function exact<Value extends number>(
  { report, faulty }: Reading,
  node: Located | undefined,
  form: string,
  parse: (text: string) => Value | undefined,
): Value | undefined {
  if (node?.kind !== "scalar" || node.value === null || faulty.has(node)) return undefined;
  const value = parse(node.source);
  if (value === undefined) {
    const valueForm = valueForms[form] as (typeof valueForms)[string];
    const message = `\`${shorten(node.source)}\` is not ${valueForm.what}`;
    report.error(valueForm.code, node.span, message, helpFor(valueForm, node.source));
  }
  return value;
}

const durationUnits: Readonly<Record<string, number>> = { "": 1, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const MAX_DURATION_MS = 24 * 3_600_000;

function parseDuration(text: string): number | undefined {
  const [, digits = "", unit = ""] = /^(\d{1,8}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text) ?? [];
  if (digits === "") return undefined;
  const ms = Number(digits) * (durationUnits[unit] ?? 1);
  return Number.isInteger(ms) && ms >= 1 && ms <= MAX_DURATION_MS ? ms : undefined;
}
