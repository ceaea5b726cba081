import { createRequire } from "node:module";
import type * as Undici from "undici";
import type { buildConnector as BuildConnector, Dispatcher, errors, Agent as UndiciAgent } from "undici";
import type { BufferList } from "../json/buffer-list.js";
import { compressedAnswer, compressionOf } from "./compressed-answer.js";
import type { OutboundProxies } from "./outbound-proxies.js";
import type { UpstreamExchange, UpstreamHandler, UpstreamHeaders } from "./provider-adapter.js";

// undici's front door loads fetch, WebSocket, caches and mocks too: 3 MB of heap beside what is used.
const load = createRequire(import.meta.url);
const Agent = load("undici/lib/dispatcher/agent.js") as typeof UndiciAgent;
const buildConnector = load("undici/lib/core/connect.js") as typeof BuildConnector;
const request = load("undici/lib/api/api-request.js") as Dispatcher["request"];

/** Of an answer to a health check so much is read to keep its connection, bytes. */
const MAX_CHECK_BYTES = 64 * 1024;

/** One POST to a provider. */
export interface HttpCall {
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: BufferList;
  readonly connectTimeoutMs: number;
}

/** The connections to providers: every adapter that speaks HTTP calls through one of these. */
export class HttpCalls {
  /** undici takes the connect timeout per agent; routes use few different ones. */
  readonly #agents = new Map<number, Dispatcher>();
  readonly #proxies: OutboundProxies | undefined;

  constructor(proxies?: OutboundProxies) {
    this.#proxies = proxies;
  }

  send(call: HttpCall, handler: UpstreamHandler): UpstreamExchange {
    const agent = this.#agentFor(call.connectTimeoutMs);
    const exchange = new UndiciExchange(handler, () => agent.dispatch(optionsOf(call), exchange));
    exchange.send();
    return exchange;
  }

  /**
   * Sends a GET and reads nothing but its status.
   * @returns what is wrong; undefined when it is 2xx.
   * @throws when there is no answer in time.
   */
  async check({ origin, path, headers }: Omit<HttpCall, "body" | "connectTimeoutMs">, timeoutMs: number) {
    const { statusCode, body } = await request.call(this.#agentFor(timeoutMs), {
      origin,
      path,
      method: "GET",
      headers,
      signal: AbortSignal.timeout(timeoutMs),
    });
    await body.dump({ limit: MAX_CHECK_BYTES });
    return statusCode >= 200 && statusCode <= 299 ? undefined : `status ${statusCode}`;
  }

  /** Ends every call and connection. */
  async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.destroy()));
  }

  #agentFor(connectTimeoutMs: number): Dispatcher {
    const known = this.#agents.get(connectTimeoutMs);
    if (known !== undefined) return known;
    // The dispatcher keeps the other timers itself, so undici's own are off.
    const options = { connect: connectorFor(connectTimeoutMs), headersTimeout: 0, bodyTimeout: 0, pipelining: 1 };
    const agent = this.#proxies === undefined ? new Agent(options) : proxied(options, connectTimeoutMs, this.#proxies);
    this.#agents.set(connectTimeoutMs, agent);
    return agent;
  }
}

/** Reaches hosts through proxies, by CONNECT. Of a connection through one it is not known whether it was kept, see {@link isStale}. */
function proxied(
  options: UndiciAgent.Options,
  timeout: number,
  { httpProxy = "", httpsProxy = "", noProxy }: OutboundProxies,
): Dispatcher {
  const { EnvHttpProxyAgent, Pool } = load("undici") as typeof Undici; // tunnels need what its front door puts together
  return new EnvHttpProxyAgent({
    ...options,
    ...{ httpProxy, httpsProxy, noProxy },
    ...{ proxyTls: { timeout }, requestTls: { timeout } },
    // The answer to CONNECT is part of connecting.
    clientFactory: (origin, own) => new Pool(origin, { ...own, headersTimeout: timeout }),
  });
}

