import { type FactValue, nanoToUsd, parseTokens, parseUsd } from "../../../engine/serving.js";

/** The longest value of a free-text hint, in characters. */
export const MAX_TEXT = 256;

/** One fact a client may hint at with a header, and how its text is read. */
export interface Hint {
  readonly fact: string;
  /** Our header first, then those of other gateways that mean the same: the first that is there counts. */
  readonly headers: readonly string[];
  /** @returns the fact's value; undefined when the text is malformed. */
  readonly read: (text: string) => FactValue | undefined;
  /** What the header takes, for the warning. */
  readonly form: string;
}

/** Headers whose tags are joined. */
export const tagHeaders: readonly string[] = ["x-route-tags", "x-litellm-tags"];

/**
 * Where coding agents name their session by themselves: Claude Code; opencode and pi; Codex, and before 0.149
 * (https://github.com/anthropics/claude-code/issues/40119, https://github.com/weave-os/router/pull/1046, read 2026-11-27).
 */
const agentSessions = ["x-claude-code-session-id", "x-session-affinity", "session-id", "session_id"];

/** Every other hint header, with the aliases of other gateways. Of two entries for one fact the first that is given stands. */
export const hints: readonly Hint[] = [
  {
    fact: "context_tokens",
    headers: ["x-route-context-tokens"],
    read: parseTokens,
    form: "a number of tokens, such as 1500, 150k or 1M",
  },
  {
    fact: "budget_usd",
    headers: ["x-route-budget-usd"],
    read: readUsd,
    form: "an amount in USD with at most 9 decimals, such as 0.05",
  },
  {
    fact: "max_latency_ms",
    headers: ["x-route-max-latency-ms"],
    read: readMilliseconds,
    form: "whole milliseconds, such as 800",
  },
  {
    fact: "priority",
    headers: ["x-route-priority"],
    read: (text) => (text === "interactive" || text === "batch" ? text : undefined),
    form: "interactive or batch",
  },
  {
    fact: "session",
    headers: ["x-route-session", "x-session-id", "x-litellm-session-id", ...agentSessions],
    read: readText,
    form: `a text of 1 to ${MAX_TEXT} characters`,
  },
  { fact: "region", headers: ["x-route-region"], read: readText, form: `a text of 1 to ${MAX_TEXT} characters` },
  {
    fact: "app",
    headers: ["x-openrouter-title", "x-title"],
    read: readText,
    form: `a text of 1 to ${MAX_TEXT} characters`,
  },
  { fact: "app", headers: ["http-referer"], read: readText, form: `a text of 1 to ${MAX_TEXT} characters` },
];

/** Headers that steer the answer and are no facts. */
export const switches: readonly string[] = ["x-route-strict", "x-route-explain"];

/** @returns the text trimmed; undefined when it is empty or longer than 256 characters. */
export function readText(text: string): string | undefined {
  const trimmed = text.trim();
  return trimmed === "" || trimmed.length > MAX_TEXT ? undefined : trimmed;
}

function readUsd(text: string): number | undefined {
  const nano = parseUsd(text.trim());
  return nano === undefined ? undefined : nanoToUsd(nano);
}

function readMilliseconds(text: string): number | undefined {
  return /^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined;
}
