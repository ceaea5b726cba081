import { isObject, type Json, objectsOf, wordOf } from "../../json/json.js";
import {
  type ChatRequest,
  type ChatTool,
  type Effort,
  efforts,
  type Reasoning,
  RefusedRequest,
  type ResponseFormat,
  type ToolChoice,
} from "./chat-request.js";
import { readBoolean, readNumber, readObject, readObjects, readText, readWholeNumber } from "./read-field.js";
import { readMessages } from "./read-messages.js";

/** Reads the body of a chat completion request. @throws RefusedRequest when it is none. */
export function readChatRequest(body: Json): ChatRequest {
  const functions = readObjects(body, "functions");
  const usesLegacyFunctions = functions.length > 0;
  return {
    messages: readMessages(body["messages"]),
    tools: usesLegacyFunctions ? functions.map((tool, at) => readFunction(tool, `functions[${at}]`)) : readTools(body),
    toolChoice: usesLegacyFunctions ? readFunctionCall(body["function_call"]) : readToolChoice(body["tool_choice"]),
    parallelToolCalls: usesLegacyFunctions ? false : readBoolean(body, "parallel_tool_calls"),
    usesLegacyFunctions,
    maxTokens: readWholeNumber(body, "max_completion_tokens") ?? readWholeNumber(body, "max_tokens"),
    temperature: readNumber(body, "temperature"),
    topP: readNumber(body, "top_p"),
    topK: readWholeNumber(body, "top_k"),
    frequencyPenalty: readNumber(body, "frequency_penalty"),
    presencePenalty: readNumber(body, "presence_penalty"),
    seed: readNumber(body, "seed"),
    n: readWholeNumber(body, "n", 1) ?? 1,
    logprobs: readBoolean(body, "logprobs") ?? false,
    topLogprobs: readWholeNumber(body, "top_logprobs"),
    stop: readStop(body["stop"]),
    responseFormat: readResponseFormat(body),
    reasoning: readReasoning(body),
    user: readText(body, "user"),
    serviceTier: readText(body, "service_tier"),
    includeUsage: readObject(body, "stream_options")?.["include_usage"] === true,
    leftOut: [...leftOutOf(objectsOf(body["messages"])), ...leftOutOfFormat(body["response_format"])],
    body,
  };
}

/** What messages may hold beside their content, and providers of other formats have no place for. */
function leftOutOf(messages: readonly Json[]): readonly string[] {
  const isNamed = messages.some(({ role, name }) => role !== "tool" && role !== "function" && typeof name === "string");
  const hasReasoned = messages.some(hasUnsignedReasoning);
  const marksCache = messages.some(({ content }) => objectsOf(content).some((part) => isObject(part[BREAKPOINT])));
  const hasSpoken = messages.some(({ role, audio }) => role === "assistant" && isObject(audio));
  return [
    ...(isNamed ? ["messages: the names of their authors were left out, its format has no way to say them"] : []),
    ...(hasReasoned ? ["messages: reasoning that nobody signed was left out, its format takes none"] : []),
    ...(marksCache ? [`messages: ${BREAKPOINT} was left out, its format has no way to say it`] : []),
    ...(hasSpoken ? ["messages: audio of an earlier answer was left out, its format has no way to say it"] : []),
  ];
}

/** Together and others take a schema beside `json_object`, and Instructor sends it there (`MODE.JSON_SCHEMA` of `@instructor-ai/instructor` 1.7.0, read 2026-11-28). */
function leftOutOfFormat(format: unknown): readonly string[] {
  if (!isObject(format) || format["type"] !== "json_object" || !isObject(format["schema"])) return [];
  return ["response_format: the schema of json_object was left out, json_schema is the type that has one"];
}

/** OpenAI's own mark for its cache (`ChatCompletionContentPartText` of the `openai` package 6.49.0, read 2026-11-27). */
const BREAKPOINT = "prompt_cache_breakpoint";

/** Reasoning that stands in `reasoning_details` or has a signature in `extra_content` is looked at by the formats. */
function hasUnsignedReasoning(message: Json): boolean {
  if (message["role"] !== "assistant" || isObject(message["extra_content"])) return false;
  const details = objectsOf(message["reasoning_details"]);
  if (details.length > 0) return details.every(({ type }) => type === "reasoning.summary");
  return [message["reasoning_content"], message["reasoning"]].some((text) => typeof text === "string" && text !== "");
}

