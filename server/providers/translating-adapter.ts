import { randomUUID } from "node:crypto";
import { BufferList } from "../json/buffer-list.js";
import { isObject, type Json } from "../json/json.js";
import { listEntry } from "../json/late-text.js";
import type { ChatCompletion } from "./chat/chat-answer.js";
import { type ChatRequest, RefusedRequest } from "./chat/chat-request.js";
import { ignoredParameters, refusedParameter } from "./chat/parameters.js";
import { readChatRequest } from "./chat/read-chat-request.js";
import { routingFieldNames } from "./chat/routing-field-names.js";
import type { AnswerContext, EmbeddingsTranslator, TranslatedRequest, Translator } from "./chat/translator.js";
import type { HttpCalls } from "./http-calls.js";
import { embeddingsPassThrough } from "./openai-embeddings.js";
import type { Operation } from "./operation.js";
import type { PassThrough } from "./pass-through.js";
import { PassedAnswer, passThroughOf } from "./passed-answer.js";
import type { ProviderAdapter, UpstreamCall, UpstreamExchange, UpstreamHandler } from "./provider-adapter.js";
import { providerTargets } from "./provider-target.js";
import { TranslatedAnswer } from "./translated-answer.js";

const ours: ReadonlySet<string> = new Set(routingFieldNames);

/** How an answer is wanted that is no chat completion. */
const plain = { usesLegacyFunctions: false, includeUsage: true } as const;

/** A provider whose format is not OpenAI's: requests and answers are translated on the way. */
export function createTranslatingAdapter(
  translator: Translator,
  environment: NodeJS.ProcessEnv,
  http: HttpCalls,
): ProviderAdapter {
  const targetOf = providerTargets(environment, translator.headers);
  const send = (
    call: UpstreamCall,
    operation: string,
    body: BufferList,
    handler: UpstreamHandler,
  ): UpstreamExchange => {
    const { origin, pathOf, headers } = targetOf(call.provider, call.endpoint);
    const accept = call.stream ? "text/event-stream" : "application/json";
    const all = { ...headers, accept, ...call.headers };
    return http.send(
      { origin, path: pathOf(operation), body, headers: all, connectTimeoutMs: call.connectTimeoutMs },
      handler,
    );
  };
  const pass = (path: string, call: UpstreamCall, handler: UpstreamHandler): UpstreamExchange => {
    const errors = new TranslatedAnswer(translator, plain, contextOf(call), false, handler);
    return send(call, path, call.body, new PassedAnswer(handler, errors));
  };
  const embed = (through: EmbeddingsTranslator, call: UpstreamCall, handler: UpstreamHandler): UpstreamExchange => {
    const { asked, endpoint } = call;
    const { path, body, warnings } = through.request(asked.chat.body, endpoint);
    for (const warning of warnings) call.warn(warning);
    const answers = {
      ...translator,
      answer: (whole: Json) => through.answer(whole, asked.chat.body, endpoint) as unknown as ChatCompletion,
    };
    const answer = new TranslatedAnswer(answers, plain, contextOf(call), false, handler);
    return send(call, path, BufferList.ofJson(body), answer);
  };
  const { native, embeddings } = translator;
  const passes = new Map(
    [...(native ?? [])].map(([operation, { path: _, ...own }]): [Operation, PassThrough] => [
      operation,
      { ...passThroughOf(translator), ...own },
    ]),
  );
  if (embeddings !== undefined) passes.set("embeddings", embeddingsPassThrough);
  return {
    passes: () => passes,
    takesChat: true,
    unable(body, endpoint, operation) {
      if (operation === "embeddings") return embeddings?.unable(body);
      if (native?.has(operation) === true) return undefined;
      if (!asksForMuch(body, translator)) return undefined;
      const request = requestOf(body);
      // What is no chat completion at all is answered when it is sent: every provider refuses it.
      return request instanceof RefusedRequest ? request.unable : translator.unable(request, endpoint);
    },
    ignores: (body) => ignoredParameters(body, translator.parameters, ours),
    call(call, handler) {
      if (call.operation === "embeddings" && embeddings !== undefined) return embed(embeddings, call, handler);
      const own = native?.get(call.operation);
      if (own !== undefined) return pass(own.path, call, handler);
      const request = requestOf(call.asked.chat.body);
      if (request instanceof RefusedRequest) return refuse(request, handler);
      const translated = refusalAsValue(() => translator.request(request, call.endpoint, call.stream));
      if (translated instanceof RefusedRequest) return refuse(translated, handler);
      for (const sentence of request.leftOut) call.warn(sentence);
      warn(call, translated, translator);
      const body = BufferList.ofJson(translated.body);
      return send(
        call,
        translated.path,
        body,
        new TranslatedAnswer(translator, request, contextOf(call), call.stream, handler),
      );
    },
    check(provider, endpoint, path, timeoutMs) {
      const { origin, pathOf, headers } = targetOf(provider, endpoint);
      return http.check({ origin, path: pathOf(path), headers }, timeoutMs);
    },
    close: () => http.close(),
  };
}

