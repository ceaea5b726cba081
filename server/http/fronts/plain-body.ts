import type { PlainServer } from "../../dispatch/dispatch-request.js";
import { type Json, objectsOf } from "../../providers/chat/json.js";
import { withoutRoutingFields } from "./routing-fields.js";

/**
 * The body of a chat completion that a request of another API was translated to, for one OpenAI-compatible server.
 * @param plainBody of the request's `ChatView`. @param warn takes one sentence for each thing that this server is not told.
 */
export function plainBodyFor(
  plainBody: Json,
  { model, legacyMaxTokens, reasons }: PlainServer,
  warn: (sentence: string) => void,
): Json {
  const { reasoning_effort: effort, max_completion_tokens: limit, messages, ...rest } = withoutRoutingFields(plainBody);
  // OpenAI refuses an effort for models that do not reason; agents ask for one whatever the model.
  const hasEffort = effort !== undefined && reasons;
  if (effort !== undefined && effort !== "none" && !reasons) {
    warn("reasoning_effort: left out, the model does not reason (the catalog does not say `reasoning` of it)");
  }
  return {
    ...rest,
    ...(limit === undefined ? {} : { [legacyMaxTokens === true ? "max_tokens" : "max_completion_tokens"]: limit }),
    ...(hasEffort ? { reasoning_effort: effort } : {}),
    ...(Array.isArray(messages)
      ? { messages: objectsOf(messages).map((message) => withoutReasoning(message, warn)) }
      : {}),
    model,
  };
}

function withoutReasoning({ reasoning_details: details, ...message }: Json, warn: (sentence: string) => void): Json {
  if (details !== undefined) warn("messages: reasoning was left out, OpenAI's format has no way to say it");
  return message;
}
