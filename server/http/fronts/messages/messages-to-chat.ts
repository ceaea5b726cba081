import { isObject, type Json, objectsOf, textOf, wordOf } from "../../../json/json.js";
import type { ApiError } from "../../errors/api-error.js";
import { fitName, longNames } from "../fit-name.js";
import type { ChatView } from "../front.js";
import { invalidField } from "../invalid-field.js";
import { plainMessages } from "../plain-messages.js";
import { routingFieldsOf } from "../routing/routing-fields-of.js";
import { firstUnreadable } from "../unreadable-entry.js";
import { unseenIn } from "../unseen.js";
import { holdsFileId, translateMessages } from "./blocks-to-chat.js";
import { loosenSchemas } from "./loosen-schemas.js";
import { refusedThread, withoutThread } from "./threads.js";
import { unreadableContent, unreadableMessage } from "./unreadable-block.js";

/** Fields that mean the same in both. */
const same = ["temperature", "top_p", "top_k", "stream", "cache_control"] as const;
/** Fields that no chat completion can hold, and that change nothing but comfort. */
const ignored = ["container", "context_management", "diagnostics", "mcp_servers", "speed", "betas"] as const;

/** Fields that are read one by one, or are for this server. */
const read: ReadonlySet<string> = new Set([
  ...[...same, ...ignored, "model", "messages", "max_tokens", "system", "stop_sequences", "tools", "tool_choice"],
  ...["metadata", "thinking", "output_config", "output_format", "service_tier", "inference_geo", "thread"],
]);
/** OpenAI refuses longer ones (types of the `openai` package 6.49.0, `safety_identifier`, read 2026-11-26); Claude Code's have more. */
const MAX_USER_LENGTH = 64;
/** OpenAI has no prefill; Mistral, DeepSeek and vLLM want to be asked for it in fields of their own. */
const NOT_GONE_ON =
  "messages: the last turn is the assistant's; servers of OpenAI's format may begin an answer anew in place of going on with it";
/** What these take, as the API says. */
const objects = ["tool_choice", "thinking", "output_config", "output_format"] as const;

/**
 * Reads a request of the Messages API (https://platform.claude.com/docs/en/api/messages, read 2026-11-25) as a chat
 * completion.
 */
