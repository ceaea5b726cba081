import type { ApiError } from "../errors/api-error.js";

/** A field of the body does not hold what its API says. */
export function invalidField(message: string, param: string): ApiError {
  return { status: 400, type: "invalid_request_error", code: "invalid_request", message, param };
}
