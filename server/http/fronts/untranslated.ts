import { isObject, type Json, objectsOf } from "../../json/json.js";
import { flatTokens, type PromptParts } from "../../tokens/prompt-parts.js";

/** What images are called in the APIs in front; one that a model made may be named by its id alone. */
const images: ReadonlySet<unknown> = new Set([
  ...["image", "image_url", "input_image", "computer_screenshot", "image_generation_call"],
]);

/** Items, blocks and parts that a chat completion shows. */
const translated: ReadonlySet<unknown> = new Set([
  ...["message", "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output"],
  ...["input_text", "output_text", "refusal", "input_image", "image_url", "input_file", "input_audio"],
  ...["text", "image", "document", "search_result", "tool_use", "tool_result", "tool_reference"],
  ...["thinking", "compaction"],
]);
const calls: ReadonlySet<unknown> = new Set(["function_call", "custom_tool_call"]);
const results: ReadonlySet<unknown> = new Set(["function_call_output", "custom_tool_call_output"]);
/** What is nothing to read: state that a provider has encrypted, and what steers it. */
const sealedTypes: ReadonlySet<unknown> = new Set([...["redacted_thinking", "item_reference", "compaction_trigger"]]);
/** Fields that a provider has signed or encrypted, and takes from nobody else. */
const sealed: ReadonlySet<string> = new Set([
  ...["encrypted_content", "encrypted_index", "encrypted_stdout", "signature"],
]);
/** Fields of tools that a chat completion says. */
const toolFields: ReadonlySet<string> = new Set([
  ...["type", "name", "description", "input_schema", "parameters", "strict", "format", "cache_control", "tools"],
]);
/** What may hold any JSON, and is read as it stands. */
const free: ReadonlySet<string> = new Set(["input", "arguments", "input_schema", "parameters", "input_examples"]);
/** Where a picture or a file stands as `data:…`. */
const links: ReadonlySet<string> = new Set(["image_url", "file_data", "url"]);

type Kind = "image" | "file";

export function isImage({ type }: Json): boolean {
  return images.has(type);
}

/**
 * The part of a prompt that the chat completion of a request does not show, since one API alone has it: results of tools that a
 * provider runs, say, and files that it keeps. Providers that have the API read it.
 */
export function untranslated({ tools, system, messages, input }: Json): PromptParts | undefined {
  const left = [...objectsOf(tools).flatMap(leftOfTool), ...[system, messages, input].flatMap(leftOf)];
  if (left.length === 0) return undefined;
  let fixedTokens = 0;
  const texts = left.map((one) => {
    const text = withoutData(one, "file", (kind) => {
      fixedTokens += flatTokens[kind];
    });
    return JSON.stringify(text);
  });
  return { texts, fixedTokens };
}

function leftOfTool(tool: Json): readonly Json[] {
  const { type = "custom", description, tools } = tool;
  if (type === "namespace") return [{ description }, ...objectsOf(tools).flatMap(leftOfTool)];
  if (type !== "function" && type !== "custom") return [tool];
  const more = Object.entries(tool).filter(([name]) => !toolFields.has(name));
  return more.length === 0 ? [] : [Object.fromEntries(more)];
}

/** @param content a list of items, messages, blocks or parts. */
function leftOf(content: unknown): readonly Json[] {
  const called = new Set<unknown>();
  return objectsOf(content).flatMap((entry) => {
    const { type = "message", source, call_id: id } = entry;
    if (sealedTypes.has(type)) return [];
    if (calls.has(type)) called.add(id);
    if (results.has(type) && !called.has(id)) return [entry]; // a result without its call
    if (type === "reasoning") return objectsOf(entry["content"]);
    const within = isObject(source) ? source : {};
    if (!translated.has(type) || isKept(entry) || isKept(within)) return [entry];
    return [entry["content"], entry["output"], within["content"]].flatMap(leftOf);
  });
}

/** Whether a picture or a file is named by its id at the provider. */
function isKept({ file_id: id, image_url: url, file_data: data, file_url: link }: Json): boolean {
  return id !== undefined && id !== null && (url ?? data ?? link ?? null) === null;
}

/** @param kind of the data that stand in it. @param count is told of each picture and file. */
function withoutData(value: unknown, kind: Kind, count: (kind: Kind) => void): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutData(item, kind, count));
  if (!isObject(value)) return value;
  const own = isImage(value) ? "image" : kind;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => {
      if (sealed.has(name)) return [];
      if (name === "file_id" && typeof inner === "string") count(own);
      if (isData(value, name, inner)) {
        count(own);
        return [];
      }
      return [[name, free.has(name) ? inner : withoutData(inner, own, count)]];
    }),
  );
}

function isData({ type }: Json, name: string, value: unknown): boolean {
  if (typeof value !== "string") return false;
  if (name === "data") return type === "base64";
  if (name === "result") return type === "image_generation_call";
  return links.has(name) && /^data:/i.test(value);
}
