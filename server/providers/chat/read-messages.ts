import { isObject, type Json, objectsOf, wordOf } from "../../json/json.js";
import {
  type AssistantMessage,
  type ChatMessage,
  type ChatPart,
  type ChatToolCall,
  type ReasoningDetail,
  RefusedRequest,
  type Source,
  type TextPart,
  type ToolMessage,
} from "./chat-request.js";
import { readObject, readObjects, readText } from "./read-field.js";

/** Reads the messages of a chat completion. @throws RefusedRequest */
export function readMessages(value: unknown): readonly ChatMessage[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new RefusedRequest("messages", "it takes a list with at least one message");
  }
  /** Names of the calls made so far, by their id: a result names only the id. */
  const callNames = new Map<string, string>();
  return value.map((message: unknown, at) => {
    const path = `messages[${at}]`;
    if (!isObject(message)) throw new RefusedRequest(path, "it takes an object");
    const read = readMessage(message, path, callNames);
    if (read.role === "assistant") for (const { id, name } of read.toolCalls) callNames.set(id, name);
    return read;
  });
}

function readMessage(message: Json, path: string, callNames: ReadonlyMap<string, string>): ChatMessage {
  switch (message["role"]) {
    case "system":
    case "developer":
      return { role: "system", parts: textParts(message["content"], path) };
    case "user":
      return { role: "user", parts: readParts(message["content"], `${path}.content`) };
    case "assistant":
      return readAssistant(message, path);
    case "tool":
      return readToolResult(message, path, callNames);
    case "function": {
      const name = readText(message, "name", `${path}.name`);
      if (name === undefined) throw new RefusedRequest(`${path}.name`, "it is missing");
      return { role: "tool", callId: legacyCallId(name), name, parts: textParts(message["content"], path) };
    }
    default:
      throw new RefusedRequest(`${path}.role`, "it takes system, developer, user, assistant, tool or function");
  }
}

/** A legacy function call has no id; its result names the function. */
function legacyCallId(name: string): string {
  return `call_${name}`;
}

function readToolResult(message: Json, path: string, callNames: ReadonlyMap<string, string>): ToolMessage {
  const callId = readText(message, "tool_call_id", `${path}.tool_call_id`);
  if (callId === undefined) throw new RefusedRequest(`${path}.tool_call_id`, "it is missing");
  const name = callNames.get(callId) ?? readText(message, "name", `${path}.name`);
  return { role: "tool", callId, name, parts: readParts(message["content"], `${path}.content`) };
}

function readAssistant(message: Json, path: string): AssistantMessage {
  const calls = readObjects(message, "tool_calls", `${path}.tool_calls`).map((call, at) =>
    readToolCall(call, `${path}.tool_calls[${at}]`),
  );
  const legacy = readObject(message, "function_call", `${path}.function_call`);
  const legacyName = legacy === undefined ? undefined : readText(legacy, "name", `${path}.function_call.name`);
  const refusal = readText(message, "refusal", `${path}.refusal`);
  return {
    role: "assistant",
    parts: [
      ...textParts(message["content"], path),
      ...(refusal === undefined || refusal === "" ? [] : [textPart(refusal, undefined)]),
    ],
    toolCalls:
      legacyName === undefined
        ? calls
        : [
            {
              id: legacyCallId(legacyName),
              name: legacyName,
              arguments: wordOf(legacy?.["arguments"] ?? ""),
              extraContent: undefined,
            },
          ],
    reasoning: objectsOf(message["reasoning_details"]).filter(isReasoningDetail),
    extraContent: isObject(message["extra_content"]) ? message["extra_content"] : undefined,
  };
}

function readToolCall(call: Json, path: string): ChatToolCall {
  const called = readObject(call, "function", `${path}.function`);
  const id = readText(call, "id", `${path}.id`);
  const name = called === undefined ? undefined : readText(called, "name", `${path}.function.name`);
  if (call["type"] === "custom") {
    const unable = "holds a call of a custom tool, which exists in OpenAI's format only";
    throw new RefusedRequest(path, "calls of custom tools exist in OpenAI's format only", unable);
  }
  if (id === undefined || name === undefined)
    throw new RefusedRequest(path, "it takes an id and a function with a name");
  return {
    id,
    name,
    arguments: readText(called ?? {}, "arguments", `${path}.function.arguments`) ?? "",
    extraContent: isObject(call["extra_content"]) ? call["extra_content"] : undefined,
  };
}

