#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { CommandFailure } from "./command-failure.js";
import { packageVersion } from "./package-root.js";

/** One file a subcommand. Only what is asked for is loaded: a server would hold the others as long as it runs. */
const commands: Readonly<Record<string, (program: Command) => Promise<Command>>> = {
  init: async () => (await import("./commands/init.js")).initCommand(),
  check: async () => (await import("./commands/check.js")).checkCommand(),
  explain: async () => (await import("./commands/explain.js")).explainCommand(),
  test: async () => (await import("./commands/test.js")).testCommand(),
  serve: async () => (await import("./commands/serve.js")).serveCommand(),
  diff: async () => (await import("./commands/diff.js")).diffCommand(),
  fmt: async () => (await import("./commands/fmt.js")).fmtCommand(),
  compile: async () => (await import("./commands/compile.js")).compileCommand(),
  replay: async () => (await import("./commands/replay.js")).replayCommand(),
  graph: async () => (await import("./commands/graph.js")).graphCommand(),
  bench: async () => (await import("./commands/bench.js")).benchCommand(),
  chaos: async () => (await import("./commands/chaos.js")).chaosCommand(),
  completion: async () => (await import("./commands/completion.js")).completionCommand(),
  keys: async () => (await import("./commands/keys.js")).keysCommand(),
  limits: async () => (await import("./commands/limits.js")).limitsCommand(),
  usage: async () => (await import("./commands/usage.js")).usageCommand(),
  tail: async () => (await import("./commands/tail.js")).tailCommand(),
  status: async () => (await import("./commands/status.js")).statusCommand(),
  help: async (program) => (await import("./commands/help.js")).helpCommand(program),
};
/** They are about all the others. */
const aboutAll = new Set(["help", "completion"]);

/** Builds the `policy` command; this file only lists the subcommands and turns failures into exit codes. */
async function buildProgram(): Promise<Command> {
  const program = new Command("policy")
    .description("Routing policy as code: check, explain, test and serve a directory of policy files.")
    .version(packageVersion())
    .option("--policies <dir>", "the policy directory", process.env["POLICIES"] ?? "./policies")
    .option("--json", "print one JSON document instead of text")
    .option("--no-color", "print without colours (also: NO_COLOR)")
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError("(run `policy --help` or `policy COMMAND --help`)")
    .hook("preAction", (_program, command) => {
      if (command.name() !== "serve") endWithReader();
    })
    .exitOverride();
  if (wantsJson) program.configureOutput({ writeErr: () => undefined });
  const [asked = ""] = program.parseOptions(process.argv.slice(2)).operands;
  const wanted = Object.hasOwn(commands, asked) && !aboutAll.has(asked) ? [asked] : Object.keys(commands);
  for (const name of wanted) {
    const command = await commands[name]?.(program);
    if (command === undefined) continue;
    inheritSettings(command, program);
    program.addCommand(command);
  }
  return program;
}

/** Whoever reads the output may stop, as `head` does: then there is nothing left to do. Nor is there on a full disk, but that is said. */
function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") fail(`policy: the output cannot be written: ${error.message}`, 2);
    process.exit();
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

process.stderr.on("error", () => undefined); // what cannot be said is in the exit code
try {
  await (await buildProgram()).parseAsync(process.argv);
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
