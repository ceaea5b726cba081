import type { ApiError } from "./api-error.js";

/**
 * The error for a WebSocket (OpenAI's Responses API has one, and Codex tries it first): by this status clients know to use
 * HTTP at once; after any other they try again for a while.
 */
export function withoutUpgrade(path: string): ApiError {
  return {
    status: 426,
    type: "invalid_request_error",
    code: "upgrade_unsupported",
    message: `there is no WebSocket here; send POST ${path} over HTTP/1.1, for a stream with "stream": true`,
    headers: { upgrade: "HTTP/1.1", connection: "upgrade, close" },
  };
}
