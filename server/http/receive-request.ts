import type { IncomingMessage } from "node:http";
import type { DispatchRequest } from "../dispatch/dispatch.js";
import { BufferList } from "../json/buffer-list.js";
import type { ApiError } from "./api-error.js";
import type { ChatView, Front } from "./fronts/front.js";
import { withModel } from "./model-splice.js";
import { type ParsedRequestBody, parseRequestBody } from "./parse-request-body.js";
import { readBody } from "./read-body.js";
import { hasRoutingFields, withoutRoutingFields } from "./routing-fields.js";

/** A request's body, and the chat completion it asks for. */
export interface ReceivedBody extends ParsedRequestBody {
  readonly chat: ChatView;
}

/** @returns the body, or the error to answer with. */
export async function receiveBody(request: IncomingMessage, front: Front): Promise<ReceivedBody | ApiError> {
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") {
    request.resume();
    return {
      status: 415,
      type: "invalid_request_error",
      code: "unsupported_encoding",
      message: "the request body is compressed; send it without content-encoding",
    };
  }
  const charset = foreignCharset(request.headers["content-type"]);
  if (charset !== undefined) {
    request.resume();
    return {
      status: 415,
      type: "invalid_request_error",
      code: "unsupported_charset",
      message: `the request body is in ${charset}; send JSON in UTF-8`,
    };
  }
  const bytes = await readBody(request);
  if ("code" in bytes) return bytes;
  const parsed = parseRequestBody(bytes);
  if ("code" in parsed) return parsed;
  const chat = front.readChat(parsed.json);
  if ("code" in chat) return chat;
  if (!hasRoutingFields(parsed.json)) return { ...parsed, chat };
  // Providers refuse fields they do not know: only then is a body written anew.
  const sent = parseRequestBody(bytesOf(withoutRoutingFields(parsed.json)));
  return "code" in sent ? sent : { ...sent, chat };
}

/** The request for providers that do not have its operation. */
export function chatOf({ operation }: Front, { bytes, places, chat }: ReceivedBody): DispatchRequest["chat"] {
  const { body, plainBody, warnings, isOnly = false } = chat;
  return {
    body,
    warnings,
    isOnly,
    bodyFor: (upstreamModel, streamOptions) =>
      operation === "chat"
        ? withModel(bytes, places, upstreamModel, streamOptions)
        : bytesOf({ ...withoutRoutingFields(plainBody), model: upstreamModel }),
  };
}

function bytesOf(body: object): BufferList {
  return new BufferList([Buffer.from(JSON.stringify(body))]);
}

/** @returns the character set that a body is said to have; undefined when it is UTF-8, or none is named: JSON is UTF-8 then. */
function foreignCharset(contentType = ""): string | undefined {
  const [, charset = "utf-8"] = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType) ?? [];
  return /^(utf-?8|us-ascii)$/i.test(charset) ? undefined : charset.slice(0, 40);
}
