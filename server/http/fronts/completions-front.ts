import type { DecisionRecord } from "../../../engine/serving.js";
import { dataOf } from "../../dispatch/answers/sse-splitter.js";
import { isObject, type Json, objectsOf, parseJsonObject, textOf } from "../../json/json.js";
import { answersAsked } from "../../providers/chat/answers-asked.js";
import { estimateBySample } from "../../tokens/coarse-bounds.js";
import type { ApiError } from "../errors/api-error.js";
import { chatFront } from "./chat-front.js";
import type { ChatView, Front, FrontStream, Unseen } from "./front.js";
import { type Inputs, readInputs } from "./inputs.js";

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
  const prompts = readInputs(body["prompt"], "prompt");
  if ("code" in prompts) return prompts;
  const { texts, asTokens } = prompts;
  const count = texts.length + asTokens;
  const rest = Object.fromEntries(Object.entries(body).filter(([name]) => !(own as readonly string[]).includes(name)));
  const hasLimit = rest["max_tokens"] !== undefined && rest["max_tokens"] !== null;
  const chat = {
    ...rest,
    ...(hasLimit ? {} : { max_tokens: DEFAULT_MAX_TOKENS }),
    ...(count > 1 ? { n: count * answersAsked(body) } : {}),
    messages: texts.map((content) => ({ role: "user", content })),
  };
  // Of what is left out of a chat completion, `best_of` alone makes answers that are paid for.
  const { best_of: bestOf = null } = body;
  const asked = count > 1 || bestOf === null ? chat : { ...chat, best_of: bestOf };
  const left = own.filter(
    (name) =>
      name !== "prompt" &&
      name !== "best_of" &&
      body[name] !== undefined &&
      body[name] !== null &&
      body[name] !== false,
  );
  return {
    body: asked,
    plainBody: chat,
    warnings: [
      "prompt: sent as a message of the user",
      ...left.map((name) => `${name}: left out, a chat completion has no way to say it`),
    ],
    unseen: {
      ...unseenOf(prompts, textOf(body["suffix"])),
      assumed: hasLimit ? [] : ["max_tokens"],
      needsNative: asTokens > 0 ? "has a prompt in tokens" : count > 1 ? "has several prompts" : undefined,
    },
  };
}

/** What stands behind each prompt is read with it. */
function unseenOf({ texts, asTokens, tokens, largest }: Inputs, suffix = ""): Unseen {
  if (suffix === "") return { tokens, largestPrompt: largest };
  const each = estimateBySample([suffix]);
  return {
    tokens: tokens + (texts.length + asTokens - 1) * each,
    largestPrompt: largest === undefined ? undefined : largest + each,
    prompt: { texts: [suffix], fixedTokens: 0 },
  };
}

/** A model that completes text goes on by itself where the prompt ends with what it has said. */
function rest(body: Json, text: string): Json | undefined {
  const [prompt] = [body["prompt"]].flat();
  // Several prompts are several choices, which are not gone on with.
  const isPlain = typeof prompt === "string" && (body["echo"] ?? false) === false && (body["suffix"] ?? "") === "";
  if (!isPlain) return undefined;
  return { ...body, prompt: prompt + text, max_tokens: body["max_tokens"] ?? DEFAULT_MAX_TOKENS };
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
