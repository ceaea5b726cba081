import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { watchConnections } from "../drain.js";
import { errorBody, sendError } from "./errors/api-error.js";

/** Milliseconds a client may take for the headers of a request, and for the whole of it. */
const HEADERS_MS = 15_000;
const REQUEST_MS = 120_000;
/** Longer than the idle time of load balancers (60 s at AWS and nginx), so that it is never us who close under them. */
const KEEP_ALIVE_MS = 75_000;
const MAX_HEADER_BYTES = 32 * 1024;

export type Door = (request: IncomingMessage, response: ServerResponse) => void;

/** The server of both planes: `/v1/*` goes to one door, everything else to the other. Not listening yet. */
export function createHttpServer(dataPlane: Door, controlPlane: Door): Server {
  const server = createServer(
    {
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: 5_000,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      noDelay: true,
      requireHostHeader: false, // asked for here, where the answer has a body
    },
    (request, response) => {
      if (request.headers.host === undefined && request.httpVersion === "1.1") {
        refuse(response, 400, "missing_host", "the request has no Host header, which HTTP/1.1 asks for; send it");
        return;
      }
      const url = originForm(request);
      if (url.startsWith("/v1/") || url === "/v1") dataPlane(request, response);
      else controlPlane(request, response);
    },
  );
  server.maxHeadersCount = 0; // else Node leaves headers out without a word, also what a proxy in front adds behind the client's
  server.on("clientError", refuseUnreadable);
  server.on("checkExpectation", (_request: IncomingMessage, response: ServerResponse) => {
    refuse(response, 417, "expectation_failed", "of Expect only `100-continue` is understood; send it, or no Expect");
  });
  watchConnections(server);
  return server;
}

/** Its body may never come, so the connection ends with the answer. */
function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  sendError(response, { status, type: "invalid_request_error", code, message, headers: { connection: "close" } });
}

/**
 * The path and query of a request. What is sent as to a proxy (`GET http://host/path`) is made to look like any other
 * request, its authority in the place of `Host` (RFC 9112, 3.2.2).
 */
function originForm(request: IncomingMessage): string {
  const { url = "" } = request;
  if (url.startsWith("/")) return url;
  const [, authority, rest = ""] = /^https?:\/\/([^/?#]*)([^#]*)/i.exec(url) ?? [];
  if (authority === undefined) return url;
  request.headers.host = authority;
  request.url = rest.startsWith("/") ? rest : `/${rest}`;
  return request.url;
}

/** What is no HTTP never reaches a handler; it is answered in the same shape. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, message] =
    error.code === "HPE_HEADER_OVERFLOW"
      ? ["431 Request Header Fields Too Large", "headers_too_large", "the request's headers are larger than 32 KiB"]
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? ["408 Request Timeout", "request_timeout", "the request did not arrive in time"]
        : ["400 Bad Request", "invalid_http", "the request is not valid HTTP"];
  const body = JSON.stringify(
    errorBody({ status: Number.parseInt(status, 10), type: "invalid_request_error", code, message }),
  );
  socket.end(
    `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