export function messagesToChat(body: Json): ChatView | ApiError {
  const refused = refusedThread(body);
  if (refused !== undefined) return refused;
  if (!Array.isArray(body["messages"]) || body["messages"].length === 0) {
    return invalidField("messages: it takes a list with at least one message", "messages");
  }
  const { max_tokens: maxTokens } = body;
  if (!Number.isSafeInteger(maxTokens) || (maxTokens as number) < 1) {
    return invalidField("max_tokens: it is required, a whole number of tokens", "max_tokens");
  }
  const unreadable = unreadableIn(body);
  if (unreadable !== undefined) return unreadable;
  const warnings = new Set<string>();
  const messages = translateMessages(body, warnings);
  const tools = translateTools(body["tools"], warnings);
  const routed = routingFieldsOf(body);
  const chat: Record<string, unknown> = {
    ...(body["model"] === undefined ? {} : { model: body["model"] }),
    messages,
    max_completion_tokens: maxTokens,
    ...Object.fromEntries(same.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]]))),
    ...(body["stream"] === true ? { stream_options: { include_usage: true } } : {}),
    ...(Array.isArray(body["stop_sequences"]) ? { stop: body["stop_sequences"] } : {}),
    ...(tools.length === 0 ? {} : { tools }),
    ...toolChoice(body["tool_choice"], tools.length > 0),
    ...userOf(body["metadata"], warnings),
    ...reasoning(body, warnings),
    ...responseFormat(body, warnings),
    ...serviceTier(body["service_tier"], warnings),
    ...routed,
  };
  const unkept = withoutThread(body);
  if (unkept !== undefined) warnings.add(unkept.warning);
  for (const name of ignored)
    if (body[name] !== undefined && body[name] !== null) {
      warnings.add(`${name}: left out, it exists in Anthropic's API only`);
    }
  for (const name of Object.keys(body)) {
    if (!read.has(name) && !Object.hasOwn(routed, name) && body[name] !== null)
      warnings.add(`${name}: left out, it is not known here`);
  }
  const {
    cache_control: _,
    metadata: __,
    reasoning: ___,
    reasoning_effort: effort,
    top_k: topK,
    user,
    ...plain
  } = chat;
  const plainWarnings = new Set<string>();
  if (topK !== undefined) plainWarnings.add("top_k: left out, OpenAI's format has no way to say it");
  if (messages.at(-1)?.["role"] === "assistant") plainWarnings.add(NOT_GONE_ON);
  const isShort = typeof user === "string" && user.length <= MAX_USER_LENGTH;
  if (user !== undefined && !isShort) {
    plainWarnings.add(`metadata.user_id: left out, OpenAI's format takes at most ${MAX_USER_LENGTH} characters`);
  }
  return {
    body: chat,
    plainBody: {
      ...plain,
      // What becomes of `disabled` depends on the model.
      ...(effort === "none"
        ? { thinking: body["thinking"] }
        : effort === undefined
          ? {}
          : { reasoning_effort: effort }),
      ...loosenSchemas(chat, plainWarnings),
      ...(isShort ? { user } : {}),
      messages: plainMessages(messages, plainWarnings),
    },
    warnings: [...warnings],
    plainWarnings: [...plainWarnings],
    unseen: {
      ...unseenIn(body),
      processedIn: textOf(body["inference_geo"]),
      serviceTier: body["speed"] === "fast" ? "fast" : undefined,
      needsNative: holdsFileId(body)
        ? "names a file that Anthropic keeps"
        : hasOtherRole(body)
          ? "has a message of another role than user, assistant and system"
          : undefined,
    },
    echo: longNames(body["tools"]),
  };
}

/** The first field that holds something else than its API says: it would be left out, or read otherwise, without a word. */
function unreadableIn(body: Json): ApiError | undefined {
  const { system, stop_sequences: stop, messages, tools, inference_geo: region } = body;
  const isThere = (value: unknown) => value !== undefined && value !== null;
  if (isThere(system) && !isContent(system)) {
    return invalidField("system: it takes a text or a list of text blocks", "system");
  }
  if (isThere(stop) && !Array.isArray(stop))
    return invalidField("stop_sequences: it takes a list of texts", "stop_sequences");
  if (isThere(region) && typeof region !== "string")
    return invalidField("inference_geo: it takes a text", "inference_geo");
  for (const name of objects) {
    if (isThere(body[name]) && !isObject(body[name])) return invalidField(`${name}: it takes an object`, name);
  }
  const at = objectsOf(messages).findIndex(({ content }) => !isContent(content));
  if (at !== -1) return invalidField(`messages[${at}].content: it takes a text or a list of blocks`, "messages");
  for (const [name, wrong] of [
    ["system", unreadableContent(system, "system")],
    ["messages", firstUnreadable(messages, "messages", unreadableMessage)],
    ["tools", firstUnreadable(tools, "tools")],
  ] as const) {
    if (wrong !== undefined) return invalidField(wrong, name);
  }
  return undefined;
}

function hasOtherRole({ messages }: Json): boolean {
  return objectsOf(messages).some(({ role }) => role !== "user" && role !== "assistant" && role !== "system");
}

function isContent(content: unknown): boolean {
  return typeof content === "string" || (Array.isArray(content) && content.every(isObject));
}

/** Caching is comfort, and others do it by themselves. */
const toolFields: ReadonlySet<string> = new Set([
  ...["type", "name", "description", "input_schema", "strict", "cache_control"],
]);

