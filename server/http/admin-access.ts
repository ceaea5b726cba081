import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { Scope } from "../keys/api-key.js";
import type { ApiError } from "./errors/api-error.js";

/** Headers that a reverse proxy adds: whoever asks through one is not on this machine. */
const FORWARDED = /^(forwarded|x-forwarded-.+|x-real-ip|via)$/;

/**
 * Whether a request may use `/admin`.
 *
 * With a token: `Authorization: Bearer TOKEN`, compared in constant time, from anywhere. Without one only this machine
 * may: the connection comes from a loopback address and through no reverse proxy, and `Host` (and `Origin`, if a browser
 * sends it) name this machine, so that a web page cannot get in by pointing its own name at 127.0.0.1. What changes
 * something comes from no page but this server's own: a browser sends it for any page, also for one of another port here.
 *
 * @returns undefined when it may, else the error to answer with.
 */
export function checkAdminAccess(request: IncomingMessage, adminToken: string | undefined): ApiError | undefined {
  if (adminToken !== undefined && adminToken !== "") {
    return hasToken(request, adminToken)
      ? undefined
      : {
          status: 401,
          type: "authentication_error",
          code: "invalid_admin_token",
          message:
            "/admin needs the header `Authorization: Bearer …` with the ADMIN_TOKEN of this server, or an API key of scope admin",
          headers: { "www-authenticate": "Bearer" },
        };
  }
  const why = whyNotLocal(request);
  return why === undefined
    ? undefined
    : {
        status: 403,
        type: "permission_error",
        code: "admin_is_local",
        message: `/admin answers to this machine only while ADMIN_TOKEN is unset, and ${why}; set ADMIN_TOKEN to reach it from elsewhere`,
      };
}

/**
 * Whether a request may read `/metrics`. While the server is on loopback and has no token, `Host` (and `Origin`, if there is
 * one) must name this machine, as for `/admin`; otherwise they are open, for Prometheus.
 *
 * @returns undefined when it may, else the error to answer with.
 */
export function checkMetricsAccess(
  { headers }: IncomingMessage,
  { adminToken, isLoopback }: { readonly adminToken: string | undefined; readonly isLoopback: boolean },
): ApiError | undefined {
  if (!isLoopback || (adminToken !== undefined && adminToken !== "")) return undefined;
  if (isLoopbackHost(headers.host ?? "") && !isFromForeignPage(headers)) return undefined;
  return {
    status: 403,
    type: "permission_error",
    code: "metrics_are_local",
    message:
      "/metrics answers under this machine's own names only (localhost, 127.0.0.1) while the server is on loopback and ADMIN_TOKEN is unset",
  };
}

/** Whether an API key's scopes allow a request to `/admin`: `admin` allows all, `read` looking. @returns the error if not. */
export function checkAdminScope({ method = "" }: IncomingMessage, scopes: readonly Scope[]): ApiError | undefined {
  if (scopes.includes("admin") || (scopes.includes("read") && ["GET", "HEAD"].includes(method))) return undefined;
  return {
    status: 403,
    type: "permission_error",
    code: "wrong_scope",
    message: `this API key is for ${scopes.join(", ")}; this needs scope admin${method === "GET" ? ", or read" : ""}`,
  };
}

function hasToken({ headers }: IncomingMessage, token: string): boolean {
  const [, given] = /^bearer +(.+)$/i.exec(headers.authorization ?? "") ?? [];
  // Hashes are of one length, which timingSafeEqual needs, and the length of the token does not show.
  return given !== undefined && timingSafeEqual(sha256(given.trim()), sha256(token));
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function whyNotLocal({ headers, method = "", socket, httpVersion }: IncomingMessage): string | undefined {
  if (!isLoopbackAddress(socket.remoteAddress ?? "")) return "this request comes from another one";
  if (Object.keys(headers).some((name) => FORWARDED.test(name))) return "this request comes through a reverse proxy";
  // What nginx sends when it is told nothing else, without any such header and with a Host of this machine.
  if (httpVersion === "1.0") return "this request comes in HTTP/1.0, as through a reverse proxy";
  if (!isLoopbackHost(headers.host ?? "")) return "the Host header names another one";
  if (isFromForeignPage(headers)) return "a web page elsewhere sent this request";
  if (!["GET", "HEAD"].includes(method) && isFromOtherPage(headers)) {
    return "a web page of another address than this server's sent this request, which may change something";
  }
  return undefined;
}

/**
 * Whether a web page sent a request that is not of the host and port asked. Older browsers send no `Sec-Fetch-Site`, and
 * none sends `Origin` with every request; other programs send neither.
 */
function isFromOtherPage({ origin, host, "sec-fetch-site": site }: IncomingMessage["headers"]): boolean {
  if (site !== undefined && site !== "same-origin" && site !== "none") return true;
  return origin !== undefined && origin.replace(/^https?:\/\//i, "").toLowerCase() !== host?.toLowerCase();
}

/** Whether an IP address is this machine's own: 127.0.0.0/8, ::1, or the former written as IPv6. */
export function isLoopbackAddress(address: string): boolean {
  return /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/i.test(address) || address === "::1";
}

/** Whether a Host header, with or without a port, names this machine. */
export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/:\d{1,5}$/, "").toLowerCase();
  return name === "localhost" || name === "[::1]" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name);
}

/** Ends of names that nobody can have in the public DNS (https://www.iana.org/assignments/special-use-domain-names, and `internal`). */
const PRIVATE_END = /\.(localhost|local|internal|test|home\.arpa)$/;

/**
 * Whether a Host header, with or without a port, holds a name of the public DNS: its owner could point it at this machine, under the
 * eyes of a web page that came from there.
 */
export function isPublicName(host: string): boolean {
  const name = host
    .replace(/:\d{1,5}$/, "")
    .replace(/\.$/, "")
    .toLowerCase();
  return name.includes(".") && !name.startsWith("[") && isIP(name) === 0 && !PRIVATE_END.test(name);
}

/**
 * Whether a request was sent by a web page of another site: browsers then add an `Origin` that is not this machine's. Other
 * programs send none.
 */
export function isFromForeignPage({ origin }: IncomingMessage["headers"]): boolean {
  return origin !== undefined && !isLoopbackOrigin(origin);
}

function isLoopbackOrigin(origin: string): boolean {
  const [, host = ""] = /^https?:\/\/([^/]+)$/i.exec(origin) ?? [];
  return isLoopbackHost(host);
}
