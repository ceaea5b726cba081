import { isObject } from "../json/json.js";
import { type AnyText, isText, LateText, listEntry, unreadEntry, wholeText } from "../json/late-text.js";

/** The prompt of a chat request, taken apart for counting. */
export interface PromptParts {
  /** Each is counted apart. */
  readonly texts: readonly AnyText[];
  /** Tokens that need no counting: what frames messages, names and tools, roles, and the flat amounts of images and files. */
  readonly fixedTokens: number;
}

// OpenAI's cookbook, "How to count tokens with tiktoken" (num_tokens_from_messages and num_tokens_for_tools for the
// models of o200k_base), read 2026-11-24.
const PER_MESSAGE = 3;
const PER_NAME = 1;
const REPLY_PRIMER = 3;
const PER_TOOL = 7;
const AFTER_TOOLS = 12;

/** Roles that are one token of o200k_base each (looked up in gpt-tokenizer's vocabulary): they need no counting. */
const singleTokenRoles: ReadonlySet<unknown> = new Set([
  "system",
  "developer",
  "user",
  "assistant",
  "tool",
  "function",
]);

/** A tool call is framed like a message of its own; the cookbook has no figure. */
const PER_TOOL_CALL = 3;

/**
 * Flat amounts for what is not text, in tokens. An image is taken as 1024 × 1024 in high detail: four tiles of 170 and
 * 85 (OpenAI's vision guide for gpt-4o); in low detail 85. For audio and files nothing can be known without decoding
 * them: about a minute and a half of speech, about three pages.
 */
export const flatTokens = { image: 765, imageLowDetail: 85, audio: 1_000, file: 2_000 } as const;

/**
 * Takes the prompt out of the body of a chat completion request.
 *
 * Counted as text: roles, contents, names, refusals, reasoning, tool calls (name, arguments), files of text, and as JSON the definitions
 * of tools and functions and a JSON schema for the answer. Parts of an unknown type are counted as their JSON. What does not have
 * OpenAI's form adds nothing: refusing it is the business of whoever reads the body, not of counting.
 *
 * @param body parsed JSON.
 */
export function promptParts(body: unknown): PromptParts {
  const parts: MutableParts = { texts: [], fixedTokens: REPLY_PRIMER };
  if (!isObject(body)) return { texts: [], fixedTokens: 0 };
  for (const message of listEntry(body, "messages")) addMessage(parts, message);
  addTools(parts, listEntry(body, "tools"));
  addTools(parts, listEntry(body, "functions"));
  const format = body["response_format"];
  if (isObject(format) && format["json_schema"] !== undefined) addJson(parts, format["json_schema"]);
  return parts;
}

interface MutableParts {
  readonly texts: AnyText[];
  fixedTokens: number;
}

function addMessage(parts: MutableParts, message: unknown): void {
  if (!isObject(message)) return;
  parts.fixedTokens += PER_MESSAGE;
  if (singleTokenRoles.has(message["role"])) parts.fixedTokens += 1;
  else addString(parts, message["role"]);
  if (typeof message["name"] === "string") {
    addString(parts, message["name"]);
    parts.fixedTokens += PER_NAME;
  }
  addString(parts, unreadEntry(message, "refusal"));
  addString(parts, message["tool_call_id"]);
  addString(parts, unreadEntry(message, "content"));
  addReasoning(parts, message);
  for (const part of listEntry(message, "content")) addContentPart(parts, part);
  parts.fixedTokens += listEntry(message, "images").length * flatTokens.image;
  for (const call of listEntry(message, "tool_calls")) if (isObject(call)) addCall(parts, call["function"] ?? call);
  if (message["function_call"] !== undefined) addCall(parts, message["function_call"]);
}

/** Many servers give a model its earlier reasoning again. OpenRouter's messages say it twice. */
function addReasoning(parts: MutableParts, message: Readonly<Record<string, unknown>>): void {
  const { reasoning_details: details } = message;
  if (details === undefined) {
    for (const name of reasoningFields) addString(parts, unreadEntry(message, name));
    return;
  }
  const inDetails = Array.isArray(details) ? details.filter(isObject).map(textOfDetail) : [];
  const whole = inDetails.join("");
  for (const text of inDetails) addString(parts, text);
  for (const name of reasoningFields) if (message[name] !== whole) addString(parts, unreadEntry(message, name));
}

const reasoningFields = ["reasoning_content", "reasoning"] as const;

/** What is encrypted has no text; a detail that this server has sealed is JSON. */
function textOfDetail({ text, summary, data }: Readonly<Record<string, unknown>>): string {
  const sealed = typeof data === "string" && data.startsWith("{") ? data : undefined;
  return [text, summary, sealed].filter((one) => typeof one === "string").join("");
}

function addContentPart(parts: MutableParts, part: unknown): void {
  if (typeof part === "string") {
    addString(parts, part);
    return;
  }
  if (!isObject(part)) return;
  switch (part["type"]) {
    case "text":
    case "input_text":
      addString(parts, unreadEntry(part, "text"));
      return;
    case "refusal":
      addString(parts, unreadEntry(part, "refusal"));
      return;
    case "image_url":
    case "input_image": {
      const source = unreadEntry(part, "image_url");
      const image = isObject(source) ? source : part;
      parts.fixedTokens += image["detail"] === "low" ? flatTokens.imageLowDetail : flatTokens.image;
      return;
    }
    case "input_audio":
      parts.fixedTokens += flatTokens.audio;
      return;
    case "file":
    case "input_file":
      addFile(parts, part["file"]);
      return;
    default:
      addJson(parts, part);
  }
}

/** A file that says that it is text is counted as that. */
function addFile(parts: MutableParts, file: unknown): void {
  const data = isObject(file) ? unreadEntry(file, "file_data") : undefined;
  const head = data instanceof LateText ? data.startOf(HEAD) : typeof data === "string" ? data.slice(0, HEAD) : "";
  if (!isText(data) || !TEXT_FILE.test(head)) {
    parts.fixedTokens += flatTokens.file;
    return;
  }
  const whole = wholeText(data);
  const comma = whole.indexOf(",");
  const content = whole.slice(comma + 1);
  const isBase64 = comma !== -1 && /;\s*base64\s*$/i.test(whole.slice(Math.max(0, comma - HEAD), comma));
  addString(parts, isBase64 ? Buffer.from(content, "base64").toString("utf8") : content);
}

const HEAD = 100;
const TEXT_FILE = /^data:(?:text\/|application\/(?:[\w.-]{1,60}\+)?(?:json|xml)\b)/i;

function addCall(parts: MutableParts, call: unknown): void {
  if (!isObject(call)) return;
  parts.fixedTokens += PER_TOOL_CALL;
  addString(parts, call["name"]);
  if (isObject(call["custom"])) {
    addString(parts, call["custom"]["name"]);
    addString(parts, unreadEntry(call["custom"], "input"));
  }
  const given = unreadEntry(call, "arguments");
  if (isText(given)) addString(parts, given);
  else if (given !== undefined) addJson(parts, given);
}

function addTools(parts: MutableParts, tools: readonly unknown[]): void {
  for (const tool of tools) {
    parts.fixedTokens += PER_TOOL;
    addJson(parts, isObject(tool) ? (tool["function"] ?? tool) : tool);
  }
  if (tools.length > 0) parts.fixedTokens += AFTER_TOOLS;
}

function addString(parts: MutableParts, text: unknown): void {
  if (isText(text) && text !== "") parts.texts.push(text);
}

function addJson(parts: MutableParts, value: unknown): void {
  parts.texts.push(JSON.stringify(value) ?? "");
}
