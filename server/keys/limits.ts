import { formatUsd, type NanoUsd, nanoToUsd, parseUsd } from "../../engine/serving.js";

/** How long a budget lasts before it begins anew, in UTC: weeks begin on Monday, `total` never ends. */
export const periods = ["hour", "day", "week", "month", "total"] as const;
export type Period = (typeof periods)[number];

export interface Budget {
  readonly period: Period;
  readonly limit: NanoUsd;
}

/** What a key, a tenant or an app may use. What is left out is not limited. */
export interface Limits {
  /** All hold at once; at most one a period. */
  readonly budgets?: readonly Budget[];
  readonly requestsPerMinute?: number;
  /** Prompt and answer together. */
  readonly tokensPerMinute?: number;
  /** Requests under way at the same time. */
  readonly concurrent?: number;
}

/** Reads a budget as people write it: `50/month`, `0.5/day`, `100/total`. @returns undefined when it is malformed. */
export function parseBudget(text: string): Budget | undefined {
  const [amount = "", word = "", ...more] = text.split("/");
  const period = periods.find((one) => one === word);
  const limit = parseUsd(amount);
  return period === undefined || limit === undefined || more.length > 0 ? undefined : { period, limit };
}

/** `$50/month`, for people. */
export function formatBudget({ period, limit }: Budget): string {
  return period === "total" ? `$${formatUsd(limit)} in all` : `$${formatUsd(limit)}/${period}`;
}

/** Limits for people: `$50/month, 600 rpm, 200000 tpm, 10 at once`; empty without any. */
export function formatLimits({ budgets = [], requestsPerMinute, tokensPerMinute, concurrent }: Limits): string {
  return [
    ...budgets.map(formatBudget),
    ...(requestsPerMinute === undefined ? [] : [`${requestsPerMinute} rpm`]),
    ...(tokensPerMinute === undefined ? [] : [`${tokensPerMinute} tpm`]),
    ...(concurrent === undefined ? [] : [`${concurrent} at once`]),
  ].join(", ");
}

/** Limits as JSON shows and takes them: budgets in USD by period. */
export function limitsToJson({ budgets, requestsPerMinute, tokensPerMinute, concurrent }: Limits): object {
  return {
    ...(budgets === undefined || budgets.length === 0
      ? {}
      : { budgets: Object.fromEntries(budgets.map(({ period, limit }) => [period, nanoToUsd(limit)])) }),
    ...(requestsPerMinute === undefined ? {} : { requests_per_minute: requestsPerMinute }),
    ...(tokensPerMinute === undefined ? {} : { tokens_per_minute: tokensPerMinute }),
    ...(concurrent === undefined ? {} : { concurrent }),
  };
}
