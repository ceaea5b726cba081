import { isObject, type Json, textOf } from "../../json/json.js";

/**
 * The text that an event of a message stream adds, where the message is one block of text that has not ended; undefined for
 * thinking, tools, citations, a second block, and the end of the block.
 */
export function textInMessage({ type, index, content_block: block, delta }: Json): string | undefined {
  switch (type) {
    case "message_start":
    case "ping":
      return "";
    case "content_block_start":
      return index === 0 && isObject(block) && block["type"] === "text" ? (textOf(block["text"]) ?? "") : undefined;
    case "content_block_delta":
      return index === 0 && isObject(delta) && delta["type"] === "text_delta" ? textOf(delta["text"]) : undefined;
    default:
      return undefined;
  }
}
