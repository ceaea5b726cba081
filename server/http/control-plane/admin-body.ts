import express, { type NextFunction, type Request, type RequestHandler, type Response } from "express";
import { isObject } from "../../json/json.js";
import { findDuplicateKey } from "../body/duplicate-key.js";
import { scanBody } from "../body/scan-body.js";
import { type ApiError, sendError } from "../errors/api-error.js";

const TYPE = "application/json";
const MOST_BYTES = 64 * 1_024;

/**
 * The bodies of `/admin`: one JSON object or none. `request.body` is the object, or undefined when nothing was sent. What
 * cannot be read that way is refused, never ignored: settings that get lost would make an API key without limits.
 */
export const adminBody: readonly RequestHandler[] = [
  refuseOtherTypes,
  express.text({ type: TYPE, limit: MOST_BYTES }),
  parseBody,
];

/** Says why a body was not read. @returns undefined for errors of any other kind. */
export function unreadableBody({ status }: { readonly status?: unknown }): ApiError | undefined {
  const error = { type: "invalid_request_error" } as const;
  if (status === 413) {
    const message = `the body is larger than ${MOST_BYTES / 1_024} KiB; nothing was changed`;
    return { ...error, status, code: "request_too_large", message };
  }
  if (status === 415) {
    const message =
      "the body is compressed in a way, or in a charset, that is not taken here; send plain UTF-8; nothing was changed";
    return { ...error, status, code: "unsupported_encoding", message };
  }
  return undefined;
}

/** Refuses a body that is not sent as JSON. */
export function refuseOtherTypes(request: Request, response: Response, next: NextFunction): void {
  if (!hasBody(request) || request.is(TYPE)) {
    next();
    return;
  }
  const given = request.headers["content-type"]?.slice(0, 100);
  sendError(response, {
    status: 415,
    type: "invalid_request_error",
    code: "unsupported_media_type",
    message: `the body must be one JSON object, sent with the header \`content-type: ${TYPE}\` (curl: -H 'content-type: ${TYPE}'), not ${given === undefined ? "without a content type" : JSON.stringify(given)}; nothing was changed`,
  });
}

function parseBody(request: Request, response: Response, next: NextFunction): void {
  const text: unknown = request.body;
  request.body = undefined;
  if (typeof text !== "string" || text === "") {
    next();
    return;
  }
  try {
    request.body = JSON.parse(text);
  } catch {
    sendError(response, invalidJson("the body is not valid JSON; send one JSON object"));
    return;
  }
  const bytes = Buffer.from(text);
  const scan = scanBody(bytes);
  if (!isObject(request.body)) sendError(response, invalidJson("the body must be one JSON object"));
  else if (scan.kind === "object") {
    const duplicate = findDuplicateKey(bytes);
    if (duplicate === undefined) next();
    else sendError(response, duplicateKey(duplicate));
  } else sendError(response, invalidJson("the body nests too deep, or holds too many keys"));
}

/** Of two values the last would count, and what the first says be lost. */
function duplicateKey(key: string): ApiError {
  const message = `the body holds the key ${JSON.stringify(key.slice(0, 100))} more than once in one object; write it once; nothing was changed`;
  return { status: 400, type: "invalid_request_error", code: "duplicate_key", message };
}

function hasBody({ headers }: Request): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function invalidJson(message: string): ApiError {
  return { status: 400, type: "invalid_request_error", code: "invalid_json", message };
}