function isReasoningDetail(detail: Json): detail is Json & ReasoningDetail {
  return (
    (detail["type"] === "reasoning.text" && typeof detail["text"] === "string") ||
    (detail["type"] === "reasoning.encrypted" && typeof detail["data"] === "string")
  );
}

function textParts(content: unknown, path: string): readonly TextPart[] {
  return readParts(content, `${path}.content`).map((part) => {
    if (part.kind !== "text") throw new RefusedRequest(`${path}.content`, "this role takes text only");
    return part;
  });
}

function readParts(content: unknown, path: string): readonly ChatPart[] {
  if (content === undefined || content === null) return [];
  if (typeof content === "string") return content === "" ? [] : [textPart(content, undefined)];
  if (!Array.isArray(content)) throw new RefusedRequest(path, "it takes a text or a list of parts");
  return content.map((part: unknown, at) => {
    if (!isObject(part)) throw new RefusedRequest(`${path}[${at}]`, "it takes an object");
    return readPart(part, `${path}[${at}]`);
  });
}

function textPart(text: string, cacheControl: Json | undefined): TextPart {
  return { kind: "text", text, cacheControl };
}

function readPart(part: Json, path: string): ChatPart {
  const cacheControl = readObject(part, "cache_control", `${path}.cache_control`);
  switch (part["type"]) {
    case "text":
    case "refusal":
      return textPart(readText(part, wordOf(part["type"]), path) ?? "", cacheControl);
    case "image_url": {
      const image = readObject(part, "image_url", `${path}.image_url`) ?? {};
      const url = readText(image, "url", `${path}.image_url.url`);
      if (url === undefined) throw new RefusedRequest(`${path}.image_url.url`, "it is missing");
      return { kind: "image", source: readSource(url, path), detail: readText(image, "detail"), cacheControl };
    }
    case "file": {
      const file = readObject(part, "file", `${path}.file`) ?? {};
      const data = readText(file, "file_data", `${path}.file.file_data`);
      if (data === undefined) {
        throw new RefusedRequest(
          `${path}.file`,
          "a file_id belongs to one provider; send file_data instead",
          ...(file["file_id"] === undefined ? [] : ["names a file by a file_id, which belongs to one provider"]),
        );
      }
      const filename = readText(file, "filename", `${path}.file.filename`);
      return { kind: "file", source: readSource(data, path), filename, cacheControl };
    }
    case "input_audio": {
      const audio = readObject(part, "input_audio", `${path}.input_audio`) ?? {};
      const base64 = readText(audio, "data", path);
      if (base64 === undefined) throw new RefusedRequest(`${path}.input_audio.data`, "it is missing");
      return { kind: "audio", base64, format: readText(audio, "format", path) ?? "wav" };
    }
    default:
      throw new RefusedRequest(
        `${path}.type`,
        "it takes text, image_url, file, input_audio or refusal",
        ...(typeof part["type"] === "string" ? [`holds a part of type ${part["type"].slice(0, 50)}`] : []),
      );
  }
}

/** `data:image/png;base64,…`, or a link. */
function readSource(url: string, path: string): Source {
  if (!url.startsWith("data:")) {
    if (/^(https?|gs):\/\//.test(url)) return { kind: "url", url };
    throw new RefusedRequest(path, "it takes a link (https://…) or data (data:image/png;base64,…)");
  }
  const comma = url.indexOf(",");
  const [mediaType = "", ...options] = url.slice("data:".length, Math.max(comma, 0)).split(";");
  if (comma === -1 || mediaType === "" || !options.includes("base64")) {
    throw new RefusedRequest(path, "data takes the form data:image/png;base64,…");
  }
  // No such type is registered, OpenAI takes it all the same, others refuse it.
  const registered = mediaType === "image/jpg" ? "image/jpeg" : mediaType;
  return { kind: "data", mediaType: registered, base64: url.slice(comma + 1) };
}
