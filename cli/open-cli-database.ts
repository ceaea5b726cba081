import { Option } from "commander";
import type { Database } from "../server/storage/open-database.js";
import { CommandFailure } from "./command-failure.js";

/** The option of commands that look into the database themselves; no server need run. */
export function databaseOption(): Option {
  return new Option("--database <url>", "the server's database: sqlite:PATH or postgres://…")
    .env("DATABASE_URL")
    .default("sqlite:./data/routewright.db");
}

/** As {@link withDatabase}, for commands that need what is in it: a file that is not there is refused, not made. */
export async function withExistingDatabase<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
  const { isMissingFile } = await import("../server/storage/database-url.js");
  if (isMissingFile(url)) {
    throw new CommandFailure(
      2,
      `policy: there is no database ${url}: name the server's with --database or DATABASE_URL, or run this in the directory where it runs`,
    );
  }
  return withDatabase(url, work);
}

/**
 * Opens the database for one command, made if it is not there, and closes it again.
 * @throws CommandFailure (2) when it cannot be opened, or cannot be used then: locked, away, full, read-only.
 */
export async function withDatabase<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
  // Other commands start faster without them.
  const [{ openDatabase }, { isDatabaseUnavailable }, { withoutPassword }, { whyUnusable }] = await Promise.all([
    import("../server/storage/open-database.js"),
    import("../server/storage/is-database-unavailable.js"),
    import("../server/without-password.js"),
    import("../server/storage/why-unusable.js"),
  ]);
  const database = await openDatabase(url, { busyMs: 5_000, connections: 1 }).catch((error: Error) => {
    throw new CommandFailure(2, `policy: ${error.message}`);
  });
  try {
    return await work(database);
  } catch (error) {
    if (!isDatabaseUnavailable(error)) throw error;
    throw new CommandFailure(2, `policy: the database ${withoutPassword(url)} cannot be used: ${whyUnusable(error)}`);
  } finally {
    await database.close();
  }
}
