import type { Json } from "../../../json/json.js";
import { firstUnreadable, namesFor, notText, type RequiredTexts, type Unreadable } from "../unreadable-entry.js";

/** Entries that an item must have as texts, by its type: without them it would be left out, or say something else. */
const texts: RequiredTexts = {
  function_call: ["call_id", "name", "arguments"],
  function_call_output: ["call_id"],
  custom_tool_call: ["call_id", "name", "input"],
  custom_tool_call_output: ["call_id"],
};
/** The same for a part of a content. */
const partTexts: RequiredTexts = {
  input_text: ["text"],
  output_text: ["text"],
  refusal: ["refusal"],
};

/** What is wrong with an item of `input`. Items and parts of types that are not known here are not looked at. */
export function unreadableItem(item: Json, path: string): Unreadable {
  const { type = "message", role, output } = item;
  if (typeof type !== "string") return `${path}.type: it takes a text`;
  if (type !== "message") {
    const wrong = notText(item, namesFor(type, texts), path);
    return (
      wrong ??
      (type === "function_call_output" || type === "custom_tool_call_output"
        ? unreadableContent(output, `${path}.output`)
        : undefined)
    );
  }
  if (typeof role !== "string") return `${path}.role: it takes a text; other items than messages have a type`;
  return unreadableContent(item["content"], `${path}.content`);
}

function unreadableContent(content: unknown, path: string): Unreadable {
  if (typeof content === "string") return undefined;
  if (!Array.isArray(content)) return `${path}: it takes a text or a list of parts`;
  return firstUnreadable(content, path, unreadablePart);
}

function unreadablePart(part: Json, path: string): Unreadable {
  return notText(part, ["type"], path) ?? notText(part, namesFor(part["type"], partTexts), path);
}
