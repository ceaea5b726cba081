import { isObject, type Json, objectsOf, textOf } from "../../../providers/chat/json.js";
import type { ApiError } from "../../api-error.js";
import type { ChatView } from "../front.js";
import { unseenIn } from "../unseen.js";
import { itemsToMessages } from "./items-to-messages.js";
import { isOwnReasoning } from "./reasoning-state.js";

/** Fields that mean the same in both. */
const same = [
  ...["model", "temperature", "top_p", "stream", "parallel_tool_calls", "user", "service_tier", "metadata"],
  ...["safety_identifier", "prompt_cache_key", "prompt_cache_retention", "models", "provider"],
] as const;
/** Fields that are read one by one, that change nothing here, or are for this server. */
const read: ReadonlySet<string> = new Set([
  ...[...same, "input", "instructions", "tools", "tool_choice", "reasoning", "text", "max_output_tokens", "truncation"],
  // Reasoning is always handed over; streams are not padded.
  ...["include", "stream_options", "previous_response_id", "conversation", "prompt", "background", "store"],
  ...["route", "transforms", "plugins", "usage"],
]);

/** What needs a memory of earlier responses. */
const remembered = ["previous_response_id", "conversation", "prompt"] as const;

/**
 * Reads a request of the Responses API (https://platform.openai.com/docs/api-reference/responses/create, read 2026-11-25) as
 * a chat completion. This server keeps no responses: the input must be whole.
 */
export function responsesToChat(body: Json): ChatView | ApiError {
  for (const name of remembered) {
    if (body[name] !== undefined && body[name] !== null) {
      return invalid(`${name}: this server keeps no responses; send the whole conversation as input`, name);
    }
  }
  if (body["background"] === true) return invalid("background: this server answers at once only", "background");
  const { input } = body;
  if (typeof input !== "string" && !(Array.isArray(input) && input.length > 0)) {
    return invalid("input: it takes a text or a list of items", "input");
  }
  if (Array.isArray(input) && !input.every(isObject)) return invalid("input: its items are objects", "input");
  for (const name of ["text", "reasoning"] as const) {
    const value = body[name];
    if (value !== undefined && value !== null && !isObject(value)) return invalid(`${name}: it takes an object`, name);
  }
  const { instructions: given } = body;
  if (given !== undefined && given !== null && typeof given !== "string") {
    return invalid("instructions: it takes a text", "instructions");
  }
  const warnings = new Set<string>();
  const instructions = textOf(body["instructions"]);
  const messages = [
    ...(instructions === undefined ? [] : [{ role: "system", content: instructions }]),
    ...itemsToMessages(input, warnings),
  ];
  const tools = translateTools(body["tools"], warnings);
  if (body["truncation"] === "auto") warnings.add("truncation: left out, nothing is cut here");
  if (body["store"] === true) warnings.add("store: left out, this server keeps no responses");
  for (const name of Object.keys(body)) {
    if (!read.has(name) && body[name] !== null)
      warnings.add(`${name}: left out, a chat completion has no way to say it`);
  }
  const chat: Record<string, unknown> = {
    ...Object.fromEntries(
      same.flatMap((name) => (body[name] === undefined || body[name] === null ? [] : [[name, body[name]]])),
    ),
    messages,
    ...(typeof body["max_output_tokens"] === "number" ? { max_completion_tokens: body["max_output_tokens"] } : {}),
    ...(body["stream"] === true ? { stream_options: { include_usage: true } } : {}),
    ...(tools.length === 0 ? {} : { tools }),
    ...toolChoice(body["tool_choice"], tools.length > 0),
    ...reasoning(body["reasoning"]),
    ...textFormat(body["text"]),
  };
  const plain = messages.map((message: Json) => plainMessage(message));
  return {
    body: chat,
    plainBody: { ...chat, messages: plain },
    warnings: [...warnings],
    unseen: unseenIn(body),
    isOnly: objectsOf(input).some(isOwnReasoning),
  };
}

/** Without what OpenAI-compatible servers do not know. */
function plainMessage({ reasoning_details: _, extra_content: __, ...message }: Json): Json {
  const { content, tool_calls: calls } = message;
  const parts = objectsOf(content);
  const isText = Array.isArray(content) && parts.every(({ type }) => type === "text");
  return {
    ...message,
    ...(isText ? { content: parts.map(({ text }) => text).join("\n\n") } : {}),
    ...(Array.isArray(calls) ? { tool_calls: objectsOf(calls).map(({ extra_content: ___, ...call }) => call) } : {}),
  };
}

function translateTools(value: unknown, warnings: Set<string>): readonly Json[] {
  return objectsOf(value).flatMap((tool) => {
    if (tool["type"] !== "function") {
      warnings.add(`tools: ${String(tool["type"])} was left out, it exists in OpenAI's API only`);
      return [];
    }
    const { name, description, parameters, strict } = tool;
    const called = {
      name,
      ...(description === undefined || description === null ? {} : { description }),
      ...(isObject(parameters) ? { parameters } : {}),
      ...(typeof strict === "boolean" ? { strict } : {}),
    };
    return [{ type: "function", function: called }];
  });
}

function toolChoice(choice: unknown, hasTools: boolean): Json {
  if (!hasTools || choice === undefined || choice === null) return {};
  if (!isObject(choice)) return { tool_choice: choice };
  const named = (name: unknown) => ({ type: "function", function: { name } });
  if (choice["type"] === "allowed_tools") {
    const allowed = objectsOf(choice["tools"]).map(({ name }) => named(name));
    return { tool_choice: { type: "allowed_tools", allowed_tools: { mode: choice["mode"], tools: allowed } } };
  }
  return choice["type"] === "function" ? { tool_choice: named(choice["name"]) } : {};
}

function reasoning(value: unknown): Json {
  const effort = isObject(value) ? textOf(value["effort"]) : undefined;
  return effort === undefined ? {} : { reasoning_effort: effort };
}

function textFormat(value: unknown): Json {
  if (!isObject(value)) return {};
  const format = isObject(value["format"]) ? value["format"] : {};
  const verbosity = typeof value["verbosity"] === "string" ? { verbosity: value["verbosity"] } : {};
  if (format["type"] === "json_object") return { response_format: { type: "json_object" }, ...verbosity };
  if (format["type"] !== "json_schema") return verbosity;
  const { type: _, ...json_schema } = format;
  return { response_format: { type: "json_schema", json_schema }, ...verbosity };
}

function invalid(message: string, param: string): ApiError {
  return { status: 400, type: "invalid_request_error", code: "invalid_request", message, param };
}
