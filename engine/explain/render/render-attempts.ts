import { formatUsd, usdToNano } from "../../units/money.js";
import { formatTokens } from "../../units/tokens.js";
import type { RecordedAttempt } from "../decision-record.js";
import { type Row, renderTable } from "../text-table.js";
import { formatMilliseconds } from "../words/format-fact-value.js";
import type { Rendering } from "./rendering.js";

/** What was sent and what came of it: status, error, time to the first token and in all, tokens, cost. */
export function renderAttempts({ record, color, width }: Rendering): readonly string[] {
  const rows = record.attempts.map(
    (attempt, index): Row => [
      { text: String(index + 1), align: "right" },
      attempt.endpoint,
      attempt.status === undefined ? "no answer" : String(attempt.status),
      attempt.error_class === undefined ? { text: "ok", tone: "good" } : { text: attempt.error_class, tone: "bad" },
      writeOutcome(attempt),
    ],
  );
  return renderTable(rows, 2, color, width);
}

function writeOutcome({ first_token_ms, total_ms, usage, cost_usd, error }: RecordedAttempt): string {
  const { input_tokens, output_tokens } = usage ?? {};
  return [
    ...(first_token_ms === undefined ? [] : [`first token ${formatMilliseconds(first_token_ms)}`]),
    `total ${formatMilliseconds(total_ms)}`,
    ...(input_tokens === undefined ? [] : [`${formatTokens(input_tokens)} tokens in`]),
    ...(output_tokens === undefined ? [] : [`${formatTokens(output_tokens)} out`]),
    ...(cost_usd === undefined ? [] : [`$${formatUsd(usdToNano(cost_usd))}`]),
    ...(error === undefined ? [] : [error]),
  ].join(" · ");
}
