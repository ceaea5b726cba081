import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Nothing of the repository's configuration is run, and nothing is written. */
const safely = ["-c", "core.fsmonitor=false", "--no-optional-locks"];

/**
 * Runs `git` in a folder and gives what it prints, in English.
 * @param timeoutMs after which it is ended; undefined: never.
 * @throws Error when there is no git, it refuses, it takes too long, or prints more than 256 MB.
 */
export async function runGit(folder: string, args: readonly string[], timeoutMs?: number): Promise<string> {
  const options = { maxBuffer: 1 << 28, env: { ...process.env, LC_ALL: "C" }, timeout: timeoutMs };
  const { stdout } = await run("git", ["-C", folder, ...safely, ...args], options);
  return stdout;
}
