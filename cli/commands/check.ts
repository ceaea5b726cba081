import { Command, Option } from "commander";
import { compilePolicy, type Diagnostic, positionOf, type SourceFile, shortRevision } from "../../engine/index.js";
import { CommandFailure } from "../command-failure.js";
import { globalOptions } from "../global-options.js";
import { readPolicies, renderForTerminal } from "../load-policies.js";

/** `policy check`: every fault of the set in one run, with positions. Exit 1 when there is an error. */
export function checkCommand(): Command {
  return new Command("check")
    .description("find every fault in the policy files: syntax, schema, references, types, units")
    .addOption(new Option("--format <format>", "how to print the findings").choices(["text", "json"]).default("text"))
    .option("--strict", "warnings fail the check too")
    .action(async (own: { format: string; strict?: boolean }, command: Command) => {
      const options = globalOptions(command);
      const files = await readPolicies(options);
      const { value, diagnostics } = compilePolicy(files);
      const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error").length;
      const warnings = diagnostics.filter((diagnostic) => diagnostic.severity === "warning").length;
      if (options.json || own.format === "json") {
        const report = {
          valid: value !== undefined,
          policy: value === undefined ? undefined : { name: value.name, revision: value.revision },
          errors,
          warnings,
          diagnostics: diagnostics.map((diagnostic) => withPositions(diagnostic, files)),
        };
        process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
      } else {
        if (diagnostics.length > 0) process.stdout.write(`${renderForTerminal(diagnostics, files, options)}\n`);
        const counts = `${plural(files.length, "file")} · ${plural(errors, "error")}, ${plural(warnings, "warning")}`;
        process.stdout.write(
          value === undefined
            ? `${counts}\n`
            : `${value.name}@${shortRevision(value.revision)} · ${plural(value.set.rules.length, "rule")}, ${plural(value.set.catalog.models.length, "model")} · ${counts}\n`,
        );
      }
      if (value === undefined || (own.strict === true && warnings > 0)) throw new CommandFailure(1);
    });
}

function withPositions(diagnostic: Diagnostic, files: readonly SourceFile[]): object {
  const { span, related, ...rest } = diagnostic;
  return {
    ...rest,
    ...(span === undefined ? {} : { ...span, ...positionOf(files, span) }),
    ...(related === undefined
      ? {}
      : { related: related.map((place) => ({ note: place.note, ...place.span, ...positionOf(files, place.span) })) }),
  };
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
