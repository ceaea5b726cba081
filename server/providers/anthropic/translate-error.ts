import { isObject, type Json, textOf } from "../../json/json.js";
import { type TranslatedError, translatedError } from "../chat/translator.js";

// https://platform.claude.com/docs/en/api/errors, read 2026-11-25
const statuses: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

/** @param status undefined inside a stream or a 200 answer: the error's type stands for one. */
export function translateError(status: number | undefined, body: Json | undefined): TranslatedError {
  const error = isObject(body?.["error"]) ? body["error"] : {};
  const type = textOf(error["type"]) ?? "api_error";
  const message = textOf(error["message"]) ?? "the provider gave no reason";
  return translatedError(
    message,
    type,
    codeOf(type, message, error),
    status === undefined ? (statuses[type] ?? 500) : undefined,
  );
}

function codeOf(type: string, message: string, error: Json): string {
  const details = isObject(error["details"]) ? error["details"] : {};
  if (
    details["error_code"] === "enforced_spend_limit_reached" ||
    /credit balance is too low|reached your specified (API|workspace API) usage limits/i.test(message)
  ) {
    return "insufficient_quota";
  }
  if (type !== "invalid_request_error") return type;
  return /prompt is too long|exceed(s)? context limit|input is too long/i.test(message)
    ? "context_length_exceeded"
    : type;
}
