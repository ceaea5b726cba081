import type { Logger } from "pino";
import { reasonOf } from "../../reason-of.js";
import { isDatabaseUnavailable } from "../../storage/is-database-unavailable.js";
import { type ApiError, INTERNAL_ERROR } from "./api-error.js";

/**
 * What a request that threw is answered with, once the log has the error: whole if the fault is ours, in a line if the
 * database cannot be used.
 * @param request its method and path.
 */
export function faultError(error: unknown, request: string, log: Pick<Logger, "error">): ApiError {
  if (!isDatabaseUnavailable(error)) {
    log.error({ error, request }, "a request failed for a fault in Routewright");
    return INTERNAL_ERROR;
  }
  log.error(
    { error: reasonOf(error), request },
    "a request failed: the database is away, locked, full, read-only or damaged",
  );
  return DATABASE_UNAVAILABLE;
}

const DATABASE_UNAVAILABLE: ApiError = {
  status: 503,
  type: "api_error",
  code: "database_unavailable",
  message: "the database is away, locked, full or damaged at the moment; try again later (the server's log says which)",
  headers: { "retry-after": "1" },
};
