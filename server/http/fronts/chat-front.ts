import type { DecisionRecord } from "../../../engine/serving.js";
import { parseJsonObject } from "../../dispatch/read-answer.js";
import { dataOf } from "../../dispatch/sse-splitter.js";
import { errorBody } from "../api-error.js";
import { routeChunk } from "../explained-answer.js";
import type { Front, FrontStream, StreamAbout } from "./front.js";

const COLON = 0x3a;

/** OpenAI's chat completions: the form that everything else is translated from and to. */
export const chatFront: Front = {
  operation: "chat",
  readChat: (body) => ({ body, plainBody: body, warnings: [] }),
  operationHeaders: () => undefined,
  answer: (chat) => chat,
  stream: (_, about) => new ChatStream(about),
  errorBody,
  providerError: (body) => body,
};

class ChatStream implements FrontStream {
  readonly #about: StreamAbout;
  /** The last event; what it says of the stream is read when it is needed. */
  #last: Buffer | undefined;

  constructor(about: StreamAbout) {
    this.#about = about;
  }

  write(event: Buffer): Buffer {
    if (event[0] !== COLON) this.#last = event; // a comment says nothing
    return event;
  }

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
  #seen(): StreamAbout {
    const chunk = this.#last === undefined ? undefined : parseJsonObject(dataOf(this.#last) ?? "");
    const { id, created, model } = chunk ?? {};
    return {
      id: typeof id === "string" && id !== "" ? id : this.#about.id,
      created: typeof created === "number" ? created : this.#about.created,
      model: typeof model === "string" && model !== "" ? model : this.#about.model,
    };
  }
}
