import { isDatabaseUnavailable } from "../../storage/is-database-unavailable.js";
import { type ApiError, INTERNAL_ERROR } from "./api-error.js";

/** What a request that threw is answered with: the log has the error itself. */
export function faultError(error: unknown): ApiError {
  return isDatabaseUnavailable(error) ? DATABASE_UNAVAILABLE : INTERNAL_ERROR;
}

const DATABASE_UNAVAILABLE: ApiError = {
  status: 503,
  type: "api_error",
  code: "database_unavailable",
  message: "the database is away, locked or full at the moment; try again later (the server's log says which)",
  headers: { "retry-after": "1" },
};
