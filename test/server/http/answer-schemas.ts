/** JSON schemas of what this server writes in each API's form: whole answers, and the events of streams. */
const text = { type: "string" };
const count = { type: "integer", minimum: 0 };
const nullable = (schema: { type: string }) => ({ ...schema, type: [schema.type, "null"] });
const object = (properties: object, ...required: string[]) => ({
  type: "object",
  properties,
  required: required.length === 0 ? Object.keys(properties) : required,
});
const list = (items: object) => ({ type: "array", items });

const chatUsage = object(
  {
    prompt_tokens: count,
    completion_tokens: count,
    total_tokens: count,
    prompt_tokens_details: { type: "object" },
    completion_tokens_details: { type: "object" },
  },
  "prompt_tokens",
  "completion_tokens",
  "total_tokens",
);
const finishReason = { enum: ["stop", "length", "tool_calls", "content_filter", null] };
const delta = {
  type: "object",
  properties: {
    content: nullable(text),
    refusal: nullable(text),
    reasoning_content: text,
    reasoning_details: list({ type: "object" }),
    tool_calls: list(
      object(
        {
          index: count,
          id: text,
          type: { const: "function" },
          function: object({ name: text, arguments: text }, "arguments"),
        },
        "function",
      ),
    ),
  },
};
const message = {
  ...delta,
  properties: {
    ...delta.properties,
    tool_calls: list(object({ id: text, type: text, function: object({ name: text, arguments: text }) })),
  },
  required: ["role", "content"],
};
const head = { id: text, created: count, model: text };
const error = object({ error: object({ message: text }, "message") });

const chat = object(
  {
    ...head,
    object: { const: "chat.completion" },
    choices: { ...list(object({ index: count, message, finish_reason: finishReason })), minItems: 1 },
    usage: chatUsage,
  },
  "id",
  "created",
  "model",
  "object",
  "choices",
);
const chunk = object(
  {
    ...head,
    object: { const: "chat.completion.chunk" },
    choices: list(object({ index: count, delta, finish_reason: finishReason })),
    usage: chatUsage,
  },
  "id",
  "created",
  "model",
  "object",
  "choices",
);
const completion = object(
  {
    ...head,
    object: { const: "text_completion" },
    choices: list(object({ index: count, text, finish_reason: finishReason })),
    usage: chatUsage,
  },
  "id",
  "created",
  "model",
  "object",
  "choices",
);

const blocks = {
  oneOf: [
    object({ type: { const: "text" }, text }),
    object({ type: { const: "thinking" }, thinking: text, signature: text }),
    object({ type: { const: "redacted_thinking" }, data: text }),
    object({ type: { const: "tool_use" }, id: text, name: text, input: { type: "object" } }),
  ],
};
const messagesUsage = object({
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
});
const stopReason = { enum: ["end_turn", "max_tokens", "tool_use", "refusal"] };
const ofMessage = {
  id: text,
  type: { const: "message" },
  role: { const: "assistant" },
  model: text,
  content: list(blocks),
  usage: messagesUsage,
};
const wholeMessage = object({ ...ofMessage, stop_reason: stopReason });
const messageEvent = {
  oneOf: [
    object({ type: { const: "message_start" }, message: object(ofMessage) }),
    object({ type: { const: "content_block_start" }, index: count, content_block: blocks }),
    object({
      type: { const: "content_block_delta" },
      index: count,
      delta: {
        oneOf: [
          object({ type: { const: "text_delta" }, text }),
          object({ type: { const: "thinking_delta" }, thinking: text }),
          object({ type: { const: "signature_delta" }, signature: text }),
          object({ type: { const: "input_json_delta" }, partial_json: text }),
        ],
      },
    }),
    object({ type: { const: "content_block_stop" }, index: count }),
    object({ type: { const: "message_delta" }, delta: object({ stop_reason: stopReason }), usage: messagesUsage }),
    object({ type: { enum: ["message_stop", "ping"] } }),
    object({ type: { const: "error" }, error: object({ type: text, message: text }) }),
  ],
};

const part = {
  oneOf: [
    object({ type: { const: "output_text" }, text, annotations: list({ type: "object" }) }),
    object({ type: { const: "refusal" }, refusal: text }),
  ],
};
const status = { enum: ["completed", "incomplete", "in_progress"] };
const item = {
  oneOf: [
    object({ id: text, type: { const: "message" }, status, content: list(part) }),
    object(
      {
        id: text,
        type: { const: "reasoning" },
        summary: list(object({ type: { const: "summary_text" }, text })),
        encrypted_content: text,
      },
      "id",
      "type",
      "summary",
    ),
    object({ id: text, type: { const: "function_call" }, call_id: text, name: text, arguments: text, status }),
    object({ id: text, type: { const: "custom_tool_call" }, call_id: text, name: text, input: text, status }),
    object({ id: text, type: { const: "image_generation_call" }, status, result: text }),
  ],
};
const response = object({
  id: text,
  object: { const: "response" },
  created_at: count,
  status,
  incomplete_details: { oneOf: [{ type: "null" }, object({ reason: text })] },
  model: text,
  output: list(item),
  usage: { oneOf: [{ type: "null" }, object({ input_tokens: count, output_tokens: count, total_tokens: count })] },
});
const responseEvent = {
  type: "object",
  required: ["type", "sequence_number"],
  properties: {
    type: { type: "string", pattern: "^(response\\.|error$)" },
    sequence_number: count,
    response,
    item,
    delta: text,
    output_index: count,
    item_id: text,
    arguments: text,
    name: text,
  },
};

const embeddings = object({
  object: { const: "list" },
  model: text,
  data: {
    ...list(
      object({ object: { const: "embedding" }, index: count, embedding: { ...list({ type: "number" }), minItems: 1 } }),
    ),
    minItems: 2,
    maxItems: 2,
  },
});

export const answerSchemas = {
  "/v1/chat/completions": chat,
  "/v1/messages": wholeMessage,
  "/v1/responses": response,
  "/v1/completions": completion,
  "/v1/embeddings": embeddings,
};
export const eventSchemas = {
  "/v1/chat/completions": { oneOf: [chunk, error] },
  "/v1/messages": messageEvent,
  "/v1/responses": responseEvent,
  "/v1/completions": { oneOf: [completion, error] },
};
