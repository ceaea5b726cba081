import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { reasonOf } from "../reason-of.js";
import { withoutPassword } from "../without-password.js";

/** What a `DATABASE_URL` names. */
export type DatabaseAddress =
  | { readonly engine: "sqlite"; readonly path: string }
  | { readonly engine: "postgres"; readonly url: string };

/** Whether a `DATABASE_URL` names an SQLite file that is not there. */
export function isMissingFile(url: string): boolean {
  const [, path] = /^sqlite:(.+)$/i.exec(url) ?? [];
  return path !== undefined && path !== ":memory:" && !existsSync(path);
}

/**
 * Reads a `DATABASE_URL`; the folder of an SQLite file is made.
 * @throws Error in words for the operator: another kind of database, or a spelling that can be misread.
 */
export function readDatabaseUrl(url: string): DatabaseAddress {
  if (/^postgres(ql)?:\/\//i.test(url)) {
    if (!URL.canParse(url)) {
      throw new Error("DATABASE_URL is no valid URL; write postgres://USER:PASSWORD@HOST:5432/DATABASE");
    }
    return { engine: "postgres", url };
  }
  const [, path] = /^sqlite:(.+)$/i.exec(url) ?? [];
  if (path === undefined || path.startsWith("//")) {
    throw new Error(
      `DATABASE_URL ${JSON.stringify(withoutPassword(url))} is not understood; write sqlite:./data/routewright.db, sqlite:/var/lib/routewright.db, sqlite::memory:, or postgres://USER:PASSWORD@HOST:5432/DATABASE`,
    );
  }
  if (path !== ":memory:") makeFolder(dirname(path));
  return { engine: "sqlite", path };
}

function makeFolder(folder: string): void {
  try {
    makeEach(folder);
  } catch (error) {
    const reason = reasonOf(error);
    throw new Error(
      `the folder ${folder} for the database cannot be made: ${reason}; name another file in DATABASE_URL (sqlite:PATH)`,
      { cause: error },
    );
  }
}

/** Not `recursive: true`: below `/proc` Node 20 then never returns. */
function makeEach(folder: string): void {
  if (existsSync(folder)) {
    if (!statSync(folder).isDirectory()) throw new Error("there is a file of that name");
    return;
  }
  const parent = dirname(folder);
  if (parent !== folder) makeEach(parent);
  mkdirSync(folder);
}