/** A body is read once for all formats and endpoints that are asked about it. */
const read = new WeakMap<Json, ChatRequest | RefusedRequest>();

function requestOf(body: Json): ChatRequest | RefusedRequest {
  const request = read.get(body) ?? refusalAsValue(() => readChatRequest(body));
  read.set(body, request);
  return request;
}

/** What may not go together, or not with every model. */
const forcing = ["tool_choice", "function_call", "response_format"] as const;

/** Whether a request holds anything that a format cannot do: most do not, and need not be read before a provider is chosen. */
function asksForMuch(body: Json, { parameters }: Translator): boolean {
  const { messages, tools } = body;
  return (
    forcing.some((name) => body[name] !== undefined) ||
    refusedParameter(body, parameters) !== undefined ||
    (Array.isArray(tools) &&
      tools.some((tool) => isObject(tool) && tool["type"] !== undefined && tool["type"] !== "function")) ||
    (Array.isArray(messages) && messages.some((message) => listEntry(message, "content").some(isUncommon)))
  );
}

const common: ReadonlySet<unknown> = new Set(["text", "image_url", "refusal"]);

function isUncommon(part: unknown): boolean {
  return isObject(part) && !common.has(part["type"]);
}

function contextOf({ endpoint }: UpstreamCall): AnswerContext {
  return {
    created: Math.floor(Date.now() / 1_000),
    newId: (prefix) => `${prefix}${randomUUID().replaceAll("-", "")}`,
    model: endpoint.upstreamModel,
  };
}

function warn({ asked, warn }: UpstreamCall, { warnings }: TranslatedRequest, translator: Translator): void {
  for (const warning of warnings) warn(warning);
  const ignored = ignoredParameters(asked.chat.body, translator.parameters, ours);
  if (ignored.length > 0) warn(`${ignored.join(", ")}: left out, its format has no way to say it`);
}

/** Answers for the provider, which would refuse it too. */
function refuse({ refusal }: RefusedRequest, handler: UpstreamHandler): UpstreamExchange {
  const error = {
    message: refusal.message,
    type: "invalid_request_error",
    code: "invalid_request",
    param: refusal.param,
  };
  let isAborted = false;
  queueMicrotask(() => {
    if (isAborted) return;
    handler.onStart(400, { "content-type": "application/json" });
    handler.onData(Buffer.from(JSON.stringify({ error })));
    handler.onEnd();
  });
  return {
    isSent: false,
    pause() {},
    resume() {},
    abort() {
      isAborted = true;
    },
  };
}

function refusalAsValue<T>(work: () => T): T | RefusedRequest {
  try {
    return work();
  } catch (error) {
    if (error instanceof RefusedRequest) return error;
    throw error;
  }
}
