import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { diagnosticCodes } from "../../engine/compiling.js";
import { CommandFailure } from "../command-failure.js";
import { packageRoot } from "../package-root.js";

/** `policy help [COMMAND|CODE]`: a command's options, or the page of a diagnostic code, offline. */
export function helpCommand(program: Command): Command {
  return new Command("help").argument("[topic]", "a command or a code").action((topic: string | undefined) => {
    if (topic === undefined) {
      program.outputHelp();
      return;
    }
    const code = topic.toUpperCase();
    if (Object.hasOwn(diagnosticCodes, code)) {
      process.stdout.write(readPage(code));
      return;
    }
    const command = program.commands.find((each) => each.name() === topic);
    if (command === undefined) {
      const names = program.commands.map((each) => each.name()).join(", ");
      throw new CommandFailure(
        2,
        `policy help: \`${topic}\` is neither a command (${names}) nor a code (RW1001 and on: docs/errors.md)`,
      );
    }
    command.outputHelp();
  });
}

function readPage(code: string): string {
  const file = join(packageRoot(), "docs", "errors", `${code}.md`);
  if (!existsSync(file)) throw new CommandFailure(1, `policy help: the page of ${code} is not installed: ${file}`);
  return readFileSync(file, "utf8");
}
