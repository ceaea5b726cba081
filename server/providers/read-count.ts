import type { Json } from "../json/json.js";

/**
 * What a count of tokens says: no choice means that it is none (https://platform.claude.com/docs/en/api/messages/count_tokens, read
 * 2026-11-25; `InputTokenCountResponse` of the `openai` package 6.49.0, read 2026-11-28).
 */
export function readCount({ input_tokens, error }: Json): Json {
  return {
    choices: Number.isSafeInteger(input_tokens) ? [{}] : [],
    ...(error === undefined ? {} : { error }),
  };
}
