/** An answer of a provider with everything that it may hold. */
export interface ProviderAnswer {
  readonly whole: object;
  /** The same as a stream; undefined: there is none. */
  readonly events?: readonly object[];
  readonly done?: string;
}

const usage = {
  prompt_tokens: 10,
  completion_tokens: 5,
  total_tokens: 15,
  cost: 0.001,
  prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 1, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 2, audio_tokens: 0 },
};
const call = { id: "call_1", type: "function", function: { name: "f", arguments: '{"a":1}' } };
const custom = { id: "call_2", type: "function", function: { name: "c", arguments: '{"input":"x"}' } };
const detail = { type: "reasoning.text", text: "t", signature: "s", format: "anthropic-claude-v1", index: 0 };
const image = { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } };
const citation = {
  type: "url_citation",
  url_citation: { url: "https://x.test", title: "t", start_index: 0, end_index: 1 },
};
const logprob = { token: "x", logprob: -1, bytes: [120], top_logprobs: [] };

const chat: ProviderAnswer = {
  whole: {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model: "m",
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: [
            { type: "thinking", thinking: [{ type: "text", text: "why" }] },
            { type: "text", text: "x" },
          ],
          refusal: "no",
          reasoning_content: "thought",
          reasoning_details: [detail, { type: "reasoning.encrypted", data: "d", index: 1 }],
          tool_calls: [{ ...call, extra_content: { google: { thought_signature: "s" } } }, custom],
          images: [image],
          annotations: [citation],
        },
        finish_reason: "tool_calls",
        logprobs: { content: [logprob] },
      },
    ],
    usage,
  },
  events: [
    ...[
      { role: "assistant", content: "" },
      { reasoning_content: "thought" },
      { reasoning: "thought", reasoning_details: [detail] },
      { content: "x", annotations: [citation] },
      { content: [{ type: "text", text: "y" }] },
      { refusal: "no" },
      { images: [image] },
      { tool_calls: [{ index: 0, ...call, extra_content: { google: { thought_signature: "s" } } }] },
      {
        tool_calls: [
          { index: 0, function: { arguments: " " } },
          { index: 1, ...custom },
        ],
      },
    ].map((delta) => ({ ...chunk(), choices: [{ index: 0, delta, finish_reason: null }] })),
    { ...chunk(), choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] },
    { ...chunk(), choices: [], usage },
  ],
  done: "data: [DONE]\n\n",
};

function chunk() {
  return { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "m" };
}

const completions: ProviderAnswer = {
  whole: {
    id: "cmpl-1",
    object: "text_completion",
    created: 1,
    model: "m",
    choices: [{ index: 0, text: "x", logprobs: { tokens: ["x"], token_logprobs: [-1] }, finish_reason: "stop" }],
    usage,
  },
  events: [
    { ...chunk(), object: "text_completion", choices: [{ index: 0, text: "x", logprobs: null, finish_reason: null }] },
    { ...chunk(), object: "text_completion", choices: [{ index: 0, text: "", logprobs: null, finish_reason: "stop" }] },
    { ...chunk(), choices: [], usage },
  ],
  done: "data: [DONE]\n\n",
};

const embeddings: ProviderAnswer = {
  whole: {
    object: "list",
    data: [0, 1].map((index) => ({ object: "embedding", index, embedding: [0.5, -1] })),
    model: "m",
    usage: { prompt_tokens: 4, total_tokens: 4 },
  },
};

const at = { item_id: "msg_1", output_index: 0, content_index: 0 };
const part = { type: "output_text", text: "x", annotations: [], logprobs: [] };
const items = [
  { id: "msg_1", type: "message", role: "assistant", status: "completed", content: [part] },
  { id: "fc_1", type: "function_call", call_id: "call_1", name: "f", arguments: "{}", status: "completed" },
];
const response = (status: string) => ({
  id: "resp_1",
  object: "response",
  created_at: 1,
  status,
  error: null,
  incomplete_details: null,
  model: "m",
  output: status === "completed" ? items : [],
  usage:
    status === "completed"
      ? {
          input_tokens: 10,
          input_tokens_details: { cached_tokens: 4 },
          output_tokens: 5,
          output_tokens_details: { reasoning_tokens: 2 },
          total_tokens: 15,
        }
      : null,
});
const responses: ProviderAnswer = {
  whole: response("completed"),
  events: [
    { type: "response.created", response: response("in_progress") },
    { type: "response.output_item.added", output_index: 0, item: { ...items[0], status: "in_progress", content: [] } },
    { type: "response.content_part.added", ...at, part: { ...part, text: "" } },
    { type: "response.output_text.delta", ...at, delta: "x", logprobs: [] },
    { type: "response.output_text.done", ...at, text: "x", logprobs: [] },
    { type: "response.output_item.done", output_index: 0, item: items[0] },
    { type: "response.output_item.added", output_index: 1, item: items[1] },
    { type: "response.function_call_arguments.delta", item_id: "fc_1", output_index: 1, delta: "{}" },
    { type: "response.output_item.done", output_index: 1, item: items[1] },
    { type: "response.completed", response: response("completed") },
  ].map((event, sequence_number) => ({ sequence_number, ...event })),
};

