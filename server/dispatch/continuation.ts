import type { PlannedAttempt } from "../../engine/serving.js";
import { type Json, parseJsonObject } from "../json/json.js";
import type { TextIn } from "../providers/text-in.js";
import type { ClientSink, StreamSink } from "./answers/attempt-result.js";
import { choicesOf, endOf } from "./answers/read-answer.js";
import { dataOf } from "./answers/sse-splitter.js";

/** How the stream of a candidate is read. */
export interface StreamForm {
  /** The events are in the client's own API. */
  readonly isNative: boolean;
  readonly textIn: TextIn;
}

/** The text of a stream while it goes to the client, so that another candidate can go on with it. */
export class StreamedText {
  #textIn: TextIn = textInChunk;
  #text = "";
  #isText = true;
  #hasBegun = false;

  /** What has come; undefined when it cannot be gone on with: it is not one text, or has ended. */
  get unfinished(): string | undefined {
    return this.#isText && this.#text !== "" ? this.#text : undefined;
  }

  /** A sink that notes what goes through it. Its head goes out once, however many candidates write to it. */
  through(sink: ClientSink, formOf: (planned: PlannedAttempt) => StreamForm): StreamSink {
    return {
      begin: (planned) => {
        const { isNative, textIn } = formOf(planned);
        this.#textIn = textIn;
        if (this.#hasBegun) sink.goOn(isNative, this.#text);
        else sink.begin(planned);
        this.#hasBegun = true;
      },
      write: (events) => {
        for (const event of events) this.#note(event);
        return sink.write(events);
      },
      onceDrained: (callback) => sink.onceDrained(callback),
    };
  }

  #note(event: Buffer): void {
    const data = parseJsonObject(dataOf(event) ?? "");
    const text = data === undefined ? "" : this.#textIn(data);
    if (text === undefined) this.#isText = false;
    else this.#text += text;
  }
}

/** Of a chat completion, or a text completion: anything but text, a second choice and a `finish_reason` are something else. */
export function textInChunk(chunk: Json): string | undefined {
  let text = "";
  for (const choice of choicesOf(chunk)) {
    const { index, delta, text: own } = choice;
    if (endOf(choice) !== undefined || (index !== undefined && index !== 0)) return undefined;
    if (typeof own === "string") text += own;
    for (const [name, value] of Object.entries((delta ?? {}) as Json)) {
      if (name === "content" && typeof value === "string") text += value;
      else if (name !== "role" && value !== null && value !== "") return undefined;
    }
  }
  return text;
}
