import type { DecisionRecord } from "../../../engine/serving.js";
import { dataOf } from "../../dispatch/answers/sse-splitter.js";
import { type Json, parseJsonObject } from "../../json/json.js";
import { errorBody } from "../errors/api-error.js";
import { routeChunk } from "./explained-answer.js";
import type { AnswerAbout, Front, FrontStream } from "./front.js";

const COLON = 0x3a;

/** OpenAI's chat completions: the form that everything else is translated from and to. */
export const chatFront: Front = {
  operation: "chat",
  readChat: (body) => ({ body, plainBody: body, warnings: [] }),
  operationHeaders: () => undefined,
  answer: (chat) => chat,
  rest: withRest,
  stream: (_, about) => new ChatStream(about),
  errorBody,
  providerError: (body) => body,
};

/** What the next candidate is told, behind the text that has come. Trailing assistant messages alone are refused by some providers. */
const GO_ON =
  "Your answer above was interrupted. Go on exactly where it stops, in the middle of the word if need be. Repeat nothing, and say nothing about the interruption.";

/** A chat completion for the rest of an answer: what has come as the assistant's, and the word to go on. */
export function withRest(body: Json, text: string): Json {
  const messages = Array.isArray(body["messages"]) ? (body["messages"] as readonly unknown[]) : [];
  return { ...body, messages: [...messages, { role: "assistant", content: text }, { role: "user", content: GO_ON }] };
}

class ChatStream implements FrontStream {
  readonly #about: AnswerAbout;
  /** The last event; what it says of the stream is read when it is needed. */
  #last: Buffer | undefined;

  constructor(about: AnswerAbout) {
    this.#about = about;
  }

  write(event: Buffer): Buffer {
    if (event[0] !== COLON) this.#last = event; // a comment says nothing
    return event;
  }

  goOn(): void {}

  end(record: DecisionRecord | undefined): string {
    return `${record === undefined ? "" : routeChunk(record, this.#seen())}data: [DONE]\n\n`;
  }

  /** An error event with `finish_reason: "error"`, and no `[DONE]`. */
  cut(
    error: Parameters<typeof errorBody>[0],
    decision: string | undefined,
    record: DecisionRecord | undefined,
  ): string {
    const about = this.#seen();
    const chunk = {
      id: about.id,
      object: "chat.completion.chunk",
      created: about.created,
      model: about.model,
      choices: [{ index: 0, delta: {}, finish_reason: "error" }],
      ...errorBody(error, decision),
    };
    return `${record === undefined ? "" : routeChunk(record, about)}data: ${JSON.stringify(chunk)}\n\n`;
  }

  /** What the stream's own chunks say of it, as far as they do. */
  #seen(): AnswerAbout {
    const chunk = this.#last === undefined ? undefined : parseJsonObject(dataOf(this.#last) ?? "");
    const { id, created, model } = chunk ?? {};
    return {
      id: typeof id === "string" && id !== "" ? id : this.#about.id,
      created: typeof created === "number" ? created : this.#about.created,
      model: typeof model === "string" && model !== "" ? model : this.#about.model,
    };
  }
}
