/** Whether an error says that the database is away, locked, full, read-only, damaged or lets nobody in: nothing that is wrong with what it was asked. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown };
  if (code === "ERR_SQLITE_ERROR") return SQLITE_CODES.has(Number(errcode) & 0xff);
  return typeof code === "string" ? CODES.test(code) : POOL_WORDS.test(error.message);
}

/**
 * libsql's names, SQLSTATE (connection, password, serialization, resources, shutdown, system, read-only, no such database, locks), and the
 * system's and TLS' for connections.
 */
const CODES =
  /^(SQLITE_(BUSY|LOCKED|READONLY|IOERR|FULL|CANTOPEN|CORRUPT|NOTADB)\w*|(08|28|40|53|57|58)\w{3}|25006|3D000|55P03|(E(CONN|HOST|NET|TIMEDOUT|PIPE|NOTFOUND|AI_)|CERT_|SELF_SIGNED_|UNABLE_TO_|DEPTH_ZERO_|ERR_TLS_)\w*)$/;
/** SQLite's numbers of the same, as node:sqlite gives them. */
const SQLITE_CODES = new Set([5, 6, 8, 10, 11, 13, 14, 26]);
/** What `pg` and its pool say without a code. */
const POOL_WORDS = /^(Query read timeout|timeout exceeded|Connection terminated|Client (was closed|has encountered))/;
