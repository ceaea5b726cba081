import type { EndedAttempt } from "../answers/attempt-result.js";

/** The beginning of a secret that is shorter tells nobody anything. */
const SHORTEST_BEGINNING = 4;

/**
 * An attempt whose failure quotes what only the provider may see, as providers do in error messages, without the quote: the
 * message has `***` in its place, and the provider's answer is not passed on. Any other attempt stays as it is.
 *
 * @param secrets the longest first, none empty.
 */
export function withoutSecrets(ended: EndedAttempt, secrets: readonly string[]): EndedAttempt {
  const { result } = ended;
  if (!("failure" in result)) return ended;
  const { answer, ...failure } = result.failure;
  const body = unescaped(answer === undefined ? "" : `${answer.contentType}\n${answer.body.toString("utf8")}`);
  const isQuoted = secrets.some((secret) => body.includes(unescaped(secret)));
  const message = secrets.reduce(withoutSecret, failure.message);
  if (!isQuoted && message === failure.message) return ended;
  return {
    ...ended,
    result: { ...result, failure: { ...failure, message, ...(isQuoted || answer === undefined ? {} : { answer }) } },
  };
}

/** Messages are cut, perhaps within a secret: its beginning at the end goes too. What quotes one in escapes loses all its escapes. */
function withoutSecret(message: string, secret: string): string {
  const [literal, own] = [message.replaceAll(secret, "***"), unescaped(secret)];
  const plain = unescaped(literal);
  const masked = plain.includes(own) ? plain.replaceAll(own, "***") : literal;
  const [, text = "", cut = ""] = /^(.*?)(…?)$/s.exec(masked) ?? [];
  for (let length = secret.length - 1; length >= SHORTEST_BEGINNING; length--) {
    if (text.endsWith(secret.slice(0, length))) return `${text.slice(0, -length)}***${cut}`;
  }
  return masked;
}

/** A text without escapes of JSON, also those within a text of JSON: `\/`, `\u002f`, `\\u002F`. Takes time by its length, whatever it holds. */
function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(/\\+(?:u([0-9a-f]{4})|([^\\]|$))/gi, (_, digits: string | undefined, other: string) =>
    digits === undefined ? other : String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
