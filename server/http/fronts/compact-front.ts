import type { Json } from "../../json/json.js";
import type { ApiError } from "../errors/api-error.js";
import type { ChatView, Front } from "./front.js";
import { responsesToChat } from "./responses/responses-to-chat.js";
import { responsesFront } from "./responses-front.js";

/**
 * The Responses API's compacting (https://platform.openai.com/docs/api-reference/responses/compact, read 2026-11-27): a
 * conversation becomes a short one, which only its provider can read. Its answers come whole.
 */
export const compactFront: Front = { ...responsesFront, operation: "compact", readChat };

function readChat({ stream: _, ...body }: Json): ChatView | ApiError {
  const view = responsesToChat(body);
  return "code" in view
    ? view
    : { ...view, unseen: { ...view.unseen, needsNative: "asks to compact the conversation" } };
}
