import { Command } from "commander";
import { createParser } from "eventsource-parser";
import type { RecordedAttempt, RecordedResult } from "../../engine/compiling.js";
import { askServer, DEFAULT_SERVER } from "../ask-server.js";
import { CommandFailure } from "../command-failure.js";
import { globalOptions } from "../global-options.js";

const filters = ["rule", "model", "provider", "key", "tenant", "app", "outcome", "status"] as const;

const LONGEST_OUTCOME = "no_candidate".length;

interface StreamedDecision {
  readonly rule: string;
  readonly model: string | null;
  readonly status: number;
  readonly decision: {
    readonly id: string;
    readonly time: string;
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
    const body = await askServer("policy tail", server, `/admin/decisions/stream${query === "" ? "" : `?${query}`}`);
    const parser = createParser({
      onEvent({ event, data }) {
        if (event === "skipped") {
          process.stderr.write(`policy tail: reading too slowly, left out: ${data}\n`);
          return;
        }
        const streamed = JSON.parse(data) as StreamedDecision;
        process.stdout.write(json ? `${JSON.stringify(streamed.decision)}\n` : lineOf(streamed));
      },
    });
    const decoder = new TextDecoder();
    try {
      for await (const chunk of body) parser.feed(decoder.decode(chunk as Buffer, { stream: true }));
    } catch (error) {
      throw new CommandFailure(
        1,
        `policy tail: the server went away: ${error instanceof Error ? error.message : error}`,
      );
    }
  });
}

function lineOf({ rule, model, status, decision }: StreamedDecision): string {
  const { id, time, attempts, result } = decision;
  const cost = attempts.reduce((sum, attempt) => sum + (attempt.cost_usd ?? 0), 0);
  return `${[
    time.slice(11, 23),
    status,
    (result?.outcome ?? "").padEnd(LONGEST_OUTCOME),
    rule,
    `→ ${model ?? "nobody"}`,
    `${Math.round(result?.total_ms ?? 0)} ms`,
    ...(cost === 0 ? [] : [`$${cost.toFixed(6)}`]),
    ...(attempts.length > 1 ? [`${attempts.length} attempts`] : []),
    id,
  ].join("  ")}\n`;
}
