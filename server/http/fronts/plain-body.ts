import type { PlainServer } from "../../dispatch/dispatch-request.js";
import { type Json, objectsOf } from "../../json/json.js";
import { withFitCallIds } from "./fit-call-ids.js";
import { fitEffort, takesNone } from "./fit-effort.js";
import { withoutOpenAiOnly, withoutSampling } from "./openai-only.js";
import { withoutRoutingFields } from "./routing/routing-fields-of.js";
import { openDetails } from "./sealed-details.js";
import { reasoningOf, takesThinkingOff, wantsReasoning, withAnyReasoning } from "./unsigned-reasoning.js";

/**
 * The body of a chat completion that a request of another API was translated to, for one OpenAI-compatible server.
 * @param plainBody of the request's `ChatView`. @param warn takes one sentence for each thing that this server is not told.
 */
export function plainBodyFor(plainBody: Json, server: PlainServer, warn: (sentence: string) => void): Json {
  const { model, legacyMaxTokens, streamUsage, reasons } = server;
  const {
    reasoning_effort: asked,
    thinking,
    max_completion_tokens: limit,
    stream_options: options,
    messages,
    ...rest
  } = withoutOpenAiOnly(withoutRoutingFields(plainBody), model, warn);
  const effort = asked ?? (thinking !== undefined && takesNone(model) ? "none" : undefined);
  // OpenAI refuses an effort for models that do not reason; agents ask for one whatever the model.
  const hasEffort = effort !== undefined && reasons;
  if (effort !== undefined && effort !== "none" && !reasons) {
    warn("reasoning_effort: left out, the model does not reason (the catalog does not say `reasoning` of it)");
  }
  // `disabled`, as the Messages API says it.
  const isOff = thinking !== undefined && reasons && effort === undefined;
  if (isOff && !takesThinkingOff(model)) warn(REASONS_ON);
  return {
    ...withoutSampling(rest, server, effort, warn),
    ...(isOff && takesThinkingOff(model) ? { thinking } : {}),
    ...(limit === undefined ? {} : { [legacyMaxTokens === true ? "max_tokens" : "max_completion_tokens"]: limit }),
    // Mistral refuses them, and says the usage by itself.
    ...(options !== undefined && streamUsage ? { stream_options: options } : {}),
    ...(hasEffort ? { reasoning_effort: fitEffort(effort, model, warn) } : {}),
    ...(Array.isArray(messages)
      ? { messages: objectsOf(messages).flatMap((message) => messageFor(message, server, warn)) }
      : {}),
    model,
  };
}

const REASONS_ON =
  "reasoning_effort: disabled was left out, many models refuse that; this one reasons as it does by itself";

/** A turn of the assistant that says nothing is left out: OpenAI, Mistral and Ollama refuse one without content and calls. */
function messageFor(message: Json, server: PlainServer, warn: (sentence: string) => void): readonly Json[] {
  const said = withOwnReasoning(message, server, warn);
  if (said["role"] === "assistant" && !hasContent(said)) return [];
  const own = server.reasons && wantsReasoning(server.model) ? withAnyReasoning(said) : said;
  return [withFitCallIds(own, server.model)];
}

function hasContent({ content, tool_calls: calls }: Json): boolean {
  return [content, calls].some((one) => (typeof one === "string" || Array.isArray(one)) && one.length > 0);
}

/** A message with the reasoning that this server gave with it, and no other. */
function withOwnReasoning(
  { reasoning_details: details, ...message }: Json,
  server: PlainServer,
  warn: (sentence: string) => void,
): Json {
  if (details === undefined) return message;
  const { provider, reasons } = server;
  const all = objectsOf(details);
  const own = reasons ? all.flatMap((detail) => reasoningOf(detail, provider) ?? []) : [];
  const sealed = reasons ? all.flatMap((detail) => openDetails(detail, server) ?? []) : [];
  const isOwn = (detail: Json) => (reasoningOf(detail, provider) ?? openDetails(detail, server)) !== undefined;
  if (!reasons || !all.every(isOwn)) warn("messages: reasoning of other providers was left out");
  if (sealed.length > 0) return { ...message, reasoning_details: sealed }; // they hold the text too
  const [first] = own;
  return first === undefined ? message : { ...message, [first.field]: own.map(({ text }) => text).join("") };
}
