import type { DecisionRecord } from "../../../engine/serving.js";
import { dataOf } from "../../dispatch/sse-splitter.js";
import { isObject, type Json, objectsOf, parseJsonObject, textOf } from "../../providers/chat/json.js";
import type { ApiError } from "../api-error.js";
import { chatFront } from "./chat-front.js";
import type { ChatView, Front, FrontStream } from "./front.js";

/** What OpenAI's API assumes. */
const DEFAULT_MAX_TOKENS = 16;

/** What only a text completion has, and a chat completion cannot say. */
const own = ["prompt", "suffix", "echo", "best_of", "logprobs"] as const;

/**
 * OpenAI's legacy text completions (https://platform.openai.com/docs/api-reference/completions, read 2026-11-25). Servers
 * that have them get them; to all others the prompt is a message of the user.
 */
export const completionsFront: Front = {
  ...chatFront,
  operation: "completions",
  names: { messages: "prompt" },
  readChat,
  answer: (chat) => Buffer.from(JSON.stringify(toText(parseJsonObject(chat.toString("utf8")) ?? {}, "message"))),
  rest,
  stream: (isNative, about) => new TextStream(isNative, chatFront.stream(isNative, about)),
};

function readChat(body: Json): ChatView | ApiError {
  const prompt = Array.isArray(body["prompt"]) && body["prompt"].length === 1 ? body["prompt"][0] : body["prompt"];
  if (typeof prompt !== "string") {
    const message = "prompt: it takes one text; send several prompts, or tokens, as requests of their own";
    return { status: 400, type: "invalid_request_error", code: "invalid_request", message, param: "prompt" };
  }
  const rest = Object.fromEntries(Object.entries(body).filter(([name]) => !(own as readonly string[]).includes(name)));
  const hasLimit = rest["max_tokens"] !== undefined && rest["max_tokens"] !== null;
  const chat = {
    ...rest,
    ...(hasLimit ? {} : { max_tokens: DEFAULT_MAX_TOKENS }),
    messages: [{ role: "user", content: prompt }],
  };
  const left = own.filter(
    (name) => name !== "prompt" && body[name] !== undefined && body[name] !== null && body[name] !== false,
  );
  return {
    body: chat,
    plainBody: chat,
    ...(hasLimit ? {} : { assumed: ["max_tokens"] }),
    warnings: [
      "prompt: sent as a message of the user",
      ...left.map((name) => `${name}: left out, a chat completion has no way to say it`),
    ],
  };
}

/** A model that completes text goes on by itself where the prompt ends with what it has said. */
function rest(body: Json, text: string): Json | undefined {
  const [prompt] = [body["prompt"]].flat();
  const isPlain = typeof prompt === "string" && (body["echo"] ?? false) === false && (body["suffix"] ?? "") === "";
  return isPlain ? { ...body, prompt: prompt + text } : undefined;
}

function toText(chat: Json, holder: "message" | "delta"): Json {
  return {
    ...chat,
    object: "text_completion",
    choices: objectsOf(chat["choices"]).map((choice) => ({
      text: isObject(choice[holder]) ? (textOf(choice[holder]["content"]) ?? "") : "",
      index: choice["index"],
      logprobs: null,
      finish_reason: choice["finish_reason"] ?? null,
    })),
  };
}

class TextStream implements FrontStream {
  readonly #chat: FrontStream;
  #isNative: boolean;

  constructor(isNative: boolean, chat: FrontStream) {
    this.#isNative = isNative;
    this.#chat = chat;
  }

  write(event: Buffer): Buffer {
    this.#chat.write(event);
    if (this.#isNative) return event;
    const chunk = parseJsonObject(dataOf(event) ?? "");
    return chunk === undefined ? event : Buffer.from(`data: ${JSON.stringify(toText(chunk, "delta"))}\n\n`);
  }

  goOn(isNative: boolean): void {
    this.#isNative = isNative;
  }

  end(record: DecisionRecord | undefined, last: Buffer | undefined): string {
    return this.#chat.end(record, last);
  }

  cut(error: ApiError, decision: string | undefined, record: DecisionRecord | undefined): string {
    return this.#chat.cut(error, decision, record);
  }
}
