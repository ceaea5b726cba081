import type { StreamSink } from "./attempt-result.js";
import { choicesOf, parseJsonObject } from "./read-answer.js";
import { dataOf } from "./sse-splitter.js";

type Json = Readonly<Record<string, unknown>>;

/** What the next candidate is told, behind the text that has come. Trailing assistant messages alone are refused by some providers. */
const GO_ON =
  "Your answer above was interrupted. Go on exactly where it stops, in the middle of the word if need be. Repeat nothing, and say nothing about the interruption.";

/** The text of a stream while it goes to the client, so that another candidate can go on with it. */
export class StreamedText {
  #text = "";
  #isText = true;
  #hasBegun = false;
  #hasEnded = false;

  /** What has come; undefined when it cannot be gone on with: tool calls, several choices, or an answer that has ended. */
  get unfinished(): string | undefined {
    return this.#isText && !this.#hasEnded && this.#text !== "" ? this.#text : undefined;
  }

  /** A sink that notes what goes through it. Its head goes out once, however many candidates write to it. */
  through(sink: StreamSink): StreamSink {
    return {
      begin: (planned) => {
        if (this.#hasBegun) return;
        this.#hasBegun = true;
        sink.begin(planned);
      },
      write: (events) => {
        for (const event of events) this.#note(event);
        return sink.write(events);
      },
      onceDrained: (callback) => sink.onceDrained(callback),
    };
  }

  #note(event: Buffer): void {
    const chunk = parseJsonObject(dataOf(event) ?? "");
    for (const { index, delta, finish_reason: reason } of chunk === undefined ? [] : choicesOf(chunk)) {
      if (typeof reason === "string") this.#hasEnded = true;
      for (const [name, value] of Object.entries((delta ?? {}) as Json)) {
        if (name === "content" && typeof value === "string") this.#text += value;
        else if (name !== "role" && value !== null && value !== "") this.#isText = false;
      }
      if (index !== undefined && index !== 0) this.#isText = false;
    }
  }
}

/** The request for the rest of an answer: what has come as the assistant's, and the word to go on. */
export function bodyToContinue(body: Json, text: string): Json {
  const messages = Array.isArray(body["messages"]) ? (body["messages"] as readonly unknown[]) : [];
  return {
    ...body,
    messages: [...messages, { role: "assistant", content: text }, { role: "user", content: GO_ON }],
  };
}
