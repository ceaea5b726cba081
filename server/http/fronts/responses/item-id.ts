import { wordOf } from "../../../json/json.js";
import { shortHash } from "../short-hash.js";

const MAX_LENGTH = 64;

/**
 * An id of an item, which clients hand back: OpenAI, where a fallback may lead, takes 64 characters
 * (https://github.com/AnswerDotAI/fastllm/issues/45, read 2026-11-27) and answers "Expected an ID that contains letters, numbers,
 * underscores, or dashes" to any other, and to `_` or `-` at the end. Kimi's calls are `functions.weather:0`.
 * @param id of what it is made of, in its provider's words.
 */
export function itemId(prefix: string, id: unknown): string {
  const given = wordOf(id);
  const whole = `${prefix}_${given}`;
  if (/^[A-Za-z0-9_-]*[A-Za-z0-9]$/.test(whole) && whole.length <= MAX_LENGTH) return whole;
  return `${whole.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, MAX_LENGTH - 9)}_${shortHash(given, 8)}`;
}
