import { Command, InvalidArgumentError, Option } from "commander";
import { CommandFailure } from "../command-failure.js";
import { globalOptions } from "../global-options.js";

interface OwnOptions {
  readonly port: number;
  readonly host: string;
  readonly gate?: boolean;
  readonly shadow?: string;
}

/** `policy serve`: the proxy, until SIGINT or SIGTERM. */
export function serveCommand(): Command {
  return new Command("serve")
    .description("serve the proxy with the policy directory, reloading it when it changes")
    .addOption(
      new Option("--port <port>", "port to listen on; 0 picks a free one").env("PORT").default(8080).argParser(port),
    )
    .addOption(new Option("--host <host>", "address to listen on").env("HOST").default("127.0.0.1"))
    .option("--gate", "run the policy's tests before each reload and refuse one that fails")
    .option("--shadow <dir>", "try another policy: make each decision under it too, without effect")
    .action(async (own: OwnOptions, command: Command) => {
      const options = globalOptions(command);
      try {
        // Loaded here: the other commands start in half the time without the server.
        const { startServer } = await import("../../server/main.js");
        const { port, host, gate = false, shadow } = own;
        await startServer({
          ...{ policies: options.policies, port, host, gate },
          ...(shadow === undefined ? {} : { shadow }),
        });
      } catch (error) {
        throw new CommandFailure(1, `policy serve: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) {
    throw new InvalidArgumentError("it must be a whole number from 0 to 65535.");
  }
  return value;
}
