import type { IncomingMessage } from "node:http";
import type { ApiError } from "../errors/api-error.js";

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

/** @returns the character set that a body is said to have; undefined when it is UTF-8, or none is named: JSON is UTF-8 then. */
function foreignCharset(contentType = ""): string | undefined {
  if (!contentType.includes(";")) return undefined;
  const [, charset = "utf-8"] = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType) ?? [];
  return /^(utf-?8|us-ascii)$/i.test(charset) ? undefined : charset.slice(0, 40);
}
