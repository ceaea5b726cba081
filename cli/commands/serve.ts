import { access } from "node:fs/promises";
import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { reasonOf } from "../../server/reason-of.js";
import { stopOnSignals } from "../../server/stop-on-signals.js";
import { CommandFailure } from "../command-failure.js";
import { globalOptions, notEmpty } from "../global-options.js";
import { helpForMissing } from "../help-for-missing.js";

interface OwnOptions {
  readonly port: number;
  readonly host: string;
  readonly gate?: boolean;
  readonly shadow?: string;
}

/** `policy serve`: the proxy, until SIGINT or SIGTERM. */
export function serveCommand(): Command {
  return new Command("serve")
    .addOption(
      new Option("--port <port>", "port to listen on; 0 picks a free one").env("PORT").default(8080).argParser(port),
    )
    .addOption(new Option("--host <host>", "address to listen on").env("HOST").default("127.0.0.1").argParser(notEmpty))
    .option("--gate", "run the policy's tests before each reload and refuse one that fails")
    .option("--shadow <dir>", "try another policy: make each decision under it too, without effect")
    .action(async (own: OwnOptions, command: Command) => {
      const heedSignals = stopOnSignals();
      const options = globalOptions(command);
      await refuseMissing(options.policies);
      try {
        // Loaded here: the other commands start in half the time without the server.
        const { startServer } = await import("../../server/main.js");
        const { port, host, gate = false, shadow } = own;
        await startServer({
          ...{ policies: options.policies, port, host, gate, heedSignals },
          ...(shadow === undefined ? {} : { shadow }),
        });
      } catch (error) {
        throw new CommandFailure(1, `policy serve: ${reasonOf(error)}`);
      }
    });
}

/** Before anything is made: in another folder than was meant there shall be no database. */
async function refuseMissing(policies: string): Promise<void> {
  const isThere = await access(policies).then(
    () => true,
    ({ code }: NodeJS.ErrnoException) => code !== "ENOENT",
  );
  if (isThere) return;
  const message = `policy serve: cannot read the policy directory ${policies}: there is no directory ${resolve(policies)}`;
  throw new CommandFailure(1, `${message}\n  help: ${await helpForMissing(policies)}`);
}

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) {
    throw new InvalidArgumentError("it must be a whole number from 0 to 65535.");
  }
  return value;
}
