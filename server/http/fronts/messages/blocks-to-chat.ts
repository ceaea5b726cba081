import { isObject, type Json, objectsOf, textOf, wordOf } from "../../../json/json.js";
import { fitName } from "../fit-name.js";
import { extraOfCalls, PREFIX, readState } from "../reasoning-state.js";
import { warnOfFields } from "./warn-of-fields.js";

/** What signed reasoning of the Messages API is called in `reasoning_details`. */
const REASONING_FORMAT = "anthropic-claude-v1";

/** The system prompt and the messages of a request, as messages of a chat completion. */
export function translateMessages({ system, messages }: Json, warnings: Set<string>): readonly Json[] {
  const head = partsOf(system, warnings);
  return [
    ...(head.length === 0 ? [] : [{ role: "system", content: head }]),
    ...objectsOf(messages).flatMap((message) => translateMessage(message, warnings)),
  ];
}

function translateMessage({ role, content }: Json, warnings: Set<string>): readonly Json[] {
  if (role === "assistant") return [assistantMessage(content, warnings)];
  if (role === "system") return [{ role, content: partsOf(content, warnings) }];
  // Results of tools come first, as chat completions want them right behind the calls.
  const results = objectsOf(content)
    .filter(({ type }) => type === "tool_result")
    .map((block) => toolMessage(block, warnings));
  const parts = partsOf(content, warnings);
  return [...results, ...(parts.length === 0 ? [] : [{ role: "user", content: parts }])];
}

function toolMessage({ tool_use_id: id, content, is_error: isError }: Json, warnings: Set<string>): Json {
  const parts = partsOf(content, warnings);
  const whole = isError === true ? [{ type: "text", text: "The tool failed:" }, ...parts] : parts;
  return { role: "tool", tool_call_id: id, content: whole };
}

function assistantMessage(content: unknown, warnings: Set<string>): Json {
  const blocks = objectsOf(content);
  const parts = partsOf(content, warnings);
  const extra = extraOfCalls(blocks.map(({ data }) => readState(data)));
  const calls = blocks
    .filter(({ type }) => type === "tool_use")
    .map(({ id, name, input }) => ({
      id,
      type: "function",
      function: { name: fitName(name), arguments: JSON.stringify(input ?? {}) },
      ...(extra.has(id) ? { extra_content: extra.get(id) } : {}),
    }));
  const details = blocks.flatMap(reasoningOf);
  return {
    role: "assistant",
    content: parts.length === 0 ? null : parts,
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
  };
}

function reasoningOf({ type, thinking, signature, data }: Json): readonly Json[] {
  if (type === "redacted_thinking") {
    return readState(data)?.details ?? [{ type: "reasoning.encrypted", data, format: REASONING_FORMAT }];
  }
  // A thought of which nobody knows whose it is can be handed to nobody.
  if (type !== "thinking" || typeof signature !== "string" || signature === "") return [];
  if (signature.startsWith(PREFIX))
    return [{ type: "reasoning.text", text: textOf(thinking) ?? "", format: signature }];
  return [{ type: "reasoning.text", text: textOf(thinking) ?? "", signature, format: REASONING_FORMAT }];
}

/** The parts of a content that chat completions hold as parts; calls, results and thoughts stand elsewhere. */
function partsOf(content: unknown, warnings: Set<string>): readonly Json[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  return objectsOf(content).flatMap((block) => partOf(block, warnings));
}

/** Whether a picture or a document is named by its id at Anthropic, at any depth. */
export function holdsFileId({ messages }: Json): boolean {
  const holds = (content: unknown): boolean =>
    objectsOf(content).some(
      ({ source, content: inner }) => (isObject(source) && source["type"] === "file") || holds(inner),
    );
  return objectsOf(messages).some(({ content }) => holds(content));
}

const elsewhere: readonly unknown[] = ["tool_use", "tool_result", "thinking", "redacted_thinking"];

function partOf(block: Json, warnings: Set<string>): readonly Json[] {
  const cache = block["cache_control"] === undefined ? {} : { cache_control: block["cache_control"] };
  const source = isObject(block["source"]) ? block["source"] : {};
  warnOfFields(block, warnings);
  if (elsewhere.includes(block["type"])) return [];
  switch (block["type"]) {
    case "text":
      return [{ type: "text", text: textOf(block["text"]) ?? "", ...cache }];
    case "image": {
      const url = urlOf(source);
      if (url !== undefined) return [{ type: "image_url", image_url: { url }, ...cache }];
      break;
    }
    case "document":
      return documentParts(block, source, warnings);
    case "compaction": {
      const { content: summary } = block;
      if (typeof summary !== "string" || summary === "") break;
      warnings.add("messages: the summary of a compacted conversation was sent as text");
      return [{ type: "text", text: summary, ...cache }];
    }
    case "tool_reference":
      // Of a tool among those of the request, which are all offered: deferred ones too.
      warnings.add("messages: references to tools were sent as text");
      return [{ type: "text", text: `The tool ${wordOf(fitName(block["tool_name"]))} can be called now.`, ...cache }];
    case "search_result": {
      warnings.add("messages: search results were sent as text");
      const texts = partsOf(block["content"], warnings).map(({ text }) => textOf(text) ?? "");
      const head = [block["title"], block["source"]].map((line) => textOf(line) ?? "");
      return [{ type: "text", text: [...head, ...texts].join("\n"), ...cache }];
    }
  }
  warnings.add(`messages: a block of type ${wordOf(block["type"])} was left out, it exists in Anthropic's API only`);
  return [];
}

function documentParts(block: Json, source: Json, warnings: Set<string>): readonly Json[] {
  const { title, context, citations, cache_control: cacheControl } = block;
  if (isObject(citations) && citations["enabled"] === true) {
    warnings.add("messages: citations of documents were left out, they exist in Anthropic's API only");
  }
  const before = [...(source["type"] === "content" ? [title] : []), context].flatMap((line) =>
    typeof line === "string" && line !== "" ? [{ type: "text", text: line }] : [],
  );
  if (source["type"] === "content") return [...before, ...partsOf(source["content"], warnings)];
  const url = urlOf(source);
  if (url === undefined) {
    warnings.add("messages: a document that Anthropic keeps was left out");
    return before;
  }
  const file = { file_data: url, ...(typeof title === "string" ? { filename: title } : {}) };
  return [...before, { type: "file", file, ...(cacheControl === undefined ? {} : { cache_control: cacheControl }) }];
}

function urlOf({ type, media_type: mediaType, data, url }: Json): string | undefined {
  if (type === "url") return textOf(url);
  if (type === "base64") return `data:${wordOf(mediaType)};base64,${wordOf(data)}`;
  if (type === "text") return `data:text/plain;base64,${Buffer.from(wordOf(data)).toString("base64")}`;
  return undefined; // a file that was uploaded to one provider
}
