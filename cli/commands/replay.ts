import { once } from "node:events";
import { Command, InvalidArgumentError, Option } from "commander";
import { POLICY_LINE, reportReplay, shortRevision, writeCount, writeCounted } from "../../engine/index.js";
import { CommandFailure } from "../command-failure.js";
import { type GlobalOptions, globalOptions, repeated } from "../global-options.js";
import { loadPolicies } from "../load-policies.js";
import { ProgressBar } from "../progress-bar.js";
import { PieceMemory } from "../replay/piece-memory.js";
import { readLog, sizeOfLogs } from "../replay/read-log.js";
import { renderReplay } from "../replay/render-replay.js";
import { replayLogs } from "../replay/replay-logs.js";
import { writeJson } from "../write-json.js";

interface OwnOptions {
  readonly baseline?: readonly string[];
  readonly export?: boolean;
  readonly threads?: number;
}

/** `policy replay`: recorded decisions under another policy. Exit 1 when something changes. */
export function replayCommand(): Command {
  return new Command("replay")
    .argument("<log...>", "JSON lines (plain, gzipped, - for the standard input), a SQLite file, or a database's URL")
    .option("--baseline <dir>", "the policy that decided, when the log does not hold it; may be repeated", repeated)
    .option("--export", "write the logs as JSON lines, with the policies that decided, and replay nothing")
    .addOption(new Option("--threads <n>", "threads to use (default: all cores)").argParser(threadCount))
    .action(async (logs: readonly string[], own: OwnOptions, command: Command) => {
      const options = globalOptions(command);
      if (own.export === true) return exportLogs(logs);
      await replay(logs, own, options);
    });
}

async function replay(logs: readonly string[], own: OwnOptions, options: GlobalOptions): Promise<void> {
  const target = await loadPolicies(options);
  const baselines = [];
  for (const policies of own.baseline ?? []) baselines.push(await loadPolicies({ ...options, policies }));
  const progress = new ProgressBar(process.stderr, await sizeOfLogs(logs));
  const start = performance.now();
  const summary = await replayLogs({
    ...{ logs, target, baselines },
    ...(own.threads === undefined ? {} : { threads: own.threads }),
    onProgress: (decisions, bytes) => progress.add(decisions, bytes),
  }).finally(() => progress.end());
  const seconds = (performance.now() - start) / 1000;
  if (summary.decisions === 0) {
    const what =
      summary.unreadable === 0 ? "the log is empty" : `none of its ${summary.unreadable} lines is a decision`;
    throw new CommandFailure(2, `policy replay: ${what}; \`policy replay --export DATABASE\` writes a log`);
  }
  if (options.json) {
    writeJson({ ...reportReplay(summary, target), seconds });
  } else {
    process.stdout.write(renderReplay(summary, target, options.color));
    const rate = writeCount(Math.round(summary.decisions / seconds));
    process.stderr.write(`${seconds.toFixed(1)} s, ${rate} decisions a second\n`);
  }
  if (summary.differingCount > 0) {
    const { differingCount: count } = summary;
    const decisions = count === 1 ? "1 decision is" : `${writeCount(count)} decisions are`;
    const message = `policy replay: ${decisions} not reproduced by the policy that made them: made by another version of Routewright?`;
    throw new CommandFailure(1, message);
  }
  if (summary.changed > 0 || summary.fallbacksChanged > 0) throw new CommandFailure(1);
}

/** Writes as fast as the reader takes it. */
async function exportLogs(logs: readonly string[]): Promise<void> {
  const write = async (line: string) => {
    if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
  };
  let count = 0;
  const written = new Set<string>();
  const memory = new PieceMemory();
  for (const log of logs) {
    for await (const { bytes, policies } of readLog(log, memory)) {
      for (const policy of policies) {
        if (!written.has(policy.revision)) await write(JSON.stringify(policy));
        written.add(policy.revision);
      }
      const all = new TextDecoder().decode(bytes).split("\n");
      const lines = all.filter((line) => line.trim() !== "" && !line.startsWith(POLICY_LINE));
      if (lines.length > 0) await write(lines.join("\n"));
      count += lines.length;
      memory.giveBack(bytes.buffer);
    }
  }
  process.stderr.write(
    `${writeCounted(count, "decision")}, policies ${[...written].map(shortRevision).join(", ") || "none"}\n`,
  );
}

function threadCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 256) throw new InvalidArgumentError("it must be from 1 to 256.");
  return value;
}
