import type { Json } from "../../json/json.js";
import type { ApiError } from "../errors/api-error.js";
import type { ChatView, Front } from "./front.js";
import { messagesToChat } from "./messages/messages-to-chat.js";
import { messagesFront } from "./messages-front.js";
import { responsesToChat } from "./responses/responses-to-chat.js";
import { responsesFront } from "./responses-front.js";

/** An API's counting of tokens. A request is one of that API that asks for no answer. */
export interface CountFront extends Front {
  /** The answer where no provider has counted. */
  estimated(tokens: number): Json;
}

const messagesCount: CountFront = {
  ...messagesFront,
  operation: "count_tokens",
  readChat({ stream: _, ...body }): ChatView | ApiError {
    const view = messagesToChat({ ...body, max_tokens: 1 });
    if ("code" in view) return view;
    const { max_completion_tokens: __, ...chat } = view.body;
    const { max_completion_tokens: ___, ...plainBody } = view.plainBody;
    return { ...view, body: chat, plainBody };
  },
  answer: (count) => count,
  estimated: (input_tokens) => ({ input_tokens }),
};

const responsesCount: CountFront = {
  ...responsesFront,
  operation: "input_tokens",
  readChat: ({ stream: _, ...body }) => responsesToChat(body),
  answer: (count) => count,
  estimated: (input_tokens) => ({ object: "response.input_tokens", input_tokens }),
};

/** Path → API: the one place that knows which APIs count tokens. */
export const countFronts: ReadonlyMap<string, CountFront> = new Map([
  ["/v1/messages/count_tokens", messagesCount],
  ["/v1/responses/input_tokens", responsesCount],
]);
