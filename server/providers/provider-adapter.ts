import type { Endpoint, Provider } from "../../engine/index.js";

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
  /** Aborting ends the call at once, with the signal's reason. */
  readonly signal: AbortSignal;
}

/** The beginning of a provider's answer. The body ends the call when it is not read to its end. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: AsyncIterable<Buffer>;
}

/** Speaks one wire format. */
export interface ProviderAdapter {
  call(call: UpstreamCall): Promise<UpstreamAnswer>;
  close(): Promise<void>;
}
