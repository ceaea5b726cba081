import type { IncomingMessage } from "node:http";
import type { DispatchRequest } from "../dispatch/dispatch.js";
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
  if (!Buffer.isBuffer(bytes)) return bytes;
  const parsed = parseRequestBody(bytes);
  if ("code" in parsed) return parsed;
  const chat = front.readChat(parsed.json);
  if ("code" in chat) return chat;
  if (!hasRoutingFields(parsed.json)) return { ...parsed, chat };
  // Providers refuse fields they do not know: only then is a body written anew.
  const sent = parseRequestBody(Buffer.from(JSON.stringify(withoutRoutingFields(parsed.json))));
  return "code" in sent ? sent : { ...sent, chat };
}

/** The request for providers that do not have its operation. */
export function chatOf({ operation }: Front, { bytes, model, chat }: ReceivedBody): DispatchRequest["chat"] {
  const { body, plainBody, warnings, isOnly = false } = chat;
  return {
    body,
    warnings,
    isOnly,
    bodyFor: (upstreamModel, streamOptions) =>
      operation === "chat"
        ? withModel(bytes, model, upstreamModel, streamOptions)
        : Buffer.from(JSON.stringify({ ...withoutRoutingFields(plainBody), model: upstreamModel })),
  };
}

/** @returns the character set that a body is said to have; undefined when it is UTF-8, or none is named: JSON is UTF-8 then. */
function foreignCharset(contentType = ""): string | undefined {
  const [, charset = "utf-8"] = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType) ?? [];
  return /^(utf-?8|us-ascii)$/i.test(charset) ? undefined : charset.slice(0, 40);
}
