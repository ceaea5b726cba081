import type { DecisionRecord } from "../../../engine/index.js";
import { errorBody } from "../api-error.js";
import { routeChunk } from "../explained-answer.js";
import type { Front, FrontStream, StreamAbout } from "./front.js";

/** OpenAI's chat completions: the form that everything else is translated from and to. */
export const chatFront: Front = {
  operation: "chat",
  readChat: (body) => ({ body, plainBody: body, warnings: [] }),
  operationHeaders: () => ({}),
  answer: (chat) => chat,
  stream: (_, about) => new ChatStream(about),
  errorBody,
  providerError: (body) => body,
};

class ChatStream implements FrontStream {
  readonly #about: StreamAbout;

  constructor(about: StreamAbout) {
    this.#about = about;
  }

  write(event: Buffer): Buffer {
    return event;
  }

  end(record: DecisionRecord | undefined): string {
    return `${record === undefined ? "" : routeChunk(record)}data: [DONE]\n\n`;
  }

  /** An error event with `finish_reason: "error"`, and no `[DONE]`. */
  cut(
    error: Parameters<typeof errorBody>[0],
    decision: string | undefined,
    record: DecisionRecord | undefined,
  ): string {
    const { created, model } = this.#about;
    const chunk = {
      id: decision ?? "",
      object: "chat.completion.chunk",
      created,
      model,
      choices: [{ index: 0, delta: {}, finish_reason: "error" }],
      ...errorBody(error, decision),
    };
    return `${record === undefined ? "" : routeChunk(record)}data: ${JSON.stringify(chunk)}\n\n`;
  }
}
