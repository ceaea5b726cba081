import { Command } from "commander";
import type { RecordedAttempt, RecordedResult } from "../../engine/compiling.js";
import { safeText } from "../../engine/serving.js";
import { followDecisions } from "../follow-decisions.js";
import { DEFAULT_SERVER, globalOptions } from "../global-options.js";

const filters = ["rule", "model", "provider", "key", "tenant", "app", "outcome", "status"] as const;

const LONGEST_OUTCOME = "no_candidate".length;

interface StreamedDecision {
  readonly rule: string;
  readonly model: string | null;
  readonly status: number;
  readonly decision: {
    readonly id: string;
    readonly time: string;
    readonly operation?: string;
    readonly attempts: readonly RecordedAttempt[];
    readonly result?: RecordedResult;
  };
}

/** `policy tail`: the decisions of a server as it makes them, one a line. */
export function tailCommand(): Command {
  const command = new Command("tail").option("--server <url>", "the server to ask", DEFAULT_SERVER);
  for (const name of filters) command.option(`--${name} <${name}>`, `only decisions with this ${name}`);
  return command.action(async (own: Record<string, string>, self: Command) => {
    const { server = DEFAULT_SERVER, ...wanted } = own;
    const { json } = globalOptions(self);
    const query = new URLSearchParams(wanted).toString();
    await followDecisions(server, query, ({ event, data }) => {
      if (event === "skipped") {
        process.stderr.write(`policy tail: reading too slowly, left out: ${safeText(data)}\n`);
        return;
      }
      const streamed = JSON.parse(data) as StreamedDecision;
      process.stdout.write(json ? `${JSON.stringify(streamed.decision)}\n` : lineOf(streamed));
    });
  });
}

function lineOf({ rule, model, status, decision }: StreamedDecision): string {
  const { id, time, operation = "chat", attempts, result } = decision;
  const cost = attempts.reduce((sum, attempt) => sum + (attempt.cost_usd ?? 0), 0);
  const parts = [
    time.slice(11, 23),
    status,
    (result?.outcome ?? "").padEnd(LONGEST_OUTCOME),
    rule,
    `→ ${model ?? withoutModel(result)}`,
    `${Math.round(result?.total_ms ?? 0)} ms`,
    ...(cost === 0 ? [] : [`$${cost.toFixed(6)}`]),
    ...(operation === "chat" ? [] : [operation]),
    ...(attempts.length > 1 ? [`${attempts.length} attempts`] : []),
    id,
  ];
  return `${safeText(parts.join("  "))}\n`;
}

/** Who answered when no model was called: the route's cache, this server's own count of tokens, or nobody. */
function withoutModel(result: RecordedResult | undefined): string {
  if (result?.outcome !== "answered") return "nobody";
  return result.cache === "hit" ? "the cache" : "an estimate of tokens";
}
