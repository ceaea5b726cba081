import type { DiagnosticCode } from "../../diagnostics/diagnostic-codes.js";
import { meantValues } from "./meant-value.js";

/** What a value of a named kind looks like, for the messages about one that does not. */
export interface ValueForm {
  readonly code: DiagnosticCode;
  /** `… is not {what}`. */
  readonly what: string;
  readonly help: string;
  /** What is most likely meant by a text that is no such value. */
  readonly meant?: (text: string) => string | undefined;
}

/** What to write in place of a text that is no such value. */
export function helpFor({ help, meant }: ValueForm, text: string): string {
  const value = meant?.(text);
  return value === undefined || value === text ? help : `write \`${value}\``;
}

const tokens: ValueForm = {
  code: "RW1302",
  what: "a count of tokens",
  help: "write a whole number of at most 100 million, plain or with k, M, Ki or Mi: `1500`, `200k`, `128Ki`",
  meant: meantValues.tokens,
};
const usd: ValueForm = {
  code: "RW1302",
  what: "an amount in USD",
  help: "write a plain decimal from 0 to 1,000,000 with at most 9 decimals: `0.05`",
  meant: meantValues.usd,
};
const milliseconds: ValueForm = {
  code: "RW1302",
  what: "a number of milliseconds",
  help: "the unit is in the name: write a plain whole number, from 0 to 86400000",
  meant: meantValues.milliseconds,
};
const ratio: ValueForm = {
  code: "RW1302",
  what: "a ratio",
  help: "write a number of at least 0: 0 is nothing, 1 is all",
  meant: meantValues.share,
};

/** By the name under `$defs` of the schemas. */
export const valueForms: Readonly<Record<string, ValueForm>> = {
  tokens,
  tokensCondition: tokens,
  usd,
  usdCondition: usd,
  milliseconds,
  millisecondsCondition: milliseconds,
  ratio,
  ratioCondition: ratio,
  positiveTokens: {
    code: "RW1302",
    what: "a count of tokens",
    help: "write a whole number from 1 to 100 million, plain or with k, M, Ki or Mi: `1500`, `200k`, `128Ki`",
    meant: meantValues.tokens,
  },
  price: {
    code: "RW1302",
    what: "a price in USD per million tokens",
    help: "write a plain decimal from 0 to 1,000,000 with at most 6 decimals: `2.50`",
    meant: meantValues.price,
  },
  duration: {
    code: "RW1302",
    what: "a duration",
    help: "write milliseconds as a whole number, or text with its unit, from 1ms to 24h: `800ms`, `30s`, `2m`",
    meant: meantValues.duration,
  },
  share: { code: "RW1302", what: "a share", help: "write a number from 0 to 1", meant: meantValues.share },
  retention: {
    code: "RW1302",
    what: "a time of data retention",
    help: "write `none`, or days: `30d`",
    meant: meantValues.retention,
  },
  source: {
    code: "RW1103",
    what: "where a fact can come from",
    help: "write `key`, `{ header: NAME }` or `{ metadata: NAME }`",
  },
  instant: {
    code: "RW1302",
    what: "an instant",
    help: 'write ISO 8601 with its zone: `"2026-11-24T23:30:00+01:00"`',
  },
};
