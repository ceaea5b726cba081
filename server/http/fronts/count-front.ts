import type { Json } from "../../json/json.js";
import type { ApiError } from "../errors/api-error.js";
import type { ChatView, Front } from "./front.js";
import { messagesToChat } from "./messages/messages-to-chat.js";
import { messagesFront } from "./messages-front.js";

/** The Messages API's token counting: `POST /v1/messages/count_tokens`. A request is a message that asks for no answer. */
export const countFront: Front = { ...messagesFront, operation: "count_tokens", readChat, answer: (count) => count };

function readChat({ stream: _, ...body }: Json): ChatView | ApiError {
  const view = messagesToChat({ ...body, max_tokens: 1 });
  if ("code" in view) return view;
  const { max_completion_tokens: __, ...chat } = view.body;
  const { max_completion_tokens: ___, ...plainBody } = view.plainBody;
  return { ...view, body: chat, plainBody };
}
