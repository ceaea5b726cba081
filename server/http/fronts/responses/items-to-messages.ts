import { isObject, type Json, objectsOf, textOf, wordOf } from "../../../json/json.js";
import {
  extraOfCalls,
  isOwnReasoning,
  isReasoningReference,
  type ReasoningState,
  readState,
} from "../reasoning-state.js";
import { NATIVE_ONLY } from "./native-only.js";
import { customArguments, functionName } from "./offered-tools.js";

/** One turn of the assistant, as its items come. */
interface Turn {
  readonly parts: Json[];
  readonly calls: Json[];
  readonly states: ReasoningState[];
}

/** Items that are the assistant's whatever role they name. */
const assistants: ReadonlySet<unknown> = new Set(["function_call", "custom_tool_call", "reasoning", "item_reference"]);

/** The items of a Responses request as messages of a chat completion: items of the assistant in a row are one turn. */
export function itemsToMessages(input: unknown, warnings: Set<string>): readonly Json[] {
  if (typeof input === "string") return [{ role: "user", content: input }];
  const messages: Json[] = [];
  const called = new Set<unknown>();
  let turn: Turn | undefined;
  const endTurn = () => {
    if (turn !== undefined && turn.parts.length + turn.calls.length > 0) messages.push(assistantMessage(turn));
    turn = undefined;
  };
  for (const item of objectsOf(input)) {
    const isAssistants = item["role"] === "assistant" || assistants.has(item["type"]);
    if (isAssistants) {
      turn ??= { parts: [], calls: [], states: [] };
      addToTurn(turn, item, warnings);
      if (isCall(item)) called.add(item["call_id"]);
      continue;
    }
    endTurn();
    if (isResult(item) && !called.has(item["call_id"])) warnings.add(NO_CALL);
    else for (const message of otherItem(item, warnings)) messages.push(message);
  }
  endTurn();
  return messages;
}

function isCall({ type }: Json): boolean {
  return type === "function_call" || type === "custom_tool_call";
}

function isResult({ type }: Json): boolean {
  return type === "function_call_output" || type === "custom_tool_call_output";
}

/** Every provider refuses a result without its call, and calls of built-in tools (`local_shell_call`) are left out. */
const NO_CALL = "input: results of calls that are not there, or were left out, were left out too";

function addToTurn(turn: Turn, item: Json, warnings: Set<string>): void {
  if (item["type"] === "function_call") {
    const { call_id: id, name, namespace, arguments: text } = item;
    turn.calls.push({ id, type: "function", function: { name: functionName(name, namespace), arguments: text } });
  } else if (item["type"] === "custom_tool_call") {
    const { call_id: id, name, namespace, input } = item;
    const called = { name: functionName(name, namespace), arguments: customArguments(input) };
    turn.calls.push({ id, type: "function", function: called });
  } else if (item["type"] === "reasoning") {
    const { encrypted_content: encrypted } = item;
    const state = readState(encrypted);
    if (state !== undefined) turn.states.push(state);
    else if (typeof encrypted === "string") {
      warnings.add("input: reasoning that a provider has encrypted was left out, only that provider can read it");
    } else if (!isOwnReasoning(item)) {
      warnings.add("input: reasoning without encrypted_content was left out, a summary of it is of no use to a model");
    }
  } else if (isReasoningReference(item)) {
    warnings.add("input: reasoning that an item_reference names was left out, this server keeps none; send it itself");
  } else for (const part of partsOf(item["content"], warnings)) turn.parts.push(part);
}

function assistantMessage({ parts, calls, states }: Turn): Json {
  const details = states.flatMap((state) => state.details);
  const extra = extraOfCalls(states);
  const message = states.flatMap((state) => state.message ?? []).at(-1);
  const signed = calls.map((call) => {
    const own = extra.get(call["id"]);
    return own === undefined ? call : { ...call, extra_content: own };
  });
  return {
    role: "assistant",
    content: parts.length === 0 ? null : parts,
    ...(signed.length === 0 ? {} : { tool_calls: signed }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
    ...(message === undefined ? {} : { extra_content: message }),
  };
}

function otherItem(item: Json, warnings: Set<string>): readonly Json[] {
  if (isResult(item)) {
    const { call_id: id, output } = item;
    return [
      { role: "tool", tool_call_id: id, content: typeof output === "string" ? output : partsOf(output, warnings) },
    ];
  }
  if (typeof item["role"] === "string") return [{ role: item["role"], content: partsOf(item["content"], warnings) }];
  warnings.add(`input: an item of type ${wordOf(item["type"])} was left out, ${NATIVE_ONLY}`);
  return [];
}

function partsOf(content: unknown, warnings: Set<string>): readonly Json[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  return objectsOf(content).flatMap((part) => partOf(part, warnings));
}

function partOf(part: Json, warnings: Set<string>): readonly Json[] {
  if (isObject(part["prompt_cache_breakpoint"])) {
    warnings.add(`input: prompt_cache_breakpoint was left out, ${NATIVE_ONLY}`);
  }
  switch (part["type"]) {
    case "input_text":
    case "output_text":
    case "text": // as chat completions say it, like `image_url` below
      return [{ type: "text", text: textOf(part["text"]) ?? "" }];
    case "refusal":
      return [{ type: "text", text: textOf(part["refusal"]) ?? "" }];
    case "input_image": {
      const { image_url: url, detail } = part;
      if (typeof url !== "string") break;
      return [{ type: "image_url", image_url: { url, ...(typeof detail === "string" ? { detail } : {}) } }];
    }
    case "image_url":
      if (!isObject(part["image_url"])) break;
      return [part];
    case "input_file": {
      const data = textOf(part["file_data"]) ?? textOf(part["file_url"]);
      if (data === undefined) break;
      const { filename } = part;
      return [{ type: "file", file: { file_data: data, ...(typeof filename === "string" ? { filename } : {}) } }];
    }
    case "input_audio":
      return [part];
  }
  warnings.add(`input: a part of type ${wordOf(part["type"])} was left out, ${NATIVE_ONLY}`);
  return [];
}
