import { isObject, type Json, objectsOf, parseJsonObject, textOf, wordOf } from "../../../json/json.js";
import { fitName } from "../fit-name.js";
import { itemId } from "./item-id.js";

/**
 * Tools of the Responses API that a chat completion offers as functions: functions themselves, custom tools, which take a text in place of
 * JSON, and those of namespaces (https://platform.openai.com/docs/api-reference/responses/create#responses-create-tools, read 2026-11-26).
 * Codex edits files by a custom tool, and has those of MCP servers in namespaces (https://github.com/openai/codex/issues/33263, read 2026-11-26).
 */
export interface OfferedTool {
  readonly isCustom: boolean;
  readonly name: unknown;
  readonly namespace: string | undefined;
}

/** What a tool is called as a function. */
export function functionName(name: unknown, namespace: unknown): unknown {
  if (typeof namespace !== "string" || namespace === "") return name;
  return fitName(`${namespace}${namespace.endsWith("_") ? "" : "__"}${wordOf(name)}`);
}

/** Tools by what they are called as functions. @param tools of the request. */
export function offeredTools(tools: unknown): ReadonlyMap<unknown, OfferedTool> {
  const offered = new Map<unknown, OfferedTool>();
  /** By their own name; undefined where several have it. */
  const inNamespaces = new Map<unknown, OfferedTool | undefined>();
  for (const tool of objectsOf(tools)) {
    const namespace = tool["type"] === "namespace" ? textOf(tool["name"]) : undefined;
    for (const { type, name } of tool["type"] === "namespace" ? objectsOf(tool["tools"]) : [tool]) {
      if (type !== "function" && type !== "custom") continue;
      const one = { isCustom: type === "custom", name, namespace };
      offered.set(functionName(name, namespace), one);
      if (namespace !== undefined) inNamespaces.set(name, inNamespaces.has(name) ? undefined : one);
    }
  }
  // Models leave a prefix out now and then (https://github.com/router-for-me/CLIProxyAPI/issues/4106, read 2026-11-26).
  for (const [name, one] of inNamespaces) {
    if (one !== undefined && !offered.has(name)) offered.set(name, one);
  }
  return offered;
}

/** What a custom tool takes, as the arguments of a function. */
export const customParameters: Json = {
  type: "object",
  properties: { input: { type: "string", description: "The raw text that the tool takes." } },
  required: ["input"],
  additionalProperties: false,
};

export function customArguments(input: unknown): string {
  return JSON.stringify({ input });
}

/** The text for a custom tool: models call it otherwise now and then, or leave the JSON out. */
function customInput(text: string): string {
  const values = parseJsonObject(text);
  const { input, ...others } = values ?? {};
  if (typeof input === "string") return input;
  const [only, ...more] = Object.values(others);
  return typeof only === "string" && more.length === 0 ? only : text;
}

/** What clients can parse where a server says nothing. */
export const NO_ARGUMENTS = "{}";

/** A call of a function, as the item of the tool that it stands for. */
export function callItem(
  { id, function: called }: Json,
  offered: ReadonlyMap<unknown, OfferedTool>,
  status = "completed",
): Json {
  const { name, arguments: text } = isObject(called) ? called : {};
  const tool = offered.get(name);
  const where = tool?.namespace === undefined ? {} : { namespace: tool.namespace };
  const isNone = text === "" && status === "completed";
  const own = { call_id: id, name: tool === undefined ? name : tool.name, ...where };
  return tool?.isCustom === true
    ? { id: itemId("ctc", id), type: "custom_tool_call", ...own, input: customInput(textOf(text) ?? ""), status }
    : { id: itemId("fc", id), type: "function_call", ...own, arguments: isNone ? NO_ARGUMENTS : text, status };
}
