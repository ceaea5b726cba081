import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { DatabaseSchema } from "./database-schema.js";

/** PostgreSQL's ids of the types that `pg` gives as text: `int8` and `numeric` (what `sum` of an `int8` gives). */
const INT8 = 20;
const NUMERIC = 1700;
/** Milliseconds to open a connection, and for one statement: a database that hangs must not hang us. */
const CONNECT_MS = 5_000;
const STATEMENT_MS = 30_000;

export interface PostgresOptions {
  /** Connections at most. Default 10. */
  readonly connections?: number;
  /** How long a statement may take, milliseconds. Default 30,000. */
  readonly statementMs?: number;
  /** Told when an idle connection breaks; the pool opens another one when it is needed. */
  readonly onConnectionLost?: (error: Error) => void;
}

/** A pool of connections; none is opened before the first statement. */
export function openPostgres(
  url: string,
  { connections = 10, statementMs = STATEMENT_MS, onConnectionLost = () => undefined }: PostgresOptions = {},
): Kysely<DatabaseSchema> {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    application_name: "routewright",
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: statementMs,
    allowExitOnIdle: true,
    types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
  });
  // Without listeners a broken connection would end the process: the pool hears of idle ones alone, and of one that is in
  // use the statement under way, or the next, says so.
  pool.on("error", onConnectionLost);
  pool.on("connect", (client) => {
    client.on("error", () => undefined);
    endAfterTimeout(client);
  });
  return new Kysely<DatabaseSchema>({ dialect: new PostgresDialect({ pool }) });
}

/**
 * Ends a connection on which a statement got no answer in time. The pool would give it to others, who would wait behind that statement, for
 * a quarter of an hour where the network passes nothing more, or find the transaction open that it began.
 */
function endAfterTimeout(client: pg.PoolClient): void {
  const query = client.query.bind(client) as (...given: unknown[]) => Promise<unknown>;
  const queryOrEnd = (...given: unknown[]) =>
    query(...given).catch((error: unknown) => {
      if (error instanceof Error && error.message === TIMED_OUT) void (client as pg.PoolClient & pg.Client).end();
      throw error;
    });
  client.query = queryOrEnd as typeof client.query;
}

/** The words of `pg` for its `query_timeout`, which has no code. */
const TIMED_OUT = "Query read timeout";

function parserOf(type: number, format?: "text" | "binary"): (text: string) => unknown {
  if (type === INT8 || type === NUMERIC) return wholeNumber;
  return pg.types.getTypeParser(type, format as "text") as (text: string) => unknown;
}

/** The same numbers as SQLite gives; one beyond 2^53 is an error rather than rounded. */
function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new RangeError("a column holds an integer beyond 2^53, which cannot be read exactly");
  }
  return value;
}
