import { isObject, type Json, objectsOf } from "../../../json/json.js";

/**
 * What a response says again of its request (https://platform.openai.com/docs/api-reference/responses/object, read 2026-11-26).
 * All of it is there, since clients that are generated from the schema refuse a response without; what the request leaves to the
 * provider is null. Nothing is cut here, whatever `truncation` asks. `instructions` are not held for it: they are part of the prompt, and may be long.
 */
export function echoOf(body: Json): Json {
  const {
    max_output_tokens = null,
    metadata,
    parallel_tool_calls,
    reasoning,
    temperature = null,
    text,
    tool_choice,
    tools,
    top_p = null,
  } = body;
  return {
    // The API's requests have none, its answers do, and OpenRouter's SDK insists on them (`OpenResponsesResult` of `@openrouter/sdk` 1.3.19, read 2026-11-28).
    frequency_penalty: null,
    presence_penalty: null,
    instructions: null,
    max_output_tokens,
    metadata: metadata ?? {},
    parallel_tool_calls: parallel_tool_calls ?? true,
    reasoning: { effort: null, summary: null, ...objectOf(reasoning) },
    temperature,
    text: { format: { type: "text" }, ...objectOf(text) },
    tool_choice: tool_choice ?? "auto",
    tools: offeredIn(tools),
    top_p,
    truncation: "disabled",
  };
}

/** Tools of other types are not offered to the model. Of functions the schema has both fields that a request may leave out. */
function offeredIn(tools: unknown): readonly Json[] {
  return objectsOf(tools).flatMap((tool) => {
    if (tool["type"] === "function") return [{ parameters: null, strict: null, ...tool }];
    return tool["type"] === "custom" || tool["type"] === "namespace" ? [tool] : [];
  });
}

function objectOf(value: unknown): Json {
  return isObject(value) ? value : {};
}
