import { join, resolve } from "node:path";
import { styleText } from "node:util";
import { Command, Option } from "commander";
import type { SourceFile } from "../../engine/index.js";
import { diffLines } from "../../engine/source/line-diff.js";
import { CommandFailure } from "../command-failure.js";
import { type FormattedPolicies, formatPolicies } from "../fmt/format-policies.js";
import { type GlobalOptions, globalOptions } from "../global-options.js";
import { policyPrefix, readPolicies, renderForTerminal } from "../load-policies.js";
import { writeAtomically } from "../write-atomically.js";
import { writeJson } from "../write-json.js";

/** `policy fmt`: shows what the canonical form would change; `--write` changes it, `--check` only judges. */
export function fmtCommand(): Command {
  return new Command("fmt")
    .addOption(new Option("--write", "rewrite the files that are not in it").conflicts("check"))
    .option("--check", "exit 1 when a file is not in it")
    .action(async (own: { write?: boolean; check?: boolean }, command: Command) => {
      const options = globalOptions(command);
      const files = await readPolicies(options);
      const { changed, refused, fault } = formatPolicies(files);
      if (fault !== undefined)
        throw new CommandFailure(1, `policy fmt: ${fault}: a fault in Routewright; nothing was written`);
      if (own.write === true) {
        for (const { file, text } of changed) await write(join(resolve(options.policies), file.name), text, file.text);
      }
      const told = { files, changed, refused, isWritten: own.write === true };
      if (options.json) writeJson(toJson(told));
      else process.stdout.write(render(told, options));
      for (const refusal of refused) process.stderr.write(`${renderRefusal(refusal, files, options)}\n`);
      if (refused.length > 0 || (own.check === true && changed.length > 0)) throw new CommandFailure(1);
    });
}

interface Told extends Pick<FormattedPolicies, "changed" | "refused"> {
  readonly files: readonly SourceFile[];
  readonly isWritten: boolean;
}

function toJson({ files, changed, refused, isWritten }: Told): object {
  return {
    files: files.length,
    changed: changed.map(({ file }) => file.name),
    refused: refused.map(({ file }) => file.name),
    written: isWritten,
  };
}

function render({ files, changed, isWritten }: Told, options: GlobalOptions): string {
  const lines = changed.map(({ file, text }) => {
    const name = `${policyPrefix(options)}${file.name}`;
    return isWritten ? `wrote ${name}\n` : `would reformat ${name}\n${renderDiff(file.text, text, options)}`;
  });
  const state = isWritten ? "reformatted" : "would change";
  return `${lines.join("")}${changed.length} of ${files.length} ${files.length === 1 ? "file" : "files"} ${state}\n`;
}

function renderRefusal(
  { file, why }: Told["refused"][number],
  files: readonly SourceFile[],
  options: GlobalOptions,
): string {
  if (typeof why !== "string") return renderForTerminal(why, files, options);
  return `${policyPrefix(options)}${file.name}: not formatted, because ${why}`;
}

async function write(path: string, text: string, before: string): Promise<void> {
  await writeAtomically(path, text, before).catch((error: Error) => {
    throw new CommandFailure(2, `policy fmt: cannot write ${path}: ${error.message}`);
  });
}

function renderDiff(before: string, after: string, { color }: GlobalOptions): string {
  const paint = (style: "red" | "green", text: string) =>
    color ? styleText(style, text, { validateStream: false }) : text;
  const width = String(before.split("\n").length).length;
  return diffLines(before, after)
    .flatMap(({ line, removed, added }) => [
      ...removed.map((text, index) => paint("red", `  ${String(line + index).padStart(width)} - ${text}`)),
      ...added.map((text) => paint("green", `  ${"".padStart(width)} + ${text}`)),
    ])
    .map((text) => `${text.replaceAll("\r", "\\r")}\n`)
    .join("");
}
