import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { CommandFailure } from "../command-failure.js";
import { packageRoot } from "../package-root.js";

/** `policy help [COMMAND|CODE]`: a command's options, or the page of a diagnostic code, offline. */
export function helpCommand(program: Command): Command {
  return new Command("help").argument("[topic]", "a command or a code").action((topic: string | undefined) => {
    if (topic === undefined) {
      program.outputHelp();
      return;
    }
    const page = pageOf(topic.toUpperCase());
    if (page !== undefined) {
      process.stdout.write(page);
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

function pageOf(code: string): string | undefined {
  const file = join(packageRoot(), "docs", "errors", `${code}.md`);
  return /^RW\d+$/.test(code) && existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
