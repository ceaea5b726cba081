import type { IncomingMessage } from "node:http";
import type { DecisionRecord } from "../../../engine/serving.js";
import type { Json } from "../../json/json.js";
import type { Operation } from "../../providers/operation.js";
import type { PromptParts } from "../../tokens/prompt-parts.js";
import type { ApiError } from "../errors/api-error.js";
import type { FieldNames } from "./field-names.js";

/**
 * An API that clients speak to: how its requests read as chat completions, and how answers, streams and errors look in it.
 * Providers that have the operation themselves get and give its bytes unchanged; for all others it is translated.
 */
export interface Front {
  readonly operation: Operation;
  /** What people are told of a field goes by its name in this API. */
  readonly names?: FieldNames;
  /** The header by which its SDKs know a request; `x-request-id` if undefined. */
  readonly requestIdHeader?: string;
  /** The request as a chat completion. Every decision is made on this form. */
  readChat(body: Json): ChatView | ApiError;
  /** Headers of the client that belong to the operation, for providers that have it; undefined: none. */
  operationHeaders(headers: IncomingMessage["headers"]): Readonly<Record<string, string>> | undefined;
  /**
   * A request without what only this server understands, or does in their place, for providers that have the API; undefined: it holds nothing of that kind.
   */
  withoutOurs?(body: Json): { readonly body: Json; readonly warnings: readonly string[] } | undefined;
  /** A whole chat completion in this API's form. */
  answer(chat: Buffer, about: AnswerAbout): Buffer;
  /**
   * The request for the rest of an answer, in this API's own form.
   * @param text what has come of it. @returns undefined: the rest is asked for as a chat completion, of every provider.
   */
  rest(body: Json, text: string): Json | undefined;
  /** @param isNative the events are in this API's form already. */
  stream(isNative: boolean, about: AnswerAbout): FrontStream;
  errorBody(error: ApiError, decision: string | undefined): object;
  /** An error answer of a provider, which is in OpenAI's shape, in this API's form. */
  providerError(body: Buffer): Buffer;
}

export interface ChatView {
  readonly body: Json;
  /** The same for OpenAI-compatible servers: without what only other formats know. */
  readonly plainBody: Json;
  /** What the translation leaves out, one sentence each. */
  readonly warnings: readonly string[];
  /** What `plainBody` leaves out of `body` beside that. */
  readonly plainWarnings?: readonly string[];
  /** What providers that have the API are not told. */
  readonly passedWarnings?: readonly string[];
  /** What the request holds and its chat completion does not show; undefined: nothing. */
  readonly unseen?: Unseen | undefined;
  /** Also providers that have the API itself are asked for a chat completion: for the rest of an answer, where the API cannot say that. */
  readonly isOnly?: boolean;
  /** What answers say again of the request, in this API's words, or need of it. */
  readonly echo?: Json | undefined;
}

/** What of a request its chat completion does not show, though the decision looks at it: so it is the same wherever the request goes. */
export interface Unseen {
  readonly tools?: boolean;
  readonly images?: boolean;
  /** More of the prompt, to be counted; undefined: nothing. */
  readonly prompt?: PromptParts | undefined;
  /** Prompt that comes as tokens in place of text. */
  readonly tokens?: number;
  /** Tokens of the largest of several prompts, each of which a model reads by itself; undefined: there is one. */
  readonly largestPrompt?: number | undefined;
  /** Fields that the client did not send: what its API assumes. */
  readonly assumed?: readonly string[];
  /** What only a provider that has the API itself can do, as the end of "the request …"; undefined: nothing. */
  readonly needsNative?: string | undefined;
  /**
   * Where the request asks its provider to process it: a region, in the provider's words. Only endpoints that the catalog has there
   * can be asked, whoever sends the field on, so that what guards require of regions stays true.
   */
  readonly processedIn?: string | undefined;
  /** What its provider is asked for by another field than `service_tier`, and charges like one. */
  readonly serviceTier?: string | undefined;
}

/** The OpenAI-compatible server that answers. */
export interface Reasoner {
  /** As the catalog calls it. */
  readonly provider: string;
  /** Its own name for the model. */
  readonly model: string;
}

export interface AnswerAbout {
  /** Stands where the provider gives no id of its own. */
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
  /** To which its reasoning is handed back; undefined: a provider of another format answers. */
  readonly reasoner?: Reasoner | undefined;
  /** See {@link ChatView.echo}. */
  readonly echo?: Json | undefined;
  /** The prompt's size, about: for APIs whose streams begin with it, before the provider has said it. */
  readonly inputTokens?: number | undefined;
}

export interface FrontStream {
  /** @param event one whole server-sent event. @returns what the client gets for it; may be empty. */
  write(event: Buffer): Buffer;
  /**
   * What ends a stream that is complete; with the decision record, when the client asked for it.
   * @param last the provider's own last event, which is still to be sent where it says more than that.
   */
  end(record: DecisionRecord | undefined, last: Buffer | undefined): string;
  /**
   * The provider's stream broke, and another one goes on with it: its events come next.
   * @param isNative they are in this API's form. @param text what the client has: one text, which has not ended.
   */
  goOn(isNative: boolean, text: string): void;
  /** What ends a stream that broke: never anything that looks like an end. */
  cut(error: ApiError, decision: string | undefined, record: DecisionRecord | undefined): string;
}
