import type { ApiError } from "./api-error.js";

/** OpenAI's and Anthropic's SDKs sleep for as long as `retry-after` says, without a word to their caller. */
const MAX_SLEEP_MS = 60_000;

/** These SDKs then report the error at once (`shouldRetry` of both packages' client.js). */
export const noRetry = { "x-should-retry": "false" };

/** `retry-after` in whole seconds; nothing when the wait is not known. */
export function retryAfter(ms: number | undefined): Pick<ApiError, "headers"> {
  if (ms === undefined) return {};
  const seconds = Math.max(1, Math.ceil(ms / 1_000));
  return { headers: { "retry-after": String(seconds), ...(ms > MAX_SLEEP_MS ? noRetry : {}) } };
}
