import { isObject, type Json, objectsOf, textOf, wordOf } from "../../../json/json.js";
import type { ApiError } from "../../errors/api-error.js";
import type { ChatView } from "../front.js";
import { invalidField } from "../invalid-field.js";
import { plainMessages } from "../plain-messages.js";
import { isReasoningReference } from "../reasoning-state.js";
import { routingFieldsOf } from "../routing/routing-fields-of.js";
import { firstUnreadable } from "../unreadable-entry.js";
import { unseenIn } from "../unseen.js";
import { echoOf } from "./echo-of.js";
import { itemsToMessages } from "./items-to-messages.js";
import { NATIVE_ONLY } from "./native-only.js";
import { functionName } from "./offered-tools.js";
import { toolsToFunctions } from "./tools-to-functions.js";
import { unreadableItem } from "./unreadable-item.js";

/** Fields that mean the same in both. */
const same = [
  ...["model", "temperature", "top_p", "stream", "parallel_tool_calls", "user", "service_tier", "metadata"],
  ...["safety_identifier", "prompt_cache_key", "prompt_cache_retention"],
] as const;
/** Fields that are read one by one, that change nothing here, or are for this server. */
const read: ReadonlySet<string> = new Set([
  ...[...same, "input", "instructions", "tools", "tool_choice", "reasoning", "text", "max_output_tokens", "truncation"],
  // Reasoning is always handed over; streams are not padded.
  ...["include", "stream_options", "previous_response_id", "conversation", "prompt", "background", "store"],
  "inference_geo",
]);

/** What needs a memory: the error says what to do without. */
const remembered: Readonly<Record<string, string>> = {
  previous_response_id: "this server keeps no responses; send the whole conversation as input",
  conversation: "this server keeps no conversations; send the whole of it as input",
  prompt: "this server keeps no prompts; send its text as instructions and input",
};
/** What of `include` needs nothing here: reasoning is always handed over. */
const ALWAYS_INCLUDED = "reasoning.encrypted_content";

/**
 * Reads a request of the Responses API (https://platform.openai.com/docs/api-reference/responses/create, read 2026-11-25) as
 * a chat completion. This server keeps no responses: the input must be whole.
 */
export function responsesToChat(body: Json): ChatView | ApiError {
  const refusal = refusalOf(body);
  if (refusal !== undefined) return refusal;
  const { input } = body;
  const warnings = new Set<string>();
  const instructions = textOf(body["instructions"]);
  const messages = [
    ...(instructions === undefined ? [] : [{ role: "system", content: instructions }]),
    ...itemsToMessages(input, warnings),
  ];
  const tools = toolsToFunctions(body["tools"], warnings);
  if (body["truncation"] === "auto") warnings.add("truncation: left out, nothing is cut here");
  if (body["store"] === true) warnings.add("store: left out, this server keeps no responses");
  const routed = routingFieldsOf(body);
  warnOfIncluded(body["include"], warnings);
  for (const name of Object.keys(body)) {
    if (!read.has(name) && !Object.hasOwn(routed, name) && body[name] !== null)
      warnings.add(`${name}: left out, ${NATIVE_ONLY}`);
  }
  const chat: Record<string, unknown> = {
    ...Object.fromEntries(
      same.flatMap((name) => (body[name] === undefined || body[name] === null ? [] : [[name, body[name]]])),
    ),
    messages,
    ...(typeof body["max_output_tokens"] === "number" ? { max_completion_tokens: body["max_output_tokens"] } : {}),
    ...(body["stream"] === true ? { stream_options: { include_usage: true } } : {}),
    ...(tools.length === 0 ? {} : { tools }),
    ...toolChoice(body["tool_choice"], tools.length > 0, warnings),
    ...reasoning(body["reasoning"], warnings),
    ...textFormat(body["text"], warnings),
    ...routed,
  };
  const { reasoning: shown, metadata, ...plain } = chat;
  const plainWarnings = new Set<string>();
  if (shown !== undefined) plainWarnings.add(`reasoning.summary: left out, ${NATIVE_ONLY}`);
  if (metadata !== undefined) {
    plainWarnings.add("metadata: left out, a chat completion takes it only when it is stored");
  }
  return {
    body: chat,
    plainBody: { ...plain, messages: plainMessages(messages, plainWarnings) },
    warnings: [...warnings],
    plainWarnings: [...plainWarnings],
    unseen: { ...unseenIn(body), processedIn: textOf(body["inference_geo"]), needsNative: needsNative(input) },
    echo: echoOf(body),
  };
}

