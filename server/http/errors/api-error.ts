import type { ServerResponse } from "node:http";

/** An error as the client sees it, in OpenAI's shape. */
export interface ApiError {
  readonly status: number;
  /** OpenAI's broad kind. */
  readonly type:
    | "invalid_request_error"
    | "authentication_error"
    | "permission_error"
    | "not_found_error"
    | "rate_limit_error"
    | "insufficient_quota"
    | "api_error";
  /** Stable, for programs. */
  readonly code: string;
  /** For people: what happened, and what to do next. */
  readonly message: string;
  readonly param?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A fault of ours: the client is told as much, the log has it all. */
export const INTERNAL_ERROR: ApiError = {
  status: 500,
  type: "api_error",
  code: "internal_error",
  message: "a fault in Routewright; its log says more",
};

/** The body of an error answer. */
export function errorBody({ message, type, code, param }: ApiError, decision?: string): object {
  return { error: { message, type, code, param: param ?? null }, ...(decision === undefined ? {} : { decision }) };
}

/** Sends an error answer of a request that was not decided. */
export function sendError(response: ServerResponse, error: ApiError): void {
  sendJson(response, error.status, errorBody(error), error.headers);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { ...headers, "content-type": "application/json", "content-length": body.length });
  response.end(body);
}
