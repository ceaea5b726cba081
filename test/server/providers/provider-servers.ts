import type { ServerResponse } from "node:http";
import { type ReceivedRequest, sendJson, startStream, startUpstream, type Upstream } from "../http/harness.js";
import { streamBytes } from "./harness.js";

/** What a stand-in for a provider is asked, read from its own format. */
interface Question {
  /** All text of the last message of the user. */
  readonly text: string;
  readonly isStream: boolean;
  readonly offersTools: boolean;
  /** The last message brings results of tools. */
  readonly hasResults: boolean;
  readonly hasImage: boolean;
  readonly hasSchema: boolean;
}
/** What it says: a text in two pieces, or a call of `weather`. */
export type Said = readonly [string, string] | "call";

export interface Format {
  read(request: ReceivedRequest): Question;
  whole(said: Said): object;
  /** The events of a stream. */
  events(said: Said): readonly object[];
  error(status: number): object;
  readonly done?: string;
}

/** `fail 429` in the text asks for that status; `cut`, `stall` and `break` for a stream that goes wrong after its first piece. */
export function startProvider(format: Format): Promise<Upstream> {
  return startUpstream((response, request) => {
    const question = format.read(request);
    const status = Number(/fail (\d+)/.exec(question.text)?.[1] ?? 200);
    if (status !== 200) {
      sendJson(response, format.error(status), status);
      return;
    }
    const said = answerTo(question);
    if (question.isStream) stream(response, format, said, question.text);
    else sendJson(response, format.whole(said));
  });
}

function answerTo(question: Question): Said {
  if (question.hasResults) return ["It is ", "raining."];
  if (question.offersTools) return "call";
  if (question.hasImage) return ["A ", "picture."];
  if (question.hasSchema) return ['{"answer"', ":42}"];
  return ["Hello ", "there."];
}

function stream(response: ServerResponse, format: Format, said: Said, text: string): void {
  startStream(response);
  const events = format.events(said);
  if (/cut|stall|break/.test(text)) {
    const pieces = events.slice(0, -2); // the content, without its end
    response.write(streamBytes(pieces));
    if (text.includes("break")) response.write(streamBytes([format.error(529)]));
    if (text.includes("cut")) setTimeout(() => response.socket?.resetAndDestroy(), 20);
    return;
  }
  response.end(Buffer.concat([streamBytes(events), Buffer.from(format.done ?? "")]));
}

type Body = Readonly<Record<string, never>> & { stream?: boolean };
const bodyOf = ({ body }: ReceivedRequest) => JSON.parse(body) as Body;
const lastOf = (list: unknown) => JSON.stringify((Array.isArray(list) && list.at(-1)) ?? null);
const call = { name: "weather", input: { city: "Köln" } };

export const openAiServer: Format = {
  read(request) {
    const body = bodyOf(request);
    const last = lastOf(body["messages"]);
    return {
      text: last,
      isStream: body.stream === true,
      offersTools: body["tools"] !== undefined,
      hasResults: last.includes('"tool"'),
      hasImage: last.includes("image_url"),
      hasSchema: body["response_format"] !== undefined,
    };
  },
  whole: (said) => ({
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model: "m",
    choices: [
      {
        index: 0,
        message:
          said === "call"
            ? { role: "assistant", content: null, tool_calls: [{ id: "call_1", type: "function", function: fn() }] }
            : { role: "assistant", content: said.join("") },
        finish_reason: said === "call" ? "tool_calls" : "stop",
      },
    ],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  }),
  events: (said) => {
    const choice = (delta: object, finish_reason: string | null = null) => ({
      id: "chatcmpl-1",
      object: "chat.completion.chunk",
      created: 1,
      model: "m",
      choices: [{ index: 0, delta, finish_reason }],
    });
    const deltas =
      said === "call"
        ? [{ tool_calls: [{ index: 0, id: "call_1", type: "function", function: fn() }] }]
        : said.map((content) => ({ content }));
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
    return [
      choice({ role: "assistant" }),
      ...deltas.map((delta) => choice(delta)),
      choice({}, said === "call" ? "tool_calls" : "stop"),
      { ...choice({}), choices: [], usage },
    ];
  },
  error: (status) => ({ error: { message: `no: ${status}`, type: "server_error", code: null, status } }),
  done: "data: [DONE]\n\n",
};

