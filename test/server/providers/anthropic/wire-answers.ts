import type { WireAnswer } from "../harness.js";

// Built from the description of the Messages API, checked against recorded streams of claude-sonnet-4-5, claude-sonnet-5 and
// claude-fable-5 in github.com/vercel/ai, packages/anthropic/src/__fixtures__, all read 2026-11-25.
const streaming = "https://platform.claude.com/docs/en/build-with-claude/streaming, read 2026-11-25";

const usage = {
  input_tokens: 25,
  cache_creation_input_tokens: 100,
  cache_read_input_tokens: 2_000,
  cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 0 },
  output_tokens: 61,
  output_tokens_details: { thinking_tokens: 40 },
  service_tier: "standard",
};
const base = {
  id: "msg_01",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-4-5-20250929",
  stop_sequence: null,
};
const start = {
  type: "message_start",
  message: {
    ...base,
    content: [],
    stop_reason: null,
    usage: { ...usage, output_tokens: 1, output_tokens_details: null },
  },
};
const startBlock = (index: number, content_block: object) => ({ type: "content_block_start", index, content_block });
const delta = (index: number, one: object) => ({ type: "content_block_delta", index, delta: one });
const stopBlock = (index: number) => ({ type: "content_block_stop", index });
const end = (stop_reason: string, more: object = {}) => [
  {
    type: "message_delta",
    delta: { stop_reason, stop_sequence: null, ...more },
    usage: {
      output_tokens: usage.output_tokens,
      output_tokens_details: usage.output_tokens_details,
      input_tokens: null,
    },
  },
  { type: "message_stop" },
];
const ping = { type: "ping" };
const text = (index: number, ...parts: string[]) => [
  startBlock(index, { type: "text", text: "" }),
  ...parts.map((part) => delta(index, { type: "text_delta", text: part })),
  stopBlock(index),
];

export const wireAnswers: readonly WireAnswer[] = [
  {
    name: "a text",
    source: streaming,
    whole: { ...base, content: [{ type: "text", text: "Grüße 👋 “x”" }], stop_reason: "end_turn", usage },
    events: [start, ping, ...text(0, "Grü", "ße 👋", " “x”"), ...end("end_turn")],
  },
  {
    name: "nothing at all",
    source: streaming,
    whole: { ...base, content: [], stop_reason: "end_turn", usage },
    events: [start, ...end("end_turn")],
  },
  {
    name: "parallel tool calls, one without arguments",
    source: `${streaming}; a call without arguments streams one empty part`,
    whole: {
      ...base,
      content: [
        { type: "text", text: "Let me look." },
        { type: "tool_use", id: "toolu_1", name: "weather", input: { city: "Köln", days: 2 } },
        { type: "tool_use", id: "toolu_2", name: "now", input: {} },
      ],
      stop_reason: "tool_use",
      usage,
    },
    events: [
      start,
      ...text(0, "Let me", " look."),
      startBlock(1, { type: "tool_use", id: "toolu_1", name: "weather", input: {} }),
      delta(1, { type: "input_json_delta", partial_json: "" }),
      delta(1, { type: "input_json_delta", partial_json: '{"city":"Kö' }),
      delta(1, { type: "input_json_delta", partial_json: 'ln","days":2}' }),
      stopBlock(1),
      startBlock(2, { type: "tool_use", id: "toolu_2", name: "now", input: {} }),
      ping,
      delta(2, { type: "input_json_delta", partial_json: "" }),
      stopBlock(2),
      ...end("tool_use"),
    ],
  },
  {
    name: "thinking with its signature, redacted thinking, and a text cut by the limit",
    source: "https://platform.claude.com/docs/en/build-with-claude/extended-thinking, read 2026-11-25",
    whole: {
      ...base,
      content: [
        { type: "thinking", thinking: "First, … then.", signature: "EqQBsig==" },
        { type: "redacted_thinking", data: "EmwKAhgB" },
        { type: "text", text: "So:" },
      ],
      stop_reason: "max_tokens",
      usage,
    },
    events: [
      start,
      startBlock(0, { type: "thinking", thinking: "", signature: "" }),
      delta(0, { type: "thinking_delta", thinking: "First, …" }),
      delta(0, { type: "thinking_delta", thinking: " then." }),
      delta(0, { type: "signature_delta", signature: "EqQBsig==" }),
      stopBlock(0),
      startBlock(1, { type: "redacted_thinking", data: "EmwKAhgB" }),
      stopBlock(1),
      ...text(2, "So:"),
      ...end("max_tokens"),
    ],
  },
  {
    name: "a refusal",
    source:
      "https://platform.claude.com/docs/en/test-and-evaluate/strengthen-guardrails/handle-streaming-refusals, read 2026-11-25",
    whole: {
      ...base,
      content: [{ type: "text", text: "I" }],
      stop_reason: "refusal",
      stop_details: { type: "refusal", category: "cyber", explanation: "not that" },
      usage,
    },
    events: [
      start,
      ...text(0, "I"),
      ...end("refusal", { stop_details: { type: "refusal", category: "cyber", explanation: "not that" } }),
    ],
  },
  {
    name: "blocks, deltas and events that nobody knows yet, and a server's own tools",
    source: "types of @anthropic-ai/sdk 1.14.0, read 2026-11-25; the unknown ones are made up",
    whole: {
      ...base,
      content: [
        { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "x" } },
        { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] },
        { type: "hologram", depth: 3 },
        { type: "text", text: "Found.", citations: [] },
      ],
      stop_reason: "a_new_reason",
      usage,
    },
    events: [
      start,
      startBlock(0, { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {} }),
      delta(0, { type: "input_json_delta", partial_json: '{"query":"x"}' }),
      stopBlock(0),
      startBlock(1, { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] }),
      stopBlock(1),
      startBlock(2, { type: "hologram", depth: 0 }),
      delta(2, { type: "hologram_delta", depth: 3 }),
      stopBlock(2),
      { type: "a_new_event" },
      startBlock(3, { type: "text", text: "", citations: [] }),
      delta(3, { type: "text_delta", text: "Found." }),
      delta(3, { type: "citations_delta", citation: {} }),
      stopBlock(3),
      ...end("a_new_reason"),
    ],
  },
];
