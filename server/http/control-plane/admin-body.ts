import express, { type NextFunction, type Request, type RequestHandler, type Response } from "express";
import { type ApiError, sendError } from "../errors/api-error.js";

const TYPE = "application/json";

/**
 * The bodies of `/admin`: one JSON object or none. `request.body` is the object, or undefined when nothing was sent. What
 * cannot be read that way is refused, never ignored: settings that get lost would make an API key without limits.
 */
export const adminBody: readonly RequestHandler[] = [
  refuseOtherTypes,
  express.text({ type: TYPE, limit: "64kb" }),
  parseBody,
];

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
  if (isObject(request.body)) next();
  else sendError(response, invalidJson("the body must be one JSON object"));
}

function hasBody({ headers }: Request): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalidJson(message: string): ApiError {
  return { status: 400, type: "invalid_request_error", code: "invalid_json", message };
}
