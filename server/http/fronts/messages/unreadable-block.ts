import { isObject, type Json } from "../../../json/json.js";
import { firstUnreadable, namesFor, notText, type RequiredTexts, type Unreadable } from "../unreadable-entry.js";

/** Entries that a block must have as texts, by its type: without them it would be left out, or say something else. */
const texts: RequiredTexts = {
  text: ["text"],
  tool_use: ["id", "name"],
  tool_result: ["tool_use_id"],
  tool_reference: ["tool_name"],
};
/** The same for the source of a picture or document. */
const sources: RequiredTexts = {
  url: ["url"],
  base64: ["media_type", "data"],
  text: ["data"],
};

/** What is wrong with a message of the Messages API. Blocks and sources of types that are not known here are not looked at. */
export function unreadableMessage(message: Json, path: string): Unreadable {
  return notText(message, ["role"], path) ?? unreadableContent(message["content"], `${path}.content`);
}

/** @param content of a message, or `system`. */
export function unreadableContent(content: unknown, path: string): Unreadable {
  return firstUnreadable(content, path, unreadableBlock);
}

function unreadableBlock(block: Json, path: string): Unreadable {
  const { type, source, content } = block;
  const wrong = notText(block, ["type"], path) ?? notText(block, namesFor(type, texts), path);
  if (wrong !== undefined) return wrong;
  if ((type === "image" || type === "document") && !isObject(source)) return `${path}.source: it takes an object`;
  return (
    (isObject(source) ? unreadableSource(source, `${path}.source`) : undefined) ??
    unreadableContent(content, `${path}.content`)
  );
}

function unreadableSource(source: Json, path: string): Unreadable {
  return (
    notText(source, namesFor(source["type"], sources), path) ?? unreadableContent(source["content"], `${path}.content`)
  );
}
