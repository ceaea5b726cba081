import { isObject, type Json } from "../../../json/json.js";
import { listEntry, unreadEntry } from "../../../json/late-text.js";
import { isOurs } from "../reasoning-state.js";

const WARNING = "messages: reasoning of other providers was left out";

/**
 * A request for Anthropic without the thinking that others did: Anthropic refuses what it has not signed. A turn of nothing else
 * is left out.
 */
export function withoutOwnThinking(body: Json): { readonly body: Json; readonly warning: string } | undefined {
  const messages = listEntry(body, "messages");
  if (!messages.some((message) => listEntry(message, "content").some(isOwnThinking))) return undefined;
  const left = messages.flatMap((message) => {
    const content = listEntry(message, "content");
    const signed = content.filter((block) => !isOwnThinking(block));
    if (!isObject(message) || signed.length === content.length) return [message];
    return signed.length === 0 ? [] : [{ ...message, content: signed }];
  });
  return { body: { ...body, messages: left }, warning: WARNING };
}

/** A block of thinking that this server made of others' reasoning. */
function isOwnThinking(block: unknown): boolean {
  if (!isObject(block)) return false;
  if (block["type"] === "redacted_thinking") return isOurs(unreadEntry(block, "data"));
  if (block["type"] !== "thinking") return false;
  const signature = unreadEntry(block, "signature");
  return signature === "" || isOurs(signature);
}