function readTools(body: Json): readonly ChatTool[] {
  return readObjects(body, "tools").map((tool, at) => {
    const path = `tools[${at}]`;
    if (tool["type"] !== undefined && tool["type"] !== "function") {
      const type = wordOf(tool["type"]);
      const unable = `offers a tool of type ${type}, which exists in OpenAI's format only`;
      throw new RefusedRequest(path, `tools of type ${type} exist in OpenAI's format only`, unable);
    }
    const read = readFunction(readObject(tool, "function", `${path}.function`) ?? {}, `${path}.function`);
    return { ...read, cacheControl: readObject(tool, "cache_control", path) ?? read.cacheControl };
  });
}

function readFunction(tool: Json, path: string): ChatTool {
  const name = readText(tool, "name", `${path}.name`);
  if (name === undefined || name === "") throw new RefusedRequest(`${path}.name`, "it is missing");
  return {
    name,
    description: readText(tool, "description", `${path}.description`),
    parameters: readObject(tool, "parameters", `${path}.parameters`),
    strict: readBoolean(tool, "strict"),
    cacheControl: readObject(tool, "cache_control", path),
  };
}

function readToolChoice(value: unknown): ToolChoice | undefined {
  if (value === undefined || value === null) return undefined;
  if (value === "auto" || value === "none" || value === "required") return { kind: value };
  if (isObject(value)) {
    const name = isObject(value["function"]) ? value["function"]["name"] : undefined;
    if (value["type"] === "function" && typeof name === "string") return { kind: "named", name };
    const allowed = value["type"] === "allowed_tools" ? readObject(value, "allowed_tools") : undefined;
    if (allowed !== undefined) {
      const names = readObjects(allowed, "tools", "tool_choice.allowed_tools.tools").map((tool) =>
        wordOf(isObject(tool["function"]) ? tool["function"]["name"] : ""),
      );
      return { kind: "allowed", mode: allowed["mode"] === "required" ? "required" : "auto", names };
    }
  }
  throw new RefusedRequest("tool_choice", "it takes auto, none, required, a function or allowed_tools");
}

function readFunctionCall(value: unknown): ToolChoice | undefined {
  if (value === undefined || value === null) return undefined;
  if (value === "auto" || value === "none") return { kind: value };
  if (isObject(value) && typeof value["name"] === "string") return { kind: "named", name: value["name"] };
  throw new RefusedRequest("function_call", "it takes auto, none or { name }");
}

function readStop(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (typeof value === "string") return [value];
  if (Array.isArray(value) && value.every((text) => typeof text === "string")) return value;
  throw new RefusedRequest("stop", "it takes a text or a list of texts");
}

function readResponseFormat(body: Json): ResponseFormat | undefined {
  const format = readObject(body, "response_format");
  if (format === undefined) return undefined;
  switch (format["type"]) {
    case "text":
    case "json_object":
      return { kind: format["type"] };
    case "json_schema": {
      const given = readObject(format, "json_schema", "response_format.json_schema");
      const schema =
        given === undefined ? undefined : readObject(given, "schema", "response_format.json_schema.schema");
      if (schema === undefined) throw new RefusedRequest("response_format.json_schema.schema", "it is missing");
      return { kind: "json_schema", name: wordOf(given?.["name"] ?? "answer"), schema: described(schema, given) };
    }
    default:
      throw new RefusedRequest("response_format.type", "it takes text, json_object or json_schema");
  }
}

/** Other formats have no description beside the schema's own. */
function described(schema: Json, { description }: Json = {}): Json {
  if (typeof description !== "string" || description === "") return schema;
  const { description: own } = schema;
  return { ...schema, description: typeof own === "string" ? `${description}\n\n${own}` : description };
}

function readReasoning(body: Json): Reasoning {
  const nested = readObject(body, "reasoning") ?? {};
  const effort = readText(body, "reasoning_effort") ?? readText(nested, "effort", "reasoning.effort");
  if (effort !== undefined && !isEffort(effort)) {
    throw new RefusedRequest("reasoning_effort", `it takes ${efforts.join(", ")}`);
  }
  return {
    effort: effort ?? (nested["enabled"] === true ? "medium" : nested["enabled"] === false ? "none" : undefined),
    maxTokens: readWholeNumber(nested, "max_tokens"),
    isShown: isObject(body["reasoning"]) && effort !== "none" && nested["exclude"] !== true,
  };
}

function isEffort(text: string): text is Effort {
  return (efforts as readonly string[]).includes(text);
}
