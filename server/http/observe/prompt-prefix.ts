import { createHash } from "node:crypto";
import { isObject } from "../../json/json.js";
import { isText, LateText, unreadEntry } from "../../json/late-text.js";

/**
 * How much of the prompt's head counts, in UTF-16 units: about 1,024 tokens, the shortest prefix that OpenAI caches
 * (https://platform.openai.com/docs/guides/prompt-caching, read 2026-11-24).
 */
const HEAD_LENGTH = 4_096;

/**
 * A hash of the head of a prompt, for `sticky: prefix`: the messages up to the first one of the user, cut at 4,096
 * characters. It stays the same while a conversation goes on, and is the same for all that share a long system prompt.
 * @returns 16 hex digits; undefined when there is no text in the head.
 */
export function promptPrefix(body: Readonly<Record<string, unknown>>): string | undefined {
  const { messages } = body;
  if (!Array.isArray(messages)) return undefined;
  let head = "";
  for (const message of messages.filter(isObject)) {
    head += startOf(unreadEntry(message, "content"));
    if (head.length >= HEAD_LENGTH || message["role"] === "user") break;
  }
  if (head === "") return undefined;
  return createHash("sha256").update(head.slice(0, HEAD_LENGTH)).digest("hex").slice(0, 16);
}

/** The text of a content, as far as it can count. */
function startOf(content: unknown): string {
  if (!Array.isArray(content)) return startOfText(content);
  return content.map((part) => (isObject(part) ? startOfText(unreadEntry(part, "text")) : "")).join("");
}

function startOfText(text: unknown): string {
  if (!isText(text)) return "";
  return text instanceof LateText ? text.startOf(HEAD_LENGTH) : text;
}