function optionsOf({ origin, path, headers, body: { pieces, length } }: HttpCall): Dispatcher.DispatchOptions {
  return {
    origin,
    path,
    method: "POST",
    // undici takes any iterable for a body, though its types do not say so, and then does not know the length.
    headers: pieces.length === 1 ? headers : { ...headers, "content-length": String(length) },
    body: (pieces.length === 1 ? pieces[0] : takenOnce(pieces)) as Buffer,
  };
}

/** Pieces that are let go one by one: undici holds a body until the answer has ended. */
function takenOnce(pieces: readonly Buffer[]): Iterable<Buffer> {
  const left = [...pieces];
  const next = (): IteratorResult<Buffer, undefined> => {
    const value = left.shift();
    return value === undefined ? { done: true, value } : { done: false, value };
  };
  return { [Symbol.iterator]: () => ({ next }) };
}

/** What `abort` tells undici; it goes no further. */
class CallEnded extends Error {
  override readonly name = "CallEnded";
}

/** What broke a connection on which bytes of an earlier answer were read: of a socket's own errors undici does not say which socket it was. */
const onKept = new WeakSet<Error>();

function connectorFor(timeout: number): BuildConnector.connector {
  const connect = buildConnector({ timeout });
  return (options, callback) =>
    connect(options, (...connected) => {
      const [, socket] = connected;
      socket?.on("error", (error) => {
        if (socket.bytesRead > 0) onKept.add(error);
      });
      callback(...connected);
    });
}

/** A close that crossed a request shows within a round trip, milliseconds; after that the provider had it, and may have worked on it. */
const CROSSING_MS = 1_000;

/**
 * Whether a provider closed a kept connection while the request was on its way there, as it may at any time (RFC 9112, 9.5): bytes of
 * an earlier answer were read on it. Where it had closed before the request came, the request is answered by a reset. Nobody has failed
 * then, and the request goes out again, on another connection.
 */
function isStale(error: Error, sentAt: number): boolean {
  if (performance.now() - sentAt >= CROSSING_MS) return false;
  const { code, socket } = error as { readonly code?: string; readonly socket?: errors.SocketError["socket"] };
  if (code === "ECONNRESET" || code === "EPIPE") return onKept.has(error);
  return code === "UND_ERR_SOCKET" && error.message === "other side closed" && (socket?.bytesRead ?? 0) > 0;
}

/** Hands undici's events over, and stops doing so once the call is aborted. */
class UndiciExchange implements UpstreamExchange, Dispatcher.DispatchHandler {
  readonly #handler: UpstreamHandler;
  #controller: Dispatcher.DispatchController | undefined;
  #isAborted = false;
  isSent = false;
  #dispatch: (() => void) | undefined;
  #isSentAgain = false;
  #sentAt = 0;

  constructor(handler: UpstreamHandler, dispatch: () => void) {
    this.#handler = handler;
    this.#dispatch = dispatch;
  }

  send(): void {
    this.#dispatch?.();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#sentAt = performance.now();
    if (this.#isAborted)
      controller.abort(new CallEnded()); // while it waited for a connection
    else this.isSent = true;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: UpstreamHeaders): void {
    controller.rawHeaders = null; // undici keeps them until the answer has ended, 2 KB for each stream
    this.#dispatch = undefined; // holds the body
    if (this.#isAborted || status < 200) return;
    const compression = compressionOf(headers);
    if (compression === undefined) this.#handler.onStart(status, headers);
    else this.#refuse(status, headers, compressedAnswer(compression));
  }

  /** An error's status says enough; nothing of its body is used. */
  #refuse(status: number, headers: UpstreamHeaders, error: Error): void {
    this.abort();
    this.#handler.onStart(status, headers);
    if (status <= 299) this.#handler.onFailure(error);
    else this.#handler.onEnd();
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#isAborted) this.#handler.onData(chunk);
  }

  onResponseEnd(): void {
    if (!this.#isAborted) this.#handler.onEnd();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#isAborted) return;
    const again = this.#isSentAgain ? undefined : this.#dispatch;
    if (again !== undefined && isStale(error, this.#sentAt)) {
      this.#isSentAgain = true;
      again();
    } else this.#handler.onFailure(error);
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    this.#controller?.resume();
  }

  abort(): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#controller?.abort(new CallEnded());
  }
}
