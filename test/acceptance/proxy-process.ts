import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const cli = join(import.meta.dirname, "../../dist/cli/main.js");

/** The environment of a user without any key or setting of ours. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), NO_COLOR: "1" };
}

export interface ProxyProcess {
  readonly url: string;
  readonly database: string;
  /** Everything printed so far, stdout and stderr. */
  output(): string;
  /** Ends the process at once, as `kill -9` does; its database stays. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the built `policy serve` on a free port, as a user would, with a database of its own. */
export async function startProxy(
  policies: string,
  environment: Record<string, string> = {},
  options: readonly string[] = [],
): Promise<ProxyProcess> {
  const folder = await mkdtemp(join(tmpdir(), "routewright-"));
  const database = join(folder, "routewright.db");
  const child = spawn(process.execPath, [cli, "serve", "--policies", policies, "--port", "0", ...options], {
    env: { ...cleanEnvironment(), DATABASE_URL: `sqlite:${database}`, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (data: Buffer) => {
    output += data.toString();
  });
  child.stderr.on("data", (data: Buffer) => {
    output += data.toString();
  });
  const url = await waitForUrl(child, () => output);
  return {
    url,
    database,
    output: () => output,
    kill: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    },
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGTERM");
        await ended;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function waitForUrl(child: ChildProcess, output: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no listening line within 60 s:\n${output()}`)), 60_000);
    const look = () => {
      const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(output()) ?? [];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    };
    child.stdout?.on("data", look);
    child.once("exit", (code) => reject(new Error(`policy serve ended with ${code}:\n${output()}`)));
  });
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built CLI to its end. */
export async function runPolicy(
  args: readonly string[],
  environment: Record<string, string> = {},
  cwd?: string,
): Promise<CommandResult> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [cli, ...args], {
      env: { ...cleanEnvironment(), ...environment },
      cwd,
      maxBuffer: 1 << 26,
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}
