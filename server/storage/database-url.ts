import { mkdirSync } from "node:fs";
import { dirname } from "node:path";

/**
 * The SQLite path that a `DATABASE_URL` names; its folder is made.
 * @throws Error in words for the operator: another kind of database, or a spelling that can be misread.
 */
export function sqlitePathOf(url: string): string {
  if (/^postgres(ql)?:/i.test(url)) {
    throw new Error(
      "DATABASE_URL names PostgreSQL, which comes with a later version; this one keeps its data in SQLite: sqlite:./data/routewright.db",
    );
  }
  const [, path] = /^sqlite:(.+)$/i.exec(url) ?? [];
  if (path === undefined || path.startsWith("//")) {
    throw new Error(
      `DATABASE_URL ${JSON.stringify(url)} is not understood; write sqlite:./data/routewright.db, sqlite:/var/lib/routewright.db, or sqlite::memory:`,
    );
  }
  if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
  return path;
}
