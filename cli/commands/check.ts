import { Command, Option } from "commander";
import {
  analyzePolicy,
  type CompiledPolicy,
  compilePolicy,
  type Diagnostic,
  positionOf,
  renderGithub,
  renderSarif,
  type SourceFile,
  shortRevision,
} from "../../engine/index.js";
import { CommandFailure } from "../command-failure.js";
import { type GlobalOptions, globalOptions } from "../global-options.js";
import { policyPrefix, readPolicies, renderForTerminal } from "../load-policies.js";
import { packageVersion } from "../package-root.js";
import { whileSaying } from "../while-saying.js";
import { writeJson } from "../write-json.js";

interface CheckOptions {
  readonly format: "text" | "json" | "sarif" | "github";
  readonly strict?: boolean;
  readonly all?: boolean;
}

/** `policy check`: every fault of the set in one run, and what exact analysis finds questionable. Exit 1 for an error. */
export function checkCommand(): Command {
  return new Command("check")
    .addOption(
      new Option("--format <format>", "how to print the findings")
        .choices(["text", "json", "sarif", "github"])
        .default("text"),
    )
    .option("--strict", "warnings fail the check too")
    .option("--all", "also what is off unless asked for: overlapping rules, superfluous guards, combinations of guards")
    .action(async (own: CheckOptions, command: Command) => {
      const options = globalOptions(command);
      const files = await readPolicies(options);
      const { value, diagnostics: faults } = compilePolicy(files);
      // What is unsound means nothing yet, so there is nothing to analyse.
      const findings =
        value === undefined
          ? []
          : whileSaying("checking", value, () => analyzePolicy(value, { all: own.all === true }));
      const diagnostics = [...faults, ...findings];
      print(own, options, { value, diagnostics, files });
      const hasWarnings = diagnostics.some(({ severity }) => severity === "warning");
      if (value === undefined || (own.strict === true && hasWarnings)) throw new CommandFailure(1);
    });
}

interface Checked {
  readonly value: CompiledPolicy | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly files: readonly SourceFile[];
}

function print(own: CheckOptions, options: GlobalOptions, checked: Checked): void {
  const { diagnostics, files } = checked;
  switch (options.json ? "json" : own.format) {
    case "json":
      writeJson(jsonReport(checked));
      return;
    case "sarif":
      writeJson(renderSarif(diagnostics, files, { prefix: policyPrefix(options), version: packageVersion() }));
      return;
    case "github":
      printText(renderGithub(diagnostics, files, policyPrefix(options)), checked);
      return;
    case "text":
      printText(renderForTerminal(diagnostics, files, options), checked);
  }
}

function printText(findings: string, checked: Checked): void {
  process.stdout.write(`${findings === "" ? "" : `${findings}\n`}${summary(checked)}\n`);
}

function summary({ value, diagnostics, files }: Checked): string {
  const [errors, warnings, infos] = countsOf(diagnostics);
  const notes = infos === 0 ? "" : `, ${plural(infos, "note")}`;
  const counts = `${plural(files.length, "file")} · ${plural(errors, "error")}, ${plural(warnings, "warning")}${notes}`;
  if (value === undefined) return counts;
  const { rules, catalog } = value.set;
  return `${value.name}@${shortRevision(value.revision)} · ${plural(rules.length, "rule")}, ${plural(catalog.models.length, "model")} · ${counts}`;
}

function jsonReport({ value, diagnostics, files }: Checked): object {
  const [errors, warnings, infos] = countsOf(diagnostics);
  return {
    valid: value !== undefined,
    policy: value === undefined ? undefined : { name: value.name, revision: value.revision },
    errors,
    warnings,
    infos,
    diagnostics: diagnostics.map((diagnostic) => withPositions(diagnostic, files)),
  };
}

function countsOf(diagnostics: readonly Diagnostic[]): readonly [number, number, number] {
  const count = (wanted: Diagnostic["severity"]) => diagnostics.filter(({ severity }) => severity === wanted).length;
  return [count("error"), count("warning"), count("info")];
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
