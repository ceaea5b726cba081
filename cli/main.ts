#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { CommandFailure } from "./command-failure.js";
import { benchCommand } from "./commands/bench.js";
import { chaosCommand } from "./commands/chaos.js";
import { checkCommand } from "./commands/check.js";
import { compileCommand } from "./commands/compile.js";
import { completionCommand } from "./commands/completion.js";
import { diffCommand } from "./commands/diff.js";
import { explainCommand } from "./commands/explain.js";
import { fmtCommand } from "./commands/fmt.js";
import { graphCommand } from "./commands/graph.js";
import { helpCommand } from "./commands/help.js";
import { initCommand } from "./commands/init.js";
import { keysCommand } from "./commands/keys.js";
import { limitsCommand } from "./commands/limits.js";
import { replayCommand } from "./commands/replay.js";
import { serveCommand } from "./commands/serve.js";
import { statusCommand } from "./commands/status.js";
import { tailCommand } from "./commands/tail.js";
import { testCommand } from "./commands/test.js";
import { usageCommand } from "./commands/usage.js";
import { packageVersion } from "./package-root.js";

/** Builds the `policy` command: one file a subcommand; this file only lists them and turns failures into exit codes. */
function buildProgram(): Command {
  const program = new Command("policy")
    .description("Routing policy as code: check, explain, test and serve a directory of policy files.")
    .version(packageVersion())
    .option("--policies <dir>", "the policy directory", process.env["POLICIES"] ?? "./policies")
    .option("--json", "print one JSON document instead of text")
    .option("--no-color", "print without colours (also: NO_COLOR)")
    .helpCommand(false)
    .showHelpAfterError("(run `policy --help` or `policy COMMAND --help`)")
    .hook("preAction", (_program, command) => {
      if (command.name() !== "serve") endWithReader();
    })
    .exitOverride();
  if (wantsJson) program.configureOutput({ writeErr: () => undefined });
  const commands = [
    ...[initCommand(), checkCommand(), explainCommand(), testCommand(), serveCommand()],
    ...[diffCommand(), fmtCommand(), compileCommand(), replayCommand(), graphCommand()],
    ...[benchCommand(), chaosCommand(), completionCommand()],
    ...[keysCommand(), limitsCommand(), usageCommand(), tailCommand(), statusCommand()],
    helpCommand(program),
  ];
  for (const command of commands) {
    inheritSettings(command, program);
    program.addCommand(command);
  }
  return program;
}

/** Whoever reads the output may stop, as `head` does: then there is nothing left to do. */
function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    throw error;
  });
}

function inheritSettings(command: Command, parent: Command): void {
  command.exitOverride().copyInheritedSettings(parent);
  for (const child of command.commands) inheritSettings(child, command);
}

/** With `--json` what goes wrong is a JSON document too, on standard error. */
const wantsJson = process.argv.slice(2, argumentsEnd(process.argv)).includes("--json");

function argumentsEnd(argv: readonly string[]): number {
  const end = argv.indexOf("--");
  return end === -1 ? argv.length : end;
}

function fail(message: string, exitCode: number, answer?: object): void {
  process.exitCode = exitCode;
  if (message === "") return; // it was printed already
  const error = { message, exit_code: exitCode, ...(answer === undefined ? {} : { answer }) };
  const text = answer === undefined ? message : `${message}\n${JSON.stringify(answer)}`;
  process.stderr.write(`${wantsJson ? JSON.stringify({ error }, undefined, 2) : text}\n`);
}

try {
  await buildProgram().parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) process.exitCode = 0;
    else fail(wantsJson ? usageMessage(error) : "", 2);
  } else if (error instanceof CommandFailure) {
    fail(error.message, error.exitCode, error.answer);
  } else {
    const stack = error instanceof Error && error.stack !== undefined ? `\n${error.stack}` : "";
    fail(`policy: this is a fault in Routewright, not in your files: ${String(error)}${stack}`, 70);
  }
}

function usageMessage({ code, message }: CommanderError): string {
  return code === "commander.help"
    ? "a command is missing; `policy --help` lists them"
    : `${message} (run \`policy --help\` or \`policy COMMAND --help\`)`;
}