function fn() {
  return { name: call.name, arguments: JSON.stringify(call.input) };
}

// https://platform.claude.com/docs/en/api/messages, read 2026-11-25
export const anthropicServer: Format = {
  read(request) {
    const body = bodyOf(request);
    const last = lastOf(body["messages"]);
    return {
      text: last,
      isStream: body.stream === true,
      offersTools: body["tools"] !== undefined,
      hasResults: last.includes("tool_result"),
      hasImage: last.includes('"image"'),
      hasSchema: JSON.stringify([body["output_config"], body["output_format"]]).includes("json_schema"),
    };
  },
  whole: (said) => ({
    ...message(said),
    content: said === "call" ? [{ type: "tool_use", id: "toolu_1", ...call }] : [{ type: "text", text: said.join("") }],
    usage: { input_tokens: 10, output_tokens: 5 },
  }),
  events: (said) => {
    const index = 0;
    const content_block =
      said === "call" ? { type: "tool_use", id: "toolu_1", name: call.name, input: {} } : { type: "text", text: "" };
    const deltas =
      said === "call"
        ? [{ type: "input_json_delta", partial_json: JSON.stringify(call.input) }]
        : said.map((text) => ({ type: "text_delta", text }));
    return [
      {
        type: "message_start",
        message: { ...message(said), content: [], stop_reason: null, usage: { input_tokens: 10, output_tokens: 1 } },
      },
      { type: "content_block_start", index, content_block },
      ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
      { type: "content_block_stop", index },
      {
        type: "message_delta",
        delta: { stop_reason: message(said).stop_reason, stop_sequence: null },
        usage: { output_tokens: 5 },
      },
      { type: "message_stop" },
    ];
  },
  error: (status) => {
    const types: Readonly<Record<number, string>> = {
      400: "invalid_request_error",
      401: "authentication_error",
      429: "rate_limit_error",
      529: "overloaded_error",
    };
    return { type: "error", error: { type: types[status] ?? "api_error", message: `no: ${status}` } };
  },
};

function message(said: Said) {
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-x",
    stop_reason: said === "call" ? "tool_use" : "end_turn",
    stop_sequence: null,
  };
}

// https://ai.google.dev/api/generate-content, read 2026-11-25
export const geminiServer: Format = {
  read(request) {
    const body = bodyOf(request);
    const last = lastOf(body["contents"]);
    return {
      text: last,
      isStream: request.path.endsWith(":streamGenerateContent?alt=sse"),
      offersTools: body["tools"] !== undefined,
      hasResults: last.includes("functionResponse"),
      hasImage: last.includes("inlineData"),
      hasSchema: JSON.stringify(body["generationConfig"] ?? "").includes("responseJsonSchema"),
    };
  },
  whole: (said) => answer(said === "call" ? [functionCall()] : [{ text: said.join("") }], { finishReason: "STOP" }),
  events: (said) => [
    ...(said === "call" ? [answer([functionCall()])] : said.map((text) => answer([{ text }]))),
    answer([{ text: "" }]),
    answer([{ text: "" }], { finishReason: "STOP" }),
  ],
  error: (status) => {
    const words: Readonly<Record<number, string>> = {
      400: "INVALID_ARGUMENT",
      401: "UNAUTHENTICATED",
      429: "RESOURCE_EXHAUSTED",
      529: "UNAVAILABLE",
    };
    return { error: { code: status, message: `no: ${status}`, status: words[status] ?? "INTERNAL" } };
  },
};

function answer(parts: object[], more: object = {}) {
  return {
    candidates: [{ content: { role: "model", parts }, index: 0, ...more }],
    // Each event counts what has come so far.
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: "finishReason" in more ? 5 : 2 },
    modelVersion: "gemini-x",
    responseId: "resp-1",
  };
}

