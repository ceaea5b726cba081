import type { DecisionRecord } from "../../../engine/index.js";
import { dataOf } from "../../dispatch/sse-splitter.js";
import { parseJsonObject } from "../../providers/chat/json.js";
import { type ApiError, errorBody } from "../api-error.js";
import { chatFront } from "./chat-front.js";
import type { Front, FrontStream, StreamAbout } from "./front.js";
import { chatToResponse } from "./responses/chat-to-response.js";
import { ResponseStream } from "./responses/response-stream.js";
import { responsesToChat } from "./responses/responses-to-chat.js";

/** OpenAI's Responses API, without its memory: every provider is asked for a chat completion. */
export const responsesFront: Front = {
  ...chatFront,
  operation: "responses",
  readChat: responsesToChat,
  answer: (chat) => Buffer.from(JSON.stringify(chatToResponse(parseJsonObject(chat.toString("utf8")) ?? {}))),
  stream: (_, about) => new Stream(about),
};

class Stream implements FrontStream {
  readonly #events: ResponseStream;

  constructor(about: StreamAbout) {
    this.#events = new ResponseStream(about);
  }

  write(bytes: Buffer): Buffer {
    const data = dataOf(bytes);
    return data === undefined ? bytes : Buffer.from(this.#events.push(data));
  }

  end(record: DecisionRecord | undefined): string {
    return `${this.#routeEvent(record)}${this.#events.end()}`;
  }

  cut(error: ApiError, decision: string | undefined, record: DecisionRecord | undefined): string {
    const { code, message } = error;
    const body = { code, message, param: null, ...errorBody(error, decision) };
    return `${this.#routeEvent(record)}${this.#events.event("error", body)}`;
  }

  #routeEvent(record: DecisionRecord | undefined): string {
    return record === undefined ? "" : this.#events.event("route", { route: record });
  }
}
