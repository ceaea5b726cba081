import type { IncomingMessage } from "node:http";
import { answersAsked } from "../dispatch/answers-asked.js";
import type { BodyFor, DispatchRequest } from "../dispatch/dispatch.js";
import { BufferList } from "../json/buffer-list.js";
import type { ApiError } from "./api-error.js";
import { withRest } from "./fronts/chat-front.js";
import { inNames } from "./fronts/field-names.js";
import type { ChatView, Front } from "./fronts/front.js";
import { withModel } from "./model-splice.js";
import { type ParsedRequestBody, parseRequestBody } from "./parse-request-body.js";
import { hasRoutingFields, withoutRoutingFields, withUsageAsked } from "./routing-fields.js";

/** A request's body, and the chat completion it asks for. */
export interface ReceivedBody extends ParsedRequestBody {
  readonly chat: ChatView;
}

/** @returns the error to answer with when a body in its form cannot be read, whatever it holds. */
export function refuseForm({ headers }: Pick<IncomingMessage, "headers">): ApiError | undefined {
  const { "content-encoding": encoding, "transfer-encoding": transfer } = headers;
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
    return unsupported("encoding", "the request body is compressed; send it without content-encoding");
  }
  if (transfer !== undefined && transfer.toLowerCase() !== "chunked") {
    return unsupported("encoding", "the request body is compressed; send it with transfer-encoding chunked alone");
  }
  const charset = foreignCharset(headers["content-type"]);
  return charset === undefined
    ? undefined
    : unsupported("charset", `the request body is in ${charset}; send JSON in UTF-8`);
}

function unsupported(what: string, message: string): ApiError {
  return { status: 415, type: "invalid_request_error", code: `unsupported_${what}`, message };
}

/** @returns the body, or the error to answer with. */
export function understandBody(bytes: BufferList, front: Front): ReceivedBody | ApiError {
  const parsed = parseRequestBody(bytes);
  return "code" in parsed ? parsed : understandParsed(parsed, front);
}

/** @returns the body, or the error to answer with. */
export function understandParsed(parsed: ParsedRequestBody, front: Front): ReceivedBody | ApiError {
  const isRouted = hasRoutingFields(parsed.json);
  const hasStreamOptions = front.operation === "chat" || front.operation === "completions";
  const json = isRouted && hasStreamOptions ? withUsageAsked(parsed.json) : parsed.json;
  const chat = front.readChat(json);
  if ("code" in chat) return chat;
  if (!isRouted) return { ...parsed, chat };
  // Providers refuse fields they do not know: only then is a body written anew.
  const sent = parseRequestBody(bytesOf(withoutRoutingFields(json)));
  return "code" in sent ? sent : { ...sent, chat };
}

/** The request for providers that do not have its operation. */
export function chatOf({ operation, names }: Front, { bytes, places, chat }: ReceivedBody): DispatchRequest["chat"] {
  const { body, plainBody, warnings, plainWarnings, isOnly = false } = chat;
  return {
    body,
    warnings,
    plainWarnings,
    isOnly,
    inClientsWords: (sentence) => inNames(names, sentence),
    bodyFor: (upstreamModel, streamOptions, legacyMaxTokens) => {
      if (operation === "chat") return withModel(bytes, places, upstreamModel, streamOptions);
      const made = legacyMaxTokens === true ? withMaxTokens(plainBody) : plainBody;
      return bytesOf({ ...withoutRoutingFields(made), model: upstreamModel });
    },
  };
}

/** The request for the rest of an answer; undefined when only a provider that has the API itself could go on. */
export function restOf(
  front: Front,
  body: ReceivedBody,
  text: string,
): Pick<DispatchRequest, "bodyFor" | "chat"> | undefined {
  const { chat, json } = body;
  if (answersAsked(chat.body) > 1) return undefined;
  const own = front.rest(json, text);
  if (own === undefined && chat.needsNative !== undefined) return undefined;
  const isOnly = own === undefined || chat.isOnly === true;
  const rest = { ...chat, body: withRest(chat.body, text), plainBody: withRest(chat.plainBody, text), isOnly };
  const asked = chatOf(front, { ...body, chat: rest });
  if (own === undefined) return { bodyFor: asked.bodyFor, chat: asked };
  const sent = withoutRoutingFields(own);
  const bodyFor: BodyFor = (model, options = sent["stream_options"] as object | undefined) =>
    bytesOf({ ...sent, model, stream_options: options });
  return { bodyFor, chat: front.operation === "chat" ? { ...asked, bodyFor } : asked };
}

function withMaxTokens({ max_completion_tokens: limit, ...rest }: ChatView["plainBody"]): ChatView["plainBody"] {
  return limit === undefined ? rest : { ...rest, max_tokens: limit };
}

function bytesOf(body: object): BufferList {
  return new BufferList([Buffer.from(JSON.stringify(body))]);
}

/** @returns the character set that a body is said to have; undefined when it is UTF-8, or none is named: JSON is UTF-8 then. */
function foreignCharset(contentType = ""): string | undefined {
  const [, charset = "utf-8"] = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType) ?? [];
  return /^(utf-?8|us-ascii)$/i.test(charset) ? undefined : charset.slice(0, 40);
}
