import type { Endpoint, Provider } from "../../engine/index.js";

/** Headers of a provider's answer, by lower-case name. */
export type UpstreamHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** One call to a provider. */
export interface UpstreamCall {
  readonly endpoint: Endpoint;
  readonly provider: Provider;
  /** The client's body with the endpoint's own model name. */
  readonly body: Buffer;
  /** The client's body, parsed. */
  readonly parsedBody: Readonly<Record<string, unknown>>;
  readonly stream: boolean;
  /** W3C trace context; the only headers that are not the adapter's own. */
  readonly headers: Readonly<Record<string, string>>;
  readonly connectTimeoutMs: number;
  /** Takes one sentence for each thing that this provider is not told as the client said it. */
  readonly warn: (sentence: string) => void;
}

/**
 * Takes in a provider's answer as it comes: `onStart`, any number of `onData`, `onEnd`; or `onFailure` in place of any
 * of them, after which nothing follows. May be called before `call` has returned.
 */
export interface UpstreamHandler {
  onStart(status: number, headers: UpstreamHeaders): void;
  onData(chunk: Buffer): void;
  onEnd(): void;
  /** The connection failed or broke, or what came is not HTTP. */
  onFailure(error: unknown): void;
}

/** A call under way. */
export interface UpstreamExchange {
  /** No data is asked for until {@link resume}; a piece or two that was on its way may still come. */
  pause(): void;
  resume(): void;
  /** Ends the call at once; the handler is not called again. */
  abort(): void;
}

/** Speaks one wire format. */
export interface ProviderAdapter {
  /**
   * @returns what an endpoint cannot do of a request, as the end of "the request …"; undefined when it can. A format
   *   without this method takes every request as it is.
   */
  unable?(body: Readonly<Record<string, unknown>>, endpoint: Endpoint): string | undefined;
  call(call: UpstreamCall, handler: UpstreamHandler): UpstreamExchange;
  /** Ends every call and connection. */
  close(): Promise<void>;
}
