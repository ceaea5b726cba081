import { Command, Option } from "commander";
import {
  type CompiledPolicy,
  type DiffTraffic,
  describeDiff,
  diffPolicies,
  emptyTraffic,
  mergeTraffic,
  type PolicyDiff,
  renderDiff,
  renderDiffMarkdown,
} from "../../engine/index.js";
import { CommandFailure } from "../command-failure.js";
import { globalOptions, repeated } from "../global-options.js";
import { ProgressBar } from "../progress-bar.js";
import { compilePolicySource } from "../read-policy-source.js";
import { workOnLogs } from "../replay/log-threads.js";
import { sizeOfLogs } from "../replay/read-log.js";
import { whileSaying } from "../while-saying.js";
import { writeJson } from "../write-json.js";

interface OwnOptions {
  readonly format: "text" | "json" | "markdown";
  readonly log?: readonly string[];
}

/** `policy diff [A] [B]`: which requests two policies treat differently. Exit 1 when there are any. */
export function diffCommand(): Command {
  return new Command("diff")
    .argument("[a]", "a policy directory or a git revision", "HEAD")
    .argument("[b]", "a policy directory, a git revision, or `.` for the policy directory as it is now", ".")
    .addOption(new Option("--format <format>", "how to print").choices(["text", "json", "markdown"]).default("text"))
    .option(
      "--log <log>",
      "recorded decisions, as `policy replay` takes them: how many are part of each change, and what they cost; may be repeated",
      repeated,
    )
    .action(async (a: string, b: string, own: OwnOptions, command: Command) => {
      const options = globalOptions(command);
      const before = await compilePolicySource(a, options.policies);
      const after = await compilePolicySource(b, options.policies);
      const diff = whileSaying("comparing", after, () => diffPolicies(before.set, after.set));
      const traffic = own.log === undefined ? undefined : await trafficOf(own.log, before, after, diff);
      const report = whileSaying("comparing", after, () => describeDiff(diff, before, after, traffic));
      const format = options.json ? "json" : own.format;
      if (format === "json") writeJson(report);
      else {
        const text = format === "markdown" ? renderDiffMarkdown(report) : renderDiff(report, options);
        process.stdout.write(`${text}\n`);
      }
      if (!report.same) throw new CommandFailure(1);
    });
}

async function trafficOf(
  logs: readonly string[],
  before: CompiledPolicy,
  after: CompiledPolicy,
  diff: PolicyDiff,
): Promise<DiffTraffic> {
  const changes = diff.changes.map(({ kind, from, to }) => ({ kind, from, to }));
  const progress = new ProgressBar(process.stderr, await sizeOfLogs(logs));
  const parts = await workOnLogs({
    logs,
    work: { kind: "traffic", before, after, changes },
    onProgress: (decisions, bytes) => progress.add(decisions, bytes),
  }).finally(() => progress.end());
  const total = emptyTraffic(changes.length);
  for (const part of parts) mergeTraffic(total, part);
  if (total.all.decisions > 0) return total;
  throw new CommandFailure(
    2,
    `policy diff: ${total.unreadable === 0 ? "the log is empty" : "no line of the log is a decision"}`,
  );
}
