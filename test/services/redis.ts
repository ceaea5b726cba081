import { spawn } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.js";
import { type ServerProcess, startServerProcess } from "./server-process.js";

/** A Redis server of a test's own, which keeps nothing on disk: after a crash it is empty. */
export interface TestRedis extends ServerProcess {
  readonly url: string;
}

/** Starts the system's Redis (Debian's package `redis-server`) on a free port. */
export async function startRedis(...settings: readonly string[]): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), "routewright-redis-"));
  const port = await freePort();
  const server = await startServerProcess({
    name: "Redis",
    folder,
    spawn: () =>
      spawn(
        "redis-server",
        [
          "--port",
          String(port),
          "--bind",
          "127.0.0.1",
          "--save",
          "",
          "--appendonly",
          "no",
          "--dir",
          folder,
          ...settings,
        ],
        { stdio: ["ignore", "pipe", "ignore"] },
      ),
    readyText: "Ready to accept connections",
    killSignal: "SIGKILL",
    stopSignal: "SIGTERM",
  });
  return { url: `redis://127.0.0.1:${port}`, ...server };
}
