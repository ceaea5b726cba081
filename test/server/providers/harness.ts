import { compilePolicy, type Endpoint } from "../../../engine/index.js";
import type { Json } from "../../../server/json/json.js";
import type { ChatRequest } from "../../../server/providers/chat/chat-request.js";
import { readChatRequest } from "../../../server/providers/chat/read-chat-request.js";
import type { AnswerContext, Translator } from "../../../server/providers/chat/translator.js";
import type { UpstreamHandler } from "../../../server/providers/provider-adapter.js";
import { TranslatedAnswer } from "../../../server/providers/translated-answer.js";

/** An answer in wire form, whole and as the events of a stream that says the same. */
export interface WireAnswer {
  readonly name: string;
  /** Where the form is described, and the day it was read. */
  readonly source: string;
  readonly whole: object;
  readonly events: readonly object[];
}

export const question: Json = { model: "auto", messages: [{ role: "user", content: "hi" }] };

/** A context that gives ids in order, for each prefix. */
export function testContext(): AnswerContext {
  const given = new Map<string, number>();
  const newId = (prefix: string) => {
    const number = (given.get(prefix) ?? 0) + 1;
    given.set(prefix, number);
    return `${prefix}${number}`;
  };
  return { created: 1_700_000_000, newId, model: "the-model" };
}

export function endpointOf(upstreamModel: string, fields: Partial<Endpoint> = {}): Endpoint {
  const { value } = compilePolicy([
    { name: "policy.yaml", text: "kind: policy\nname: test\nrules: []\ndefault: { route: { to: [requested] } }\n" },
    {
      name: "catalog.yaml",
      text: `kind: catalog
providers: { p: { format: openai, base_url: "http://127.0.0.1:1/v1" } }
models: { acme/m: { context_window: 100k, endpoints: [{ provider: p, model: ${JSON.stringify(upstreamModel)} }] } }`,
    },
  ]);
  const endpoint = value?.set.catalog.models[0]?.endpoints[0];
  if (endpoint === undefined) throw new Error("no endpoint");
  return { ...endpoint, ...fields };
}

/** Translates a request and gives what is sent, with the warnings. */
export function translate(translator: Translator, body: object, upstreamModel: string, fields: Partial<Endpoint> = {}) {
  const request: ChatRequest = readChatRequest({ ...question, ...body });
  const { body: sent, warnings, path } = translator.request(request, endpointOf(upstreamModel, fields), false);
  return { sent: sent as Record<string, never>, warnings, path };
}

/** What the dispatcher gets to see of an answer. */
export class Received implements UpstreamHandler {
  status: number | undefined;
  headers: Readonly<Record<string, unknown>> = {};
  text = "";
  hasEnded = false;
  failure: unknown;
  onStart(status: number, headers: Readonly<Record<string, unknown>>) {
    this.status = status;
    this.headers = headers;
  }
  onData(chunk: Buffer) {
    this.text += chunk.toString("utf8");
  }
  onEnd() {
    this.hasEnded = true;
  }
  onFailure(error: unknown) {
    this.failure = error;
  }
}

export interface AnswerBytes {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly isStream?: boolean;
  readonly body?: object;
  /** The pieces in which they come. */
  readonly pieces: readonly Buffer[];
}

/** Hands an answer in, piece by piece. */
export function receive(translator: Translator, answer: AnswerBytes): Received {
  const { status = 200, isStream = true, pieces } = answer;
  const headers = answer.headers ?? { "content-type": isStream ? "text/event-stream" : "application/json" };
  const received = new Received();
  const request = readChatRequest({ ...question, ...answer.body });
  const translated = new TranslatedAnswer(translator, request, testContext(), isStream, received);
  translated.onStart(status, headers);
  for (const piece of pieces) translated.onData(piece);
  translated.onEnd();
  return received;
}

