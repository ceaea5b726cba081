import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Whether the machine has a service that tests run for real. `npm test` installs those that are missing where it can; tests
 * on the others are skipped. In CI nothing is skipped: there a missing one is a failure.
 */
const isCi = process.env["CI"] === "true";

export const hasPostgres = isCi || existsSync("/usr/lib/postgresql");
export const hasRedis = isCi || isOnPath("redis-server");
export const hasZsh = isCi || isOnPath("zsh");
export const hasFish = isCi || isOnPath("fish");
export const hasCurl = isCi || isOnPath("curl");
/** util-linux's, which gives a command a terminal. */
export const hasScript = process.platform === "linux" && isOnPath("script");
export const hasGraphviz = isCi || isOnPath("dot");
export const hasOpenssl = isCi || isOnPath("openssl");

function isOnPath(command: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, command)));
}
