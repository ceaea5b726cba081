import { isObject, type Json, objectsOf, textOf } from "../../json/json.js";
import { type TranslatedError, translatedError } from "../chat/translator.js";

// google.rpc.Code as HTTP statuses (https://ai.google.dev/gemini-api/docs/troubleshooting, read 2026-11-25)
const statuses: Readonly<Record<string, number>> = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  OUT_OF_RANGE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
};

/** @param status undefined inside a stream: the error says its own. */
export function translateError(status: number | undefined, body: Json | undefined): TranslatedError {
  const error = isObject(body?.["error"]) ? body["error"] : {};
  const word = textOf(error["status"]) ?? "";
  const own = typeof error["code"] === "number" ? error["code"] : statuses[word];
  const message = textOf(error["message"]) ?? "the provider gave no reason";
  const details = objectsOf(error["details"]);
  const code = codeOf(word, message, details);
  const type = (status ?? own ?? 500) < 500 ? "invalid_request_error" : "server_error";
  const translated = translatedError(message, type, code, status === undefined ? (own ?? 500) : undefined);
  const retryAfterMs = retryDelay(details);
  return retryAfterMs === undefined ? translated : { ...translated, retryAfterMs };
}

function codeOf(word: string, message: string, details: readonly Json[]): string | null {
  const reasons = details.map(({ reason }) => reason);
  if (reasons.includes("API_KEY_INVALID") || reasons.includes("API_KEY_SERVICE_BLOCKED")) return "invalid_api_key";
  // Where it is not sold, and accounts without billing: nothing is wrong with the request.
  if (word === "FAILED_PRECONDITION") return "billing_error";
  if (/input token count.*exceeds the maximum|exceeds the maximum number of tokens/is.test(message)) {
    return "context_length_exceeded";
  }
  return word === "" ? null : word.toLowerCase();
}

/** `google.rpc.RetryInfo`: `"retryDelay": "34.07s"`. */
function retryDelay(details: readonly Json[]): number | undefined {
  for (const { retryDelay: delay } of details) {
    const seconds = typeof delay === "string" ? /^(\d+(?:\.\d+)?)s$/.exec(delay)?.[1] : undefined;
    if (seconds !== undefined) return Math.ceil(Number(seconds) * 1_000);
  }
  return undefined;
}
