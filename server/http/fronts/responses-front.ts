import type { DecisionRecord } from "../../../engine/serving.js";
import { dataOf } from "../../dispatch/sse-splitter.js";
import { isObject, type Json, parseJsonObject, textOf } from "../../providers/chat/json.js";
import { type ApiError, errorBody } from "../api-error.js";
import { chatFront } from "./chat-front.js";
import { type FieldNames, fieldName, inNames } from "./field-names.js";
import type { Front, FrontStream, StreamAbout } from "./front.js";
import { chatToResponse } from "./responses/chat-to-response.js";
import { ResponseStream } from "./responses/response-stream.js";
import { responsesToChat } from "./responses/responses-to-chat.js";

const COLON = 0x3a;

const names: FieldNames = {
  messages: "input",
  max_completion_tokens: "max_output_tokens",
  reasoning_effort: "reasoning.effort",
  response_format: "text.format",
  verbosity: "text.verbosity",
};

/** OpenAI's Responses API, without its memory: providers that do not have it are asked for a chat completion. */
export const responsesFront: Front = {
  ...chatFront,
  operation: "responses",
  names,
  readChat: responsesToChat,
  answer: (chat) => Buffer.from(JSON.stringify(chatToResponse(parseJsonObject(chat.toString("utf8")) ?? {}))),
  stream: (isNative, about) => (isNative ? new NativeStream() : new Stream(about)),
  providerError(body) {
    const error = parseJsonObject(body.toString("utf8"))?.["error"];
    if (!isObject(error)) return body;
    const message = inNames(names, textOf(error["message"]) ?? "");
    const param = textOf(error["param"]);
    const named = param === undefined ? {} : { param: fieldName(names, param) };
    return Buffer.from(JSON.stringify({ error: { ...error, message, ...named } }));
  },
};

class NativeStream implements FrontStream {
  #last: Buffer | undefined;

  write(event: Buffer): Buffer {
    if (event[0] !== COLON) this.#last = event; // a comment says nothing
    return event;
  }

  end(record: DecisionRecord | undefined, last: Buffer | undefined): string {
    const route = record === undefined ? "" : this.#event("route", { route: record });
    return `${route}${last?.toString("utf8") ?? ""}`;
  }

  cut(error: ApiError, decision: string | undefined, record: DecisionRecord | undefined): string {
    const route = record === undefined ? "" : this.#event("route", { route: record });
    return `${route}${this.#event("error", errorFields(error, decision))}`;
  }

  /** Numbered as the event that would come next. */
  #event(type: string, fields: Json): string {
    const last = this.#last === undefined ? undefined : parseJsonObject(dataOf(this.#last) ?? "");
    const number = last?.["sequence_number"];
    const next = typeof number === "number" ? { sequence_number: number + 1 } : {};
    return `event: ${type}\ndata: ${JSON.stringify({ type, ...next, ...fields })}\n\n`;
  }
}

function errorFields(error: ApiError, decision: string | undefined): Json {
  const { code, message } = error;
  return { code, message, param: null, ...errorBody(error, decision) };
}

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
    return `${this.#routeEvent(record)}${this.#events.event("error", errorFields(error, decision))}`;
  }

  #routeEvent(record: DecisionRecord | undefined): string {
    return record === undefined ? "" : this.#events.event("route", { route: record });
  }
}
