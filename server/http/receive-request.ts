import { measureText } from "../../engine/serving.js";
import type { AskedRequest, BodyChanges, PlainServer } from "../dispatch/dispatch-request.js";
import { BufferList } from "../json/buffer-list.js";
import type { Json } from "../json/json.js";
import { answersAsked } from "../providers/chat/answers-asked.js";
import type { Operation } from "../providers/operation.js";
import { withModel } from "./body/model-splice.js";
import { outputLimits, type ParsedRequestBody, parseRequestBody } from "./body/parse-request-body.js";
import { scanBody } from "./body/scan-body.js";
import type { ApiError } from "./errors/api-error.js";
import { withRest } from "./fronts/chat-front.js";
import { inNames } from "./fronts/field-names.js";
import type { ChatView, Front } from "./fronts/front.js";
import { type MetadataNames, withoutMetadataHints } from "./fronts/metadata-hints.js";
import { plainBodyFor } from "./fronts/plain-body.js";
import {
  asksCost,
  hasRoutingFields,
  withoutRoutingFields,
  withUsageAsked,
} from "./fronts/routing/routing-fields-of.js";

/** A request's body, and the chat completion it asks for. */
export class ReceivedBody implements AskedRequest {
  readonly bytes: BufferList;
  /** The usage of its answer is to say what it cost. */
  readonly asksCost: boolean;
  readonly #front: Front;
  #read: { readonly parsed: ParsedRequestBody; readonly chat: ChatView } | undefined;

  constructor(parsed: ParsedRequestBody, chat: ChatView, front: Front, asksCost = false) {
    this.bytes = parsed.bytes;
    this.asksCost = asksCost;
    this.#front = front;
    this.#read = { parsed, chat };
  }

  get chat(): ChatView {
    return this.#known.chat;
  }

  /** Lets the body go, for everybody who holds it: nobody may read it any more, neither its bytes nor what they say. */
  release(): void {
    this.bytes.release();
    this.#read = undefined;
  }

  get #known() {
    if (this.#read === undefined) throw new Error("invariant: a body that was let go is not read");
    return this.#read;
  }

  get operation(): Operation {
    return this.#front.operation;
  }

  bodyFor(upstreamModel: string, changes?: BodyChanges): BufferList {
    return withModel(this.bytes, this.#known.parsed.places, upstreamModel, changes);
  }

  chatBodyFor(server: PlainServer, warn: (sentence: string) => void): BufferList {
    if (this.operation === "chat") return this.bodyFor(server.model);
    return BufferList.ofJson(plainBodyFor(this.chat.plainBody, server, warn));
  }

  inClientsWords(sentence: string): string {
    return inNames(this.#front.names, sentence);
  }

  /** Undefined for several answers, and when only a provider that has the API itself could go on. */
  restAfter(text: string): AskedRequest | undefined {
    const { chat } = this;
    if (answersAsked(chat.body) > 1) return undefined;
    const { json } = this.#known.parsed;
    const tokens = json["echo"] === true ? 0 : measureText(text).estimate; // the echo of the prompt takes nothing of the limit
    const whole = this.#front.rest(json, text);
    const own = whole === undefined ? undefined : withFewerTokens(whole, tokens);
    if (own === undefined && chat.unseen?.needsNative !== undefined) return undefined;
    const isOnly = own === undefined || chat.isOnly === true;
    const restOf = (one: Json) => withRest(withFewerTokens(one, tokens), text);
    const rest = { ...chat, body: restOf(chat.body), plainBody: restOf(chat.plainBody), isOnly };
    return new RestOfAnswer(this, rest, own);
  }
}

/** A request for the rest of an answer. */
class RestOfAnswer implements AskedRequest {
  readonly chat: ChatView;
  readonly #whole: ReceivedBody;
  /** In the client's own API; undefined: it cannot say that. */
  readonly #own: Json | undefined;

  constructor(whole: ReceivedBody, chat: ChatView, own: Json | undefined) {
    this.chat = chat;
    this.#whole = whole;
    this.#own = own === undefined ? undefined : withoutRoutingFields(own);
  }

  get operation(): Operation {
    return this.#whole.operation;
  }

  bodyFor(upstreamModel: string, changes?: BodyChanges): BufferList {
    const own = this.#own ?? withoutRoutingFields(this.chat.plainBody);
    const bytes = BufferList.ofJson(own);
    const scan = scanBody(Buffer.concat(bytes.pieces));
    if (scan.kind !== "object") throw new Error("invariant: a body that was written here is an object");
    return withModel(bytes, scan, upstreamModel, changes);
  }

  chatBodyFor(server: PlainServer, warn: (sentence: string) => void): BufferList {
    if (this.operation === "chat") return this.bodyFor(server.model);
    return BufferList.ofJson(plainBodyFor(this.chat.plainBody, server, warn));
  }

  inClientsWords(sentence: string): string {
    return this.#whole.inClientsWords(sentence);
  }

  restAfter(text: string): AskedRequest | undefined {
    return this.#whole.restAfter(text);
  }
}

/** One token is left at least: then the provider that goes on says that the limit is reached. */
function withFewerTokens(body: Json, tokens: number): Json {
  const lowered = outputLimits.flatMap((name) => {
    const limit = body[name];
    return typeof limit === "number" ? [[name, Math.max(1, limit - tokens)] as const] : [];
  });
  return lowered.length === 0 ? body : { ...body, ...Object.fromEntries(lowered) };
}

/** @returns the body, or the error to answer with. */
export function understandBody(bytes: BufferList, front: Front, hints: MetadataNames): ReceivedBody | ApiError {
  const parsed = parseRequestBody(bytes);
  return "code" in parsed ? parsed : understandParsed(parsed, front, hints);
}

/**
 * @param hints what of its metadata is said to this server.
 * @returns the body, or the error to answer with.
 */
export function understandParsed(
  parsed: ParsedRequestBody,
  front: Front,
  hints: MetadataNames,
): ReceivedBody | ApiError {
  const isRouted = hasRoutingFields(parsed.json);
  const hasStreamOptions = front.operation === "chat" || front.operation === "completions";
  const json = isRouted && hasStreamOptions ? withUsageAsked(parsed.json) : parsed.json;
  const read = front.readChat(json);
  if ("code" in read) return read;
  const unhinted = withoutMetadataHints(json, hints);
  const own = front.withoutOurs?.(unhinted);
  if (!isRouted && unhinted === json && own === undefined) return new ReceivedBody(parsed, read, front);
  const plain = unhinted === json ? read : front.readChat(unhinted);
  if ("code" in plain) return plain;
  const chat = { ...plain, passedWarnings: own?.warnings ?? [], body: read.body }; // by which facts are read
  // Providers refuse fields they do not know: only then is a body written anew.
  const sent = parseRequestBody(BufferList.ofJson(withoutRoutingFields(own?.body ?? unhinted)));
  return "code" in sent ? sent : new ReceivedBody(sent, chat, front, asksCost(parsed.json));
}
