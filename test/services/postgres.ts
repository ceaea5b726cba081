import { execFile, spawn } from "node:child_process";
import { chown, mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./free-port.js";
import { INSTALL, type ServerProcess, startServerProcess } from "./server-process.js";

const run = promisify(execFile);

/** A PostgreSQL server of a test's own, with an empty database. After a crash it has the same data. */
export interface TestPostgres extends ServerProcess {
  readonly url: string;
}

/**
 * Starts the system's PostgreSQL (Debian's package `postgresql`) in a folder of its own, on a free port. It refuses to run
 * as root, so root runs it as the package's user `postgres`.
 */
export async function startPostgres(): Promise<TestPostgres> {
  const binaries = await findBinaries();
  const user = process.getuid?.() === 0 ? await userOf("postgres") : undefined;
  const folder = await mkdtemp(join(tmpdir(), "routewright-postgres-"));
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  const data = join(folder, "data");
  const options = { ...user, cwd: folder, env: { PATH: process.env["PATH"], LC_ALL: "C.UTF-8" } };
  await run(
    join(binaries, "initdb"),
    ["-D", data, "-U", "routewright", "--auth=trust", "--no-sync", "-E", "UTF8"],
    options,
  );
  const port = await freePort();
  const settings = ["fsync=off", "max_connections=100", "unix_socket_directories=", "listen_addresses=127.0.0.1"];
  const server = await startServerProcess({
    name: "PostgreSQL",
    folder,
    spawn: () =>
      spawn(
        join(binaries, "postgres"),
        ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])],
        { ...options, stdio: ["ignore", "ignore", "pipe"] },
      ),
    readyText: "database system is ready to accept connections",
    killSignal: "SIGQUIT",
    stopSignal: "SIGINT",
  });
  return { url: `postgres://routewright@127.0.0.1:${port}/postgres`, ...server };
}

async function findBinaries(): Promise<string> {
  const root = "/usr/lib/postgresql";
  const versions = await readdir(root).catch(() => []);
  const newest = versions
    .map(Number)
    .filter(Number.isInteger)
    .sort((a, b) => b - a)[0];
  if (newest === undefined) {
    throw new Error(`these tests need PostgreSQL itself: ${INSTALL}`);
  }
  return join(root, String(newest), "bin");
}

async function userOf(name: string): Promise<{ uid: number; gid: number }> {
  const [uid, gid] = await Promise.all(
    ["-u", "-g"].map(async (flag) => Number((await run("id", [flag, name])).stdout)),
  );
  return { uid: uid ?? 0, gid: gid ?? 0 };
}
