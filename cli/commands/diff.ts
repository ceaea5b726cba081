import { Command, Option } from "commander";
import { describeDiff, diffPolicies, renderDiff, renderDiffMarkdown } from "../../engine/index.js";
import { CommandFailure } from "../command-failure.js";
import { globalOptions } from "../global-options.js";
import { compilePolicySource } from "../read-policy-source.js";

/** `policy diff [A] [B]`: which requests two policies treat differently. Exit 1 when there are any. */
export function diffCommand(): Command {
  return new Command("diff")
    .description("show which requests two versions of a policy route differently, as conditions, with examples")
    .argument("[a]", "a policy directory or a git revision", "HEAD")
    .argument("[b]", "a policy directory, a git revision, or `.` for the policy directory as it is now", ".")
    .addOption(new Option("--format <format>", "how to print").choices(["text", "json", "markdown"]).default("text"))
    .action(async (a: string, b: string, own: { format: "text" | "json" | "markdown" }, command: Command) => {
      const options = globalOptions(command);
      const before = await compilePolicySource(a, options.policies);
      const after = await compilePolicySource(b, options.policies);
      const report = describeDiff(diffPolicies(before.set, after.set), before, after);
      const format = options.json ? "json" : own.format;
      const text =
        format === "json"
          ? JSON.stringify(report, undefined, 2)
          : format === "markdown"
            ? renderDiffMarkdown(report)
            : renderDiff(report, { color: options.color });
      process.stdout.write(`${text}\n`);
      if (!report.same) throw new CommandFailure(1);
    });
}
