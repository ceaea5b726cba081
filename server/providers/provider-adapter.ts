import type { Endpoint, Provider, SimulatedFault } from "../../engine/serving.js";
import type { BufferList } from "../json/buffer-list.js";
import type { Operation } from "./operation.js";
import type { PassThrough } from "./pass-through.js";

/** Headers of a provider's answer, by lower-case name. */
export type UpstreamHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** One call to a provider. */
export interface UpstreamCall {
  readonly endpoint: Endpoint;
  readonly provider: Provider;
  /** `chat`, or another one that the adapter passes through. */
  readonly operation: Operation;
  /** The body of that operation, with the endpoint's own model name. */
  readonly body: BufferList;
  /** What is asked for: the request as a chat completion, parsed. Once a stream has begun it may be let go, and is not read any more. */
  readonly asked: { readonly chat: { readonly body: Readonly<Record<string, unknown>> } };
  readonly stream: boolean;
  /** W3C trace context, and what belongs to an operation that is passed through; all others are the adapter's own. */
  readonly headers: Readonly<Record<string, string>>;
  readonly connectTimeoutMs: number;
  /** How the simulator is to answer; other adapters do not look. */
  readonly fault?: SimulatedFault | undefined;
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
  /** What the answer has taken so far, in OpenAI's shape, where the data does not say it. */
  onUsage?(usage: object): void;
  onEnd(): void;
  /** The connection failed or broke, or what came is not HTTP. */
  onFailure(error: unknown): void;
}

/** A call under way. */
export interface UpstreamExchange {
  /** Some of the request may have reached the provider; before that it cannot have worked. */
  readonly isSent: boolean;
  /** No data is asked for until {@link resume}; a piece or two that was on its way may still come. */
  pause(): void;
  resume(): void;
  /** Ends the call at once; the handler is not called again. */
  abort(): void;
}

/** Speaks one wire format. */
export interface ProviderAdapter {
  /**
   * The operations of a provider whose requests and answers go through as they are, and how their answers are understood
   * on the way; undefined: as chat completions. Everything else must be asked as a chat completion.
   */
  passes(provider: Provider): ReadonlyMap<Operation, PassThrough | undefined>;
  /** It makes its requests of `asked`; others send `body`. */
  readonly takesChat?: true;
  /**
   * @returns what an endpoint cannot do of a request, as the end of "the request …"; undefined when it can. A format
   *   without this method takes every request as it is.
   */
  unable?(body: Readonly<Record<string, unknown>>, endpoint: Endpoint, operation: Operation): string | undefined;
  /** @returns the parameters of a request that the format leaves out. */
  ignores?(body: Readonly<Record<string, unknown>>): readonly string[];
  call(call: UpstreamCall, handler: UpstreamHandler): UpstreamExchange;
  /**
   * Asks an endpoint's provider how it is: GET, `path` behind its `base_url`. A format without this method cannot be asked.
   * @returns what is wrong, in words without secrets; undefined when the answer is 2xx.
   * @throws when there is no answer in time.
   */
  check?(provider: Provider, endpoint: Endpoint, path: string, timeoutMs: number): Promise<string | undefined>;
  /** Ends every call and connection. */
  close(): Promise<void>;
}
