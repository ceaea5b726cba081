import type { ChildProcess } from "node:child_process";
import { rm } from "node:fs/promises";

/** A database server that a test runs for itself. */
export interface ServerProcess {
  /** Ends the server without ceremony, as a crash does. */
  kill(): Promise<void>;
  /** Starts it again at the same address. */
  restart(): Promise<void>;
  /** Its first process does nothing any more, though its connections stand, until {@link thaw}. */
  freeze(): void;
  thaw(): void;
  /** Ends it, and takes its folder away. */
  stop(): Promise<void>;
}

export interface ServerProcessOptions {
  /** For messages. */
  readonly name: string;
  readonly folder: string;
  readonly spawn: () => ChildProcess;
  /** What it writes, to either output, once it can be used. */
  readonly readyText: string;
  readonly killSignal: NodeJS.Signals;
  readonly stopSignal: NodeJS.Signals;
}

/** What these tests need of the system. */
export const INSTALL = "apt-get install postgresql redis-server nginx-light";

export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  let child: ChildProcess;
  const start = async () => {
    child = options.spawn();
    await ready(child, options);
  };
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  };
  await start();
  return {
    kill: () => end(options.killSignal),
    restart: start,
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
    stop: async () => {
      await end(options.stopSignal);
      await rm(options.folder, { recursive: true, force: true });
    },
  };
}

function ready(child: ChildProcess, { name, readyText }: ServerProcessOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    for (const output of [child.stdout, child.stderr]) {
      output?.on("data", (data: Buffer) => {
        said += data.toString();
        if (said.includes(readyText)) resolve();
      });
    }
    child.once("error", () => reject(new Error(`these tests need ${name} itself: ${INSTALL}`)));
    child.once("exit", (code) => reject(new Error(`${name} ended with ${code}:\n${said}`)));
  });
}
