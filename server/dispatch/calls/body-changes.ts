import type { Provider } from "../../../engine/serving.js";
import type { AskedRequest, BodyChanges } from "../dispatch-request.js";

/** The warning about options for streams that are left out. */
export const STREAM_OPTIONS_REFUSED =
  "stream_options: left out, it does not take them (the catalog says `stream_usage: false` of it)";

/**
 * What is changed of a body that is passed on, by what the catalog says of the provider.
 * @returns undefined: nothing, as of most.
 */
export function changesFor(provider: Provider, asked: AskedRequest, isStream: boolean): BodyChanges | undefined {
  const { streamUsage, legacyMaxTokens } = provider;
  const { operation, chat } = asked;
  if (streamUsage === undefined && legacyMaxTokens === undefined) return undefined;
  if (operation !== "chat" && operation !== "completions") return undefined;
  const { stream_options: given = null, max_completion_tokens: limit = null } = chat.body;
  const streamOptions = streamUsage === true && isStream ? optionsToAskUsage(given) : undefined;
  const isRefused = streamUsage === false && given !== null;
  // Where both stand the client knows the older name.
  const isRenamed = legacyMaxTokens === true && limit !== null && !("max_tokens" in chat.body);
  if (streamOptions === undefined && !isRefused && !isRenamed) return undefined;
  return { streamOptions: isRefused ? null : streamOptions, legacyMaxTokens: isRenamed };
}

/**
 * What a provider that can is asked beside the request, so that a stream's cost is known: usage in a last chunk, which the
 * client does not get. @returns undefined when the client asks for it.
 */
function optionsToAskUsage(given: unknown): object | undefined {
  if (typeof given !== "object") return undefined;
  return given !== null && "include_usage" in given && given.include_usage === true
    ? undefined
    : { ...given, include_usage: true };
}