export function receiveWhole(translator: Translator, whole: object, body: object = {}): Received {
  return receive(translator, { isStream: false, body, pieces: [Buffer.from(JSON.stringify(whole))] });
}

/** The bytes of a stream, as Anthropic (with names) and Gemini (without) write them. */
export function streamBytes(events: readonly object[], lineEnd = "\n"): Buffer {
  const texts = events.map((event) => {
    const { type } = event as { type?: string };
    const name = type === undefined ? "" : `event: ${type}${lineEnd}`;
    return `${name}data: ${JSON.stringify(event)}${lineEnd}${lineEnd}`;
  });
  return Buffer.from(texts.join(""));
}

export function chunksOf(text: string): readonly Json[] {
  return text
    .split("\n\n")
    .filter((part) => part.startsWith("data: ") && part !== "data: [DONE]")
    .map((part) => JSON.parse(part.slice(6)) as Json);
}

type Loose = Record<string, never> & Record<string, unknown>;

/** Puts a chat completion together from its chunks, as clients do. */
export function reassemble(text: string): object {
  const chunks = chunksOf(text) as readonly Loose[];
  const choices = new Map<unknown, Loose>();
  let usage: unknown;
  let serviceTier: unknown;
  for (const chunk of chunks) {
    usage = chunk["usage"] ?? usage;
    serviceTier = chunk["service_tier"] ?? serviceTier;
    for (const choice of chunk["choices"] as unknown as Loose[]) addChoice(choices, choice);
  }
  const [first] = chunks;
  return {
    id: first?.["id"],
    object: "chat.completion",
    created: first?.["created"],
    model: first?.["model"],
    system_fingerprint: "",
    choices: [...choices.values()],
    ...(usage === undefined ? {} : { usage }),
    ...(serviceTier === undefined ? {} : { service_tier: serviceTier }),
  };
}

function addChoice(
  choices: Map<unknown, Loose>,
  { index, delta, logprobs, finish_reason, native_finish_reason }: Loose,
) {
  const choice = (choices.get(index) ?? {
    index,
    message: { role: "assistant", content: null, refusal: null },
    logprobs: null,
  }) as unknown as { message: Record<string, unknown>; logprobs: { content: unknown[] } | null };
  choices.set(index, choice as unknown as Loose);
  const { message } = choice;
  const { tool_calls: calls, function_call: called, ...rest } = delta as unknown as Record<string, unknown>;
  for (const [key, value] of Object.entries(rest)) {
    const before = message[key];
    if (key === "role") continue;
    if (typeof value === "string") message[key] = `${before ?? ""}${value}`;
    else if (Array.isArray(value)) message[key] = [...((before as unknown[]) ?? []), ...value];
    else message[key] = value;
  }
  if (called !== undefined) message["function_call"] = addCall(message["function_call"], called);
  for (const { index: at, ...call } of (calls ?? []) as { index: number; function: object }[]) {
    message["tool_calls"] ??= [];
    const list = message["tool_calls"] as Record<string, unknown>[];
    const before = list[at];
    list[at] = { ...before, ...call, function: addCall(before?.["function"], call.function) };
  }
  const given = logprobs as unknown as { content: unknown[] } | null;
  if (given !== null) {
    choice.logprobs =
      choice.logprobs === null ? given : { ...given, content: [...choice.logprobs.content, ...given.content] };
  }
  if (finish_reason !== null) Object.assign(choice, { finish_reason });
  if (native_finish_reason !== undefined) Object.assign(choice, { native_finish_reason });
  if (
    finish_reason !== null &&
    message["content"] === null &&
    calls === undefined &&
    message["tool_calls"] === undefined
  ) {
    if (message["function_call"] === undefined) message["content"] = ""; // a whole answer without any text has an empty one
  }
}

function addCall(before: unknown, call: unknown): object {
  const known = (before ?? {}) as { arguments?: string };
  const more = call as { arguments: string };
  return { ...known, ...more, arguments: `${known.arguments ?? ""}${more.arguments}` };
}
