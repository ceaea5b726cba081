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
  const body = answer?.body.toString("utf8") ?? "";
  const isQuoted = secrets.some((secret) => quotesOf(secret).test(body));
  const message = secrets.reduce(withoutSecret, failure.message);
  if (!isQuoted && message === failure.message) return ended;
  return {
    ...ended,
    result: { ...result, failure: { ...failure, message, ...(isQuoted || answer === undefined ? {} : { answer }) } },
  };
}

/** Messages are cut, perhaps within a secret: its beginning at the end goes too. */
function withoutSecret(message: string, secret: string): string {
  const masked = message.replace(new RegExp(quotesOf(secret), "g"), "***");
  const [, text = "", cut = ""] = /^(.*?)(…?)$/s.exec(masked) ?? [];
  for (let length = secret.length - 1; length >= SHORTEST_BEGINNING; length--) {
    if (text.endsWith(secret.slice(0, length))) return `${text.slice(0, -length)}***${cut}`;
  }
  return masked;
}

/** A secret as it is, and as JSON may write it, also within a text of JSON: `\/`, `\u002f`, `\\u002F`. */
function quotesOf(secret: string): RegExp {
  return new RegExp(Array.from({ length: secret.length }, (_, at) => quotesOfUnit(secret.charCodeAt(at))).join(""));
}

function quotesOfUnit(unit: number): string {
  const digits = unit.toString(16).padStart(4, "0");
  const inAnyCase = digits.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
  return `\\\\*(?:\\u${digits}|u${inAnyCase})`;
}
