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
  const standbys = new WeakSet<pg.PoolClient>();
  pool.on("connect", (client) => {
    client.on("error", () => undefined);
    onFailedQuery(client, (error) => {
      if (error.message === TIMED_OUT) void end(client);
      else if ((error as pg.DatabaseError).code === READ_ONLY) standbys.add(client);
    });
  });
  pool.on("release", (_error, client) => {
    if (standbys.has(client)) void end(client);
  });
  return new Kysely<DatabaseSchema>({ dialect: new PostgresDialect({ pool }) });
}

/**
 * Ends a connection; the pool would give it to others. After a statement that got no answer in time they would wait behind it, for a quarter of
 * an hour where the network passes nothing more, or find the transaction open that it began. Of a server that can only be read they would go
 * on asking a standby, when the address has long named another.
 */
function end(client: pg.PoolClient): Promise<void> {
  return (client as pg.PoolClient & pg.Client).end();
}

function onFailedQuery(client: pg.PoolClient, onError: (error: Error) => void): void {
  const query = client.query.bind(client) as (...given: unknown[]) => Promise<unknown>;
  const observed = (...given: unknown[]) =>
    query(...given).catch((error: unknown) => {
      if (error instanceof Error) onError(error);
      throw error;
    });
  client.query = observed as typeof client.query;
}

/** The words of `pg` for its `query_timeout`, which has no code. */
const TIMED_OUT = "Query read timeout";
/** SQLSTATE `read_only_sql_transaction`. */
const READ_ONLY = "25006";

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
