import type { Endpoint } from "../../../engine/serving.js";
import type { Json } from "../../json/json.js";
import type { Operation } from "../operation.js";
import type { TextIn } from "../text-in.js";
import type { ChatChunk, ChatCompletion, ChatUsage, UsageSoFar } from "./chat-answer.js";
import type { ChatRequest } from "./chat-request.js";
import type { ParameterTable } from "./parameters.js";

/**
 * A wire format that is not OpenAI's: pure functions between a chat completion and the provider's own request, answer,
 * stream and errors. All that touches the network is elsewhere, once for all of them.
 */
export interface Translator {
  /** Operations that are this format's own: their requests and answers need no translation. */
  readonly native?: ReadonlyMap<Operation, NativeOperation>;
  /** How it makes embeddings; undefined: it does not. */
  readonly embeddings?: EmbeddingsTranslator;
  /** What it does with each parameter of a request. */
  readonly parameters: ParameterTable;
  /** Headers of every request, with the provider's key. */
  headers(key: string | undefined): Readonly<Record<string, string>>;
  /** @returns what this endpoint cannot do of a request, as the end of "the request …"; undefined when it can. */
  unable(request: ChatRequest, endpoint: Endpoint): string | undefined;
  /** @throws RefusedRequest when a message cannot be said in this format. */
  request(request: ChatRequest, endpoint: Endpoint, stream: boolean): TranslatedRequest;
  /** Translates a whole answer. */
  answer(answer: Json, context: AnswerContext): ChatCompletion | TranslatedError;
  stream(context: AnswerContext): StreamTranslator;
  /**
   * Translates an error answer into the object that stands under `error`.
   * @param status undefined inside a stream or a 200 answer: then the error says its own.
   */
  error(status: number | undefined, body: Json | undefined): TranslatedError;
}

/** Between OpenAI's embeddings and those of a format. `body` is that of OpenAI's request. */
export interface EmbeddingsTranslator {
  /** @returns what it cannot do of a request, as the end of "the request …". */
  unable(body: Json): string | undefined;
  request(body: Json, endpoint: Endpoint): TranslatedRequest;
  /** Translates a whole answer. */
  answer(answer: Json, body: Json, endpoint: Endpoint): Json;
}

export interface NativeOperation {
  /** Behind the provider's `base_url`. */
  readonly path: string;
  /** What a whole answer says, in the terms of a chat completion; undefined: it is an answer of the format. */
  readonly whole?: (answer: Json) => Json;
  /** Undefined: its streams cannot be gone on with. */
  readonly textIn?: TextIn;
}

export interface TranslatedRequest {
  /** Behind the provider's `base_url`. */
  readonly path: string;
  readonly body: Json;
  /** One sentence for each thing that is not said as the client said it. */
  readonly warnings: readonly string[];
}

/** What an answer needs to know of its request. */
export interface AnswerContext {
  /** Seconds since 1970. */
  readonly created: number;
  /** Makes ids for what the provider gives none: `call_…`, `chatcmpl-…`. */
  readonly newId: (prefix: string) => string;
  readonly model: string;
}

/** An error in OpenAI's shape, with the codes that failures are classified by. */
export interface TranslatedError {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly code: string | null;
    readonly param: null;
    /** HTTP status, of an error that came inside a stream or a 200 answer. */
    readonly status?: number;
  };
  /** Milliseconds the provider asks to wait, where its body says so. */
  readonly retryAfterMs?: number;
  /** What it took all the same. */
  readonly usage?: ChatUsage | undefined;
}

/** Turns the events of one stream into chunks. */
export interface StreamTranslator {
  /** @param data of one server-sent event. */
  push(data: Json): readonly StreamOutput[];
  /**
   * Translates events that hold text and nothing else, without reading their JSON. A format without this method reads all.
   * @param events whole events, each byte a character (Latin-1).
   * @returns chunks as events, in the same form; undefined when one of them holds anything else: then nothing is done.
   */
  pushText?(events: string): string | undefined;
  /** The body ended. Gives nothing unless the provider's last event has been seen. */
  end(): readonly StreamOutput[];
}
export type StreamOutput =
  | { readonly kind: "chunk"; readonly chunk: ChatChunk }
  | { readonly kind: "error"; readonly error: TranslatedError }
  /** What is known so far of what the answer takes, which clients are told at its end. */
  | { readonly kind: "usage"; readonly usage: UsageSoFar }
  /** The provider is still there. */
  | { readonly kind: "alive" }
  /** The answer is complete. */
  | { readonly kind: "done" };

/** @param usage undefined: nothing is known. */
export function known(usage: UsageSoFar | undefined): readonly StreamOutput[] {
  return usage === undefined ? [] : [{ kind: "usage", usage }];
}

export function translatedError(message: string, type: string, code: string | null, status?: number): TranslatedError {
  return { error: { message, type, code, param: null, ...(status === undefined ? {} : { status }) } };
}
