import type { DecisionRecord } from "../../../engine/serving.js";
import { dataOf } from "../../dispatch/answers/sse-splitter.js";
import { isObject, type Json, parseJsonObject, textOf } from "../../json/json.js";
import { type ApiError, errorBody } from "../errors/api-error.js";
import { chatFront } from "./chat-front.js";
import { type FieldNames, fieldName, inNames } from "./field-names.js";
import type { AnswerAbout, Front, FrontStream } from "./front.js";
import { chatToResponse } from "./responses/chat-to-response.js";
import { withoutOwnReasoning } from "./responses/own-reasoning.js";
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
  withoutOurs(body) {
    const left = withoutOwnReasoning(body);
    return left === undefined ? undefined : { body: left.body, warnings: [left.warning] };
  },
  answer: (chat, about) =>
    Buffer.from(JSON.stringify(chatToResponse(parseJsonObject(chat.toString("utf8")) ?? {}, about))),
  rest: () => undefined,
  stream: (isNative, about) => new Stream(isNative, about),
  providerError(body) {
    const error = parseJsonObject(body.toString("utf8"))?.["error"];
    if (!isObject(error)) return body;
    const message = inNames(names, textOf(error["message"]) ?? "");
    const param = textOf(error["param"]);
    const named = param === undefined ? {} : { param: fieldName(names, param) };
    return Buffer.from(JSON.stringify({ error: { ...error, message, ...named } }));
  },
};

function errorFields(error: ApiError, decision: string | undefined): Json {
  const { code, message } = error;
  return { code, message, param: null, ...errorBody(error, decision) };
}

/** Events of the API as they come, or made of the chunks of a chat completion. */
class Stream implements FrontStream {
  readonly #about: AnswerAbout;
  /** Undefined: the events are in this API's form. */
  #made: ResponseStream | undefined;
  /** The first event that came, and the last; what they say is read when it is needed. */
  #first: Buffer | undefined;
  #last: Buffer | undefined;

  constructor(isNative: boolean, about: AnswerAbout) {
    this.#about = about;
    this.#made = isNative ? undefined : new ResponseStream(about);
  }

  write(bytes: Buffer): Buffer {
    if (this.#made === undefined) {
      if (bytes[0] === COLON) return bytes; // a comment says nothing
      this.#first ??= bytes;
      this.#last = bytes;
      return bytes;
    }
    const data = dataOf(bytes);
    return data === undefined ? bytes : Buffer.from(this.#made.push(data));
  }

  goOn(_: boolean, text: string): void {
    this.#made ??= ResponseStream.inText(this.#about, readEvent(this.#first), readEvent(this.#last), text);
  }

  end(record: DecisionRecord | undefined, last: Buffer | undefined): string {
    return `${this.#routeEvent(record)}${this.#made?.end() ?? last?.toString("utf8") ?? ""}`;
  }

  cut(error: ApiError, decision: string | undefined, record: DecisionRecord | undefined): string {
    return `${this.#routeEvent(record)}${this.#event("error", errorFields(error, decision))}`;
  }

  #routeEvent(record: DecisionRecord | undefined): string {
    return record === undefined ? "" : this.#event("route", { route: record });
  }

  /** Numbered as the event that would come next. */
  #event(type: string, fields: Json): string {
    if (this.#made !== undefined) return this.#made.event(type, fields);
    const number = readEvent(this.#last)["sequence_number"];
    const next = typeof number === "number" ? { sequence_number: number + 1 } : {};
    return `event: ${type}\ndata: ${JSON.stringify({ type, ...next, ...fields })}\n\n`;
  }
}

function readEvent(event: Buffer | undefined): Json {
  return (event === undefined ? undefined : parseJsonObject(dataOf(event) ?? "")) ?? {};
}
