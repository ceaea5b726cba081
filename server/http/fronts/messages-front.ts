import type { IncomingMessage } from "node:http";
import type { DecisionRecord } from "../../../engine/serving.js";
import { dataOf } from "../../dispatch/answers/sse-splitter.js";
import { isObject, type Json, parseJsonObject, textOf } from "../../json/json.js";
import type { ApiError } from "../errors/api-error.js";
import { type FieldNames, inNames } from "./field-names.js";
import type { AnswerAbout, Front, FrontStream } from "./front.js";
import { chatToMessage } from "./messages/chat-to-message.js";
import { event, MessageStream } from "./messages/message-stream.js";
import { messagesToChat } from "./messages/messages-to-chat.js";
import { withoutOwnThinking } from "./messages/own-thinking.js";
import { withoutThread } from "./messages/threads.js";

const names: FieldNames = {
  max_completion_tokens: "max_tokens",
  stop: "stop_sequences",
  user: "metadata.user_id",
  parallel_tool_calls: "tool_choice.disable_parallel_tool_use",
  reasoning_effort: "thinking",
  response_format: "output_config.format",
};

/** The Messages API: `POST /v1/messages`. */
export const messagesFront: Front = {
  operation: "messages",
  names,
  requestIdHeader: "request-id",
  readChat: messagesToChat,
  operationHeaders,
  withoutOurs,
  answer: (chat, about) =>
    Buffer.from(JSON.stringify(chatToMessage(parseJsonObject(chat.toString("utf8")) ?? {}, about))),
  rest: () => undefined,
  stream: (isNative, about) => new Stream(isNative, about),
  errorBody: ({ status, message, code }, decision) => ({
    type: "error",
    // Anthropic's clients look for its own codes in the details.
    error: {
      type: errorType(status),
      message,
      code,
      ...(code === "thread_not_found" ? { details: { error_code: code } } : {}),
    },
    ...(decision === undefined ? {} : { request_id: decision, decision }),
  }),
  providerError(body) {
    const error = parseJsonObject(body.toString("utf8"))?.["error"];
    const written = isObject(error) ? textOf(error["message"]) : undefined;
    if (written === undefined) return body;
    const message = inNames(names, written);
    return Buffer.from(JSON.stringify({ type: "error", error: { type: "invalid_request_error", message } }));
  },
};

function withoutOurs(body: Json) {
  const unkept = withoutThread(body);
  const signed = withoutOwnThinking(unkept?.body ?? body);
  const left = signed ?? unkept;
  if (left === undefined) return undefined;
  return { body: left.body, warnings: [unkept, signed].flatMap((one) => one?.warning ?? []) };
}

/** Clients of the Messages API switch features on with this header; it reaches providers that have the API. */
function operationHeaders({ "anthropic-beta": beta }: IncomingMessage["headers"]) {
  return typeof beta === "string" ? { "anthropic-beta": beta } : undefined;
}

// https://platform.claude.com/docs/en/api/errors, read 2026-11-25
function errorType(status: number): string {
  const types: Readonly<Record<number, string>> = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
  };
  return types[status] ?? (status < 500 ? "invalid_request_error" : "api_error");
}

/** Events of the API as they come, or made of the chunks of a chat completion. */
class Stream implements FrontStream {
  readonly #about: AnswerAbout;
  /** Undefined: the events are in this API's form. */
  #made: MessageStream | undefined;

  constructor(isNative: boolean, about: AnswerAbout) {
    this.#about = about;
    this.#made = isNative ? undefined : new MessageStream(about);
  }

  write(bytes: Buffer): Buffer {
    if (this.#made === undefined) return bytes;
    const data = dataOf(bytes);
    return Buffer.from(data === undefined ? event("ping") : this.#made.push(data));
  }

  goOn(): void {
    this.#made ??= MessageStream.inText(this.#about);
  }

  end(record: DecisionRecord | undefined): string {
    return `${this.#made?.end() ?? ""}${routeEvent(record)}${event("message_stop")}`;
  }

  cut(error: ApiError, decision: string | undefined, record: DecisionRecord | undefined): string {
    const { type: _, ...body } = messagesFront.errorBody(error, decision) as { type: string };
    return `${routeEvent(record)}${event("error", body)}`;
  }
}

/** Clients pass over events whose name they do not know. */
function routeEvent(record: DecisionRecord | undefined): string {
  return record === undefined ? "" : event("route", { route: record });
}
