import type { EndedAttempt } from "./answers/attempt-result.js";

/**
 * An attempt whose failure quotes the server's own key, as providers do in error messages, without the quote: the message
 * has `***` in its place, and the provider's answer is not passed on. Any other attempt stays as it is.
 */
export function withoutSecret(ended: EndedAttempt, secret: string | undefined): EndedAttempt {
  const { result } = ended;
  if (secret === undefined || secret === "" || !("failure" in result)) return ended;
  const { answer, ...failure } = result.failure;
  const quoted = answer?.body.includes(secret) === true;
  if (!quoted && !failure.message.includes(secret)) return ended;
  const message = failure.message.replaceAll(secret, "***");
  return {
    ...ended,
    result: { ...result, failure: { ...failure, message, ...(quoted || answer === undefined ? {} : { answer }) } },
  };
}