function translateTools(value: unknown, warnings: Set<string>): readonly Json[] {
  return objectsOf(value).flatMap((tool) => {
    if (typeof tool["type"] === "string" && tool["type"] !== "custom") {
      warnings.add(`tools: ${tool["type"]} was left out, it exists at Anthropic only`);
      return [];
    }
    const { name, description, input_schema: parameters, strict } = tool;
    const more = Object.keys(tool).filter((field) => !toolFields.has(field));
    if (more.length > 0) warnings.add(`tools: ${more.join(", ")} was left out, it exists in Anthropic's API only`);
    const called = {
      name: fitName(name),
      ...(description === undefined ? {} : { description }),
      ...(parameters === undefined ? {} : { parameters }),
      ...(strict === true ? { strict } : {}),
    };
    return [{ type: "function", function: called }];
  });
}

function toolChoice(value: unknown, hasTools: boolean): Json {
  if (!isObject(value) || !hasTools) return {};
  const single = value["disable_parallel_tool_use"] === true ? { parallel_tool_calls: false } : {};
  switch (value["type"]) {
    case "any":
      return { tool_choice: "required", ...single };
    case "tool":
      return { tool_choice: { type: "function", function: { name: fitName(value["name"]) } }, ...single };
    case "none":
      return { tool_choice: "none" };
    default:
      return { tool_choice: "auto", ...single };
  }
}

/** What are no hints is refused by Anthropic too. */
function userOf(metadata: unknown, warnings: Set<string>): Json {
  const { user_id: id, ...hints } = isObject(metadata) ? metadata : {};
  for (const name of Object.keys(hints)) {
    warnings.add(`metadata.${name}: left out, only user_id is sent on`);
  }
  return {
    ...(id === undefined || id === null ? {} : { user: id }),
    ...(Object.keys(hints).length === 0 ? {} : { metadata: hints }),
  };
}

/** `auto` asks for nothing: what others do by themselves. */
function serviceTier(tier: unknown, warnings: Set<string>): Json {
  if (tier === "standard_only") return { service_tier: "default" };
  if (tier !== undefined && tier !== null && tier !== "auto") {
    warnings.add(`service_tier: ${wordOf(tier)} was left out, Anthropic's API has no such tier`);
  }
  return {};
}

/** The effort, or the budget as the effort that comes nearest (1,024, 8,192 and 24,576 tokens: low, medium, high). */
function reasoning({ thinking, output_config: config }: Json, warnings: Set<string>): Json {
  const effort = isObject(config) ? textOf(config["effort"]) : undefined;
  if (!isObject(thinking)) return effort === undefined ? {} : { reasoning_effort: effort };
  for (const [name, value] of Object.entries(thinking)) {
    if (thinkingFields.has(name) || value === null) continue;
    warnings.add(`thinking.${name}: left out, it exists in Anthropic's API only`);
  }
  if (thinking["type"] === "disabled") return { reasoning_effort: "none" };
  const budget = thinking["budget_tokens"];
  const isShown = thinking["display"] !== "omitted";
  const size = typeof budget === "number" ? { max_tokens: budget } : {};
  const nested = { reasoning: { ...size, ...(isShown ? {} : { exclude: true }) } };
  if (effort !== undefined) return { reasoning_effort: effort, ...nested };
  if (typeof budget !== "number") return nested;
  return { reasoning_effort: budget < 4_096 ? "low" : budget < 16_384 ? "medium" : "high", ...nested };
}

const thinkingFields: ReadonlySet<string> = new Set(["type", "budget_tokens", "display"]);

/** `output_format` is what the format was called in the beta; Anthropic's SDK still knows it. */
function responseFormat({ output_config: config, output_format: former }: Json, warnings: Set<string>): Json {
  const { effort: _, format: given, ...more } = isObject(config) ? config : {};
  for (const name of Object.keys(more))
    warnings.add(`output_config.${name}: left out, it exists in Anthropic's API only`);
  const format = isObject(given) ? given : isObject(former) ? former : {};
  if (format["type"] !== "json_schema") return {};
  const json_schema = { name: "answer", schema: format["schema"], strict: true };
  return { response_format: { type: "json_schema", json_schema } };
}