function functionCall() {
  return { functionCall: { id: "fc-1", name: call.name, args: call.input }, thoughtSignature: "EpEg" };
}

// https://platform.openai.com/docs/api-reference/responses, read 2026-11-25
export const responsesServer: Format = {
  read(request) {
    const body = bodyOf(request);
    const last = typeof body["input"] === "string" ? body["input"] : lastOf(body["input"]);
    return {
      text: last,
      isStream: body.stream === true,
      offersTools: body["tools"] !== undefined,
      hasResults: last.includes("function_call_output"),
      hasImage: last.includes("input_image"),
      hasSchema: JSON.stringify(body["text"] ?? "").includes("json_schema"),
    };
  },
  whole: (said) => responseOf(said, "completed"),
  events(said) {
    const output_index = 0;
    const at = { item_id: "msg_1", output_index, content_index: 0 };
    const text = said === "call" ? "" : said.join("");
    const item = itemOf(said);
    const deltas =
      said === "call"
        ? [{ type: "response.function_call_arguments.delta", item_id: item.id, output_index, delta: fn().arguments }]
        : [
            { type: "response.content_part.added", ...at, part: textPart("") },
            ...said.map((delta) => ({ type: "response.output_text.delta", ...at, delta, logprobs: [] })),
            { type: "response.output_text.done", ...at, text, logprobs: [] },
            { type: "response.content_part.done", ...at, part: textPart(text) },
          ];
    const begun =
      said === "call"
        ? { ...item, status: "in_progress", arguments: "" }
        : { ...item, status: "in_progress", content: [] };
    return [
      { type: "response.created", response: responseOf(said, "in_progress") },
      { type: "response.in_progress", response: responseOf(said, "in_progress") },
      { type: "response.output_item.added", output_index, item: begun },
      ...deltas,
      { type: "response.output_item.done", output_index, item },
      { type: "response.completed", response: responseOf(said, "completed") },
    ].map((event, sequence_number) => ({ sequence_number, ...event }));
  },
  error: (status) => ({
    type: "error",
    code: "server_error",
    message: `no: ${status}`,
    error: { message: `no: ${status}` },
  }),
};

function textPart(text: string) {
  return { type: "output_text", text, annotations: [], logprobs: [] };
}

function itemOf(said: Said) {
  return said === "call"
    ? { id: "fc_1", type: "function_call", call_id: "call_1", ...fn(), status: "completed" }
    : { id: "msg_1", type: "message", role: "assistant", status: "completed", content: [textPart(said.join(""))] };
}

function responseOf(said: Said, status: string) {
  const isWhole = status === "completed";
  return {
    id: "resp_1",
    object: "response",
    created_at: 1,
    status,
    error: null,
    incomplete_details: null,
    model: "m",
    output: isWhole ? [itemOf(said)] : [],
    usage: isWhole
      ? {
          input_tokens: 10,
          input_tokens_details: { cached_tokens: 4 },
          output_tokens: 5,
          output_tokens_details: { reasoning_tokens: 2 },
          total_tokens: 15,
        }
      : null,
  };
}

export const servers: readonly (readonly [string, Format])[] = [
  ["openai", openAiServer],
  ["anthropic", anthropicServer],
  ["gemini", geminiServer],
];

/** A catalog with a model `acme/FORMAT` for each upstream; 1 and 2 USD per million tokens. */
export function formatCatalog(upstreams: Readonly<Record<string, string>>): string {
  const formats = Object.keys(upstreams);
  return `kind: catalog
providers:
${formats.map((format) => `  ${format}: { format: ${format}, base_url: ${upstreams[format]}, api_key_env: KEY }`).join("\n")}
models:
${formats
  .map(
    (format) => `  acme/${format}:
    context_window: 100k
    max_output_tokens: 8k
    capabilities: [tools, vision, json_schema]
    price: { input: 1, output: 2 }
    endpoints: [{ provider: ${format}, model: ${format}-model }]`,
  )
  .join("\n")}
`;
}
