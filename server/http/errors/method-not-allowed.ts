import type { ApiError } from "./api-error.js";

/** The error for an address that is there, and takes other methods. @param allow them, as the header lists them: `GET, HEAD`. */
export function methodNotAllowed(method: string, path: string, allow: string): ApiError {
  return {
    status: 405,
    type: "invalid_request_error",
    code: "method_not_allowed",
    message: `${path} does not take ${method}; it takes ${allow}`,
    headers: { allow },
  };
}
