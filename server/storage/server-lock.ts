import { realpathSync } from "node:fs";
import { openSqlite } from "./open-sqlite.js";

/** A server's mark on an SQLite file. */
export interface ServerLock {
  /** Whether another server had it first, in this process or another. */
  readonly isTaken: boolean;
  release(): void;
}

/**
 * Marks an SQLite file as a server's: SQLite's own lock on an empty file beside it, which ends with the process however that ends.
 * @param path a file that is there. @throws the driver's error when the file beside it cannot be made.
 */
export function lockForServer(path: string): ServerLock {
  const lock = openSqlite(`${realpathSync(path)}-server`, "pragma busy_timeout = 0");
  try {
    lock.exec("begin exclusive");
  } catch (error) {
    lock.close();
    if (!/locked|busy/i.test(String(error))) throw error;
    return { isTaken: true, release: () => undefined };
  }
  return { isTaken: false, release: () => lock.close() };
}
