import type { IncomingMessage } from "node:http";
import type { AskedRequest } from "../dispatch/dispatch-request.js";
import { BufferList } from "../json/buffer-list.js";
import type { Operation } from "../providers/operation.js";
import type { ApiError } from "./api-error.js";
import { type FieldNames, inNames } from "./fronts/field-names.js";
import type { ChatView, Front } from "./fronts/front.js";
import { type ModelPlaces, withModel } from "./model-splice.js";
import { type ParsedRequestBody, parseRequestBody } from "./parse-request-body.js";
import { hasRoutingFields, withoutRoutingFields, withUsageAsked } from "./routing-fields.js";

/** A request's body, and the chat completion it asks for. */
export class ReceivedBody implements AskedRequest {
  readonly bytes: BufferList;
  readonly chat: ChatView;
  readonly operation: Operation;
  readonly #places: ModelPlaces;
  readonly #names: FieldNames | undefined;

  constructor({ bytes, places }: Pick<ParsedRequestBody, "bytes" | "places">, chat: ChatView, front: Front) {
    this.bytes = bytes;
    this.chat = chat;
    this.operation = front.operation;
    this.#places = places;
    this.#names = front.names;
  }

  bodyFor(upstreamModel: string, streamOptions?: object): BufferList {
    return withModel(this.bytes, this.#places, upstreamModel, streamOptions);
  }

  chatBodyFor(upstreamModel: string, legacyMaxTokens?: true): BufferList {
    if (this.operation === "chat") return this.bodyFor(upstreamModel);
    const { plainBody } = this.chat;
    const made = legacyMaxTokens === true ? withMaxTokens(plainBody) : plainBody;
    return bytesOf({ ...withoutRoutingFields(made), model: upstreamModel });
  }

  inClientsWords(sentence: string): string {
    return inNames(this.#names, sentence);
  }
}

/** @returns the error to answer with when a body in its form cannot be read, whatever it holds. */
export function refuseForm({ headers }: Pick<IncomingMessage, "headers">): ApiError | undefined {
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") {
    return unsupported("encoding", "the request body is compressed; send it without content-encoding");
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
  if ("code" in parsed) return parsed;
  const isRouted = hasRoutingFields(parsed.json);
  const hasStreamOptions = front.operation === "chat" || front.operation === "completions";
  const json = isRouted && hasStreamOptions ? withUsageAsked(parsed.json) : parsed.json;
  const chat = front.readChat(json);
  if ("code" in chat) return chat;
  if (!isRouted) return new ReceivedBody(parsed, chat, front);
  // Providers refuse fields they do not know: only then is a body written anew.
  const sent = parseRequestBody(bytesOf(withoutRoutingFields(json)));
  return "code" in sent ? sent : new ReceivedBody(sent, chat, front);
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