const cited = { type: "char_location", cited_text: "c", document_index: 0, start_char_index: 0, end_char_index: 1 };
const messageHead = { id: "msg_1", type: "message", role: "assistant", model: "claude-x", stop_sequence: null };
const messageUsage = {
  input_tokens: 10,
  cache_creation_input_tokens: 1,
  cache_read_input_tokens: 4,
  output_tokens: 5,
  output_tokens_details: { thinking_tokens: 2 },
  iterations: [{ type: "compaction", input_tokens: 3, output_tokens: 1 }],
  service_tier: "standard",
};
const messages: ProviderAnswer = {
  whole: {
    ...messageHead,
    content: [
      { type: "thinking", thinking: "t", signature: "s" },
      { type: "redacted_thinking", data: "d" },
      { type: "text", text: "x", citations: [cited] },
      { type: "tool_use", id: "toolu_1", name: "f", input: { a: 1 } },
      { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {} },
    ],
    stop_reason: "tool_use",
    stop_details: { type: "refusal", category: null, explanation: "no" },
    usage: messageUsage,
  },
  events: [
    {
      type: "message_start",
      message: { ...messageHead, content: [], stop_reason: null, usage: { input_tokens: 10, output_tokens: 1 } },
    },
    { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "t" } },
    { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "s" } },
    { type: "content_block_stop", index: 0 },
    { type: "content_block_start", index: 1, content_block: { type: "redacted_thinking", data: "d" } },
    { type: "content_block_stop", index: 1 },
    { type: "ping" },
    { type: "content_block_start", index: 2, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 2, delta: { type: "text_delta", text: "x" } },
    { type: "content_block_delta", index: 2, delta: { type: "citations_delta", citation: cited } },
    { type: "content_block_stop", index: 2 },
    { type: "content_block_start", index: 3, content_block: { type: "tool_use", id: "toolu_1", name: "f", input: {} } },
    { type: "content_block_delta", index: 3, delta: { type: "input_json_delta", partial_json: '{"a":' } },
    { type: "content_block_delta", index: 3, delta: { type: "input_json_delta", partial_json: "1}" } },
    { type: "content_block_stop", index: 3 },
    { type: "message_delta", delta: { stop_reason: "tool_use", stop_sequence: null }, usage: messageUsage },
    { type: "message_stop" },
  ],
};

const geminiParts = [
  { text: "why", thought: true, thoughtSignature: "s" },
  { text: "x", thoughtSignature: "s" },
  { functionCall: { id: "fc-1", name: "f", args: { a: 1 } }, thoughtSignature: "s" },
  { inlineData: { mimeType: "image/png", data: "iVBORw0KGgo=" } },
  { executableCode: { language: "PYTHON", code: "1" } },
];
const logprobsResult = {
  chosenCandidates: [{ token: "x", tokenId: 1, logProbability: -1 }],
  topCandidates: [{ candidates: [{ token: "x", tokenId: 1, logProbability: -1 }] }],
};
const gemini = (parts: readonly object[], more: object = {}) => ({
  candidates: [{ content: { role: "model", parts }, index: 0, ...more }],
  promptFeedback: { safetyRatings: [] },
  usageMetadata: {
    promptTokenCount: 10,
    cachedContentTokenCount: 4,
    candidatesTokenCount: 3,
    thoughtsTokenCount: 2,
    toolUsePromptTokenCount: 1,
    totalTokenCount: 16,
  },
  modelVersion: "gemini-x",
  responseId: "resp-1",
});
const generated: ProviderAnswer = {
  whole: gemini(geminiParts, { finishReason: "STOP", logprobsResult, safetyRatings: [] }),
  events: [...geminiParts.map((one) => gemini([one])), gemini([{ text: "" }], { finishReason: "STOP" })],
};
const vectors: ProviderAnswer = {
  whole: { embeddings: [{ values: [0.5, -1] }, { values: [1, 0] }], usageMetadata: { promptTokenCount: 4 } },
};

const byPath: readonly (readonly [string, ProviderAnswer])[] = [
  ["/chat/completions", chat],
  ["/completions", completions],
  ["/embeddings", embeddings],
  ["/responses", responses],
  ["/messages", messages],
  [":generateContent", generated],
  [":streamGenerateContent?alt=sse", generated],
  [":batchEmbedContents", vectors],
];

/** @param path that was asked. */
export function providerAnswers(path: string): ProviderAnswer {
  const found = byPath.find(([end]) => path.endsWith(end));
  if (found === undefined) throw new Error(`nobody answers ${path}`);
  return found[1];
}
