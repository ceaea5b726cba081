import { Command, CommanderError, Option } from "commander";
import { CommandFailure } from "./command-failure.js";
import { notEmpty } from "./global-options.js";
import { packageVersion } from "./package-root.js";
import { refuseOldNode } from "./refuse-old-node.js";

interface Subcommand {
  readonly description: string;
  readonly load: (program: Command) => Promise<Command>;
}

/** One file a subcommand. Only what is asked for is loaded: loading is most of a short command's time, and a server would hold the others as long as it runs. */
const subcommands: Readonly<Record<string, Subcommand>> = {
  init: {
    description: "write a commented starter set into a new directory",
    load: async () => (await import("./commands/init.js")).initCommand(),
  },
  check: {
    description: "find every fault in the policy files, and rules, conditions and candidates that can never matter",
    load: async () => (await import("./commands/check.js")).checkCommand(),
  },
  explain: {
    description: "show why a request goes to which model: facts, rules, requirements, every candidate, the plan",
    load: async () => (await import("./commands/explain.js")).explainCommand(),
  },
  test: {
    description: "run the test cases of the policy directory",
    load: async () => (await import("./commands/test.js")).testCommand(),
  },
  serve: {
    description: "serve the proxy with the policy directory, reloading it when it changes",
    load: async () => (await import("./commands/serve.js")).serveCommand(),
  },
  diff: {
    description: "show which requests two versions of a policy route differently, as conditions, with examples",
    load: async () => (await import("./commands/diff.js")).diffCommand(),
  },
  fmt: {
    description: "put the policy files into their one canonical form; comments are kept",
    load: async () => (await import("./commands/fmt.js")).fmtCommand(),
  },
  compile: {
    description: "write the compiled set as one file, for cold starts: it loads without parsing YAML",
    load: async () => (await import("./commands/compile.js")).compileCommand(),
  },
  replay: {
    description: "decide recorded decisions again under this policy: what changes, and what it costs",
    load: async () => (await import("./commands/replay.js")).replayCommand(),
  },
  graph: {
    description: "draw the policy: guards, routes in order, where each sends a request",
    load: async () => (await import("./commands/graph.js")).graphCommand(),
  },
  bench: {
    description: "measure decisions per second of this policy on this machine",
    load: async () => (await import("./commands/bench.js")).benchCommand(),
  },
  chaos: {
    description: "rehearse provider failures: what clients would see of this policy",
    load: async () => (await import("./commands/chaos.js")).chaosCommand(),
  },
  completion: {
    description: "print a completion script for a shell",
    load: async () => (await import("./commands/completion.js")).completionCommand(),
  },
  keys: {
    description: "create, list, edit, rotate and revoke API keys",
    load: async () => (await import("./commands/keys.js")).keysCommand(),
  },
  limits: {
    description: "set and list the limits of tenants and apps",
    load: async () => (await import("./commands/limits.js")).limitsCommand(),
  },
  usage: {
    description: "show tokens and money by model, key, tenant, app, day…",
    load: async () => (await import("./commands/usage.js")).usageCommand(),
  },
  tail: {
    description: "show the decisions of a running server as they are made, until Ctrl-C",
    load: async () => (await import("./commands/tail.js")).tailCommand(),
  },
  status: {
    description: "show what a running server serves, what it refused, and what is degraded",
    load: async () => (await import("./commands/status.js")).statusCommand(),
  },
  help: {
    description: "show the help of a command, or the page of a diagnostic code: policy help RW2001",
    load: async (program) => (await import("./commands/help.js")).helpCommand(program),
  },
};

/** Builds the `policy` command; this file only lists the subcommands and turns failures into exit codes. */
async function buildProgram(): Promise<Command> {
  const program = new Command("policy")
    .description("Routing policy as code: check, explain, test and serve a directory of policy files.")
    .version(packageVersion())
    .addOption(
      new Option("--policies <dir>", "the policy directory").env("POLICIES").default("./policies").argParser(notEmpty),
    )
    .option("--json", "print one JSON document instead of text")
    .option("--no-color", "print without colours (also: NO_COLOR)")
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError("(run `policy --help` or `policy COMMAND --help`)")
    .configureOutput({ outputError: (text, write) => write(sayWherePoliciesGo(text)) })
    .exitOverride();
  if (wantsJson) program.configureOutput({ writeErr: () => undefined });
  const [asked = "", topic] = program.parseOptions(process.argv.slice(2)).operands;
  if (asked !== "serve") endWithReader();
  for (const [name, { description, load }] of Object.entries(subcommands)) {
    const isNeeded = name === asked || asked === "completion" || (asked === "help" && name === topic);
    const command = (isNeeded ? await load(program) : new Command(name)).description(description);
    inheritSettings(command, program);
    program.addCommand(command);
  }
  // Of a command that is not loaded, options and arguments are not known: none has them in the list.
  return program.configureHelp({ ...program.configureHelp(), subcommandTerm: (command) => command.name() });
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
  refuseOldNode(process.versions.node);
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
    : `${sayWherePoliciesGo(message)} (run \`policy --help\` or \`policy COMMAND --help\`)`;
}

/** Other tools take a directory as an argument, so it is what is tried first. */
function sayWherePoliciesGo(text: string): string {
  return text.replace(/Expected 0 arguments but got \d+\./, "$& A policy directory is named by --policies DIR");
}
