import { type Command, InvalidArgumentError } from "commander";

/** The options every subcommand takes. */
export interface GlobalOptions {
  /** The policy directory as the user wrote it. */
  readonly policies: string;
  readonly json: boolean;
  /** Whether text for people may carry ANSI colours. */
  readonly color: boolean;
  /** Columns of a line of such text: 120, or the terminal's where it is narrower. */
  readonly width: number;
}

/** Reads the global options a command inherited. Colours: a terminal that is not `dumb`, unless `--no-color` or `NO_COLOR`; `FORCE_COLOR` forces. */
export function globalOptions(command: Command): GlobalOptions {
  const options = command.optsWithGlobals<{ policies: string; json?: boolean; color: boolean }>();
  const { NO_COLOR: noColor, FORCE_COLOR: forceColor } = process.env;
  const wanted = noColor === undefined || noColor === "";
  const possible =
    (process.stdout.isTTY === true && process.env["TERM"] !== "dumb") ||
    (forceColor !== undefined && forceColor !== "0");
  const { columns } = process.stdout;
  return {
    policies: options.policies,
    json: options.json === true,
    color: options.color && wanted && possible,
    width: columns === undefined ? 120 : Math.min(120, Math.max(40, columns)),
  };
}

/** The server that commands ask when nothing else is said. */
export const DEFAULT_SERVER = "http://127.0.0.1:8080";

/** For options that may be given several times. */
export function repeated(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}

/** For options whose emptiness would mean something else than was meant, as an unset variable of a script gives it: every address, this folder. */
export function notEmpty(text: string): string {
  if (text === "") throw new InvalidArgumentError("it is empty.");
  return text;
}