/** Why a request is not served: it needs a memory, or a field holds something else than its API says. */
function refusalOf(body: Json): ApiError | undefined {
  for (const [name, why] of Object.entries(remembered)) {
    if (body[name] !== undefined && body[name] !== null) return invalidField(`${name}: ${why}`, name);
  }
  const { background = null } = body;
  if (background !== null && background !== false) {
    const message =
      "background: this server keeps no responses to ask for later; leave it out, and stream a long answer";
    return invalidField(message, "background");
  }
  const { input } = body;
  if (typeof input !== "string" && !(Array.isArray(input) && input.length > 0)) {
    return invalidField("input: it takes a text or a list of items", "input");
  }
  for (const [name, wrong] of [
    ["input", firstUnreadable(input, "input", unreadableItem)],
    ["tools", firstUnreadable(body["tools"], "tools")],
  ] as const) {
    if (wrong !== undefined) return invalidField(wrong, name);
  }
  const reference = objectsOf(input).findIndex(
    (item) => item["type"] === "item_reference" && !isReasoningReference(item),
  );
  if (reference !== -1) {
    const message = `input[${reference}]: an item_reference names an item that was kept, and this server keeps no responses; send the item itself (the AI SDK does so with store: false)`;
    return invalidField(message, "input");
  }
  for (const name of ["text", "reasoning"] as const) {
    const value = body[name];
    if (value !== undefined && value !== null && !isObject(value))
      return invalidField(`${name}: it takes an object`, name);
  }
  const { instructions: given } = body;
  if (given !== undefined && given !== null && typeof given !== "string") {
    return invalidField("instructions: it takes a text", "instructions");
  }
  return undefined;
}

function warnOfIncluded(included: unknown, warnings: Set<string>): void {
  const others = Array.isArray(included) ? included.filter((name) => name !== ALWAYS_INCLUDED) : [];
  if (others.length > 0) warnings.add(`include: ${others.map(wordOf).join(", ")} was left out, ${NATIVE_ONLY}`);
}

/** What of it only a provider with the Responses API can do: without it the model would not know what the conversation was about. */
function needsNative(input: unknown): string | undefined {
  if (holdsFileId(input)) return "names a file that its provider keeps";
  const types = new Set(objectsOf(input).map(({ type }) => type));
  if (types.has("compaction_trigger")) return "asks to compact the conversation";
  return types.has("compaction") ? "holds a compacted conversation, which only its provider can read" : undefined;
}

/** Whether a picture or a file is named by its id at the provider. */
function holdsFileId(input: unknown): boolean {
  const isKept = ({ type, file_id: id, image_url: url, file_data: data, file_url: link }: Json) =>
    typeof id === "string" &&
    ((type === "input_image" && typeof url !== "string") || (type === "input_file" && (data ?? link) === undefined));
  return objectsOf(input).some(({ content, output }) => [...objectsOf(content), ...objectsOf(output)].some(isKept));
}

function toolChoice(choice: unknown, hasTools: boolean, warnings: Set<string>): Json {
  if (choice === undefined || choice === null) return {};
  if (!isObject(choice)) return hasTools ? { tool_choice: choice } : {};
  const isNamed = choice["type"] === "function" || choice["type"] === "custom";
  if (choice["type"] !== "allowed_tools" && !isNamed) {
    warnings.add(`tool_choice: ${wordOf(choice["type"])} was left out, ${NATIVE_ONLY}`);
  }
  if (!hasTools) return {};
  const named = ({ name, namespace }: Json) => ({
    type: "function",
    function: { name: functionName(name, namespace) },
  });
  if (choice["type"] === "allowed_tools") {
    const allowed = objectsOf(choice["tools"]).flatMap((tool) =>
      tool["type"] === "function" || tool["type"] === "custom" ? [named(tool)] : [],
    );
    return { tool_choice: { type: "allowed_tools", allowed_tools: { mode: choice["mode"], tools: allowed } } };
  }
  return isNamed ? { tool_choice: named(choice) } : {};
}

/** A summary is the reasoning as the provider shows it: chat completions ask for that as OpenRouter's do. */
function reasoning(value: unknown, warnings: Set<string>): Json {
  if (!isObject(value)) return {};
  const { effort: given, summary, generate_summary: legacy, ...more } = value;
  for (const [name, other] of Object.entries(more)) {
    if (other !== null) warnings.add(`reasoning.${name}: left out, ${NATIVE_ONLY}`);
  }
  return {
    ...(given === undefined || given === null ? {} : { reasoning_effort: given }),
    ...(typeof (summary ?? legacy) === "string" ? { reasoning: {} } : {}),
  };
}

function textFormat(value: unknown, warnings: Set<string>): Json {
  if (!isObject(value)) return {};
  const format = isObject(value["format"]) ? value["format"] : {};
  const verbosity = typeof value["verbosity"] === "string" ? { verbosity: value["verbosity"] } : {};
  if (format["type"] === "json_object") return { response_format: { type: "json_object" }, ...verbosity };
  if (format["type"] !== "json_schema") {
    const { type = "text" } = format;
    if (type !== "text") warnings.add(`text.format: ${wordOf(type)} was left out, ${NATIVE_ONLY}`);
    return verbosity;
  }
  const { type: _, ...json_schema } = format;
  return { response_format: { type: "json_schema", json_schema }, ...verbosity };
}
