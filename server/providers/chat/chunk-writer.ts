import { defined, type Json } from "../../json/json.js";
import type { ChatChunk, ChatUsage, ChunkChoice, Delta, FinishReason } from "./chat-answer.js";
import type { StreamOutput } from "./translator.js";

const OBJECT = "chat.completion.chunk";

/** Writes the chunks of one answer: each carries the answer's id, time and model. */
export class ChunkWriter {
  readonly #created: number;
  #id: string;
  #model: string;
  /** How the chunk of a text begins, each byte a character. */
  #textHead: string | undefined;

  constructor(id: string, created: number, model: string) {
    this.#id = id;
    this.#created = created;
    this.#model = model;
  }

  /** The provider says its own id and model with the first event. */
  name(id: string | undefined, model: string | undefined): void {
    this.#id = id ?? this.#id;
    this.#model = model ?? this.#model;
    this.#textHead = undefined;
  }

  delta(index: number, delta: Delta, logprobs: Json | null = null): StreamOutput {
    return this.#chunk([{ index, delta, logprobs, finish_reason: null }]);
  }

  /**
   * The same as an event, of a delta that is text.
   * @param text as it stands in JSON between its quotes, each byte a character.
   */
  textEvent(text: string): string {
    this.#textHead ??= Buffer.from(
      `data: ${JSON.stringify({ id: this.#id, object: OBJECT, created: this.#created, model: this.#model })}`,
    )
      .toString("latin1")
      .replace(/\}$/, ',"choices":[{"index":0,"delta":{"content":"');
    return `${this.#textHead}${text}"},"logprobs":null,"finish_reason":null}]}\n\n`;
  }

  finish(index: number, reason: FinishReason, native: string | undefined, delta: Delta = {}): StreamOutput {
    const choice = { index, delta, logprobs: null, finish_reason: reason, native_finish_reason: native };
    return this.#chunk([defined(choice) as ChunkChoice]);
  }

  usage(usage: ChatUsage, serviceTier?: string): StreamOutput {
    return this.#chunk([], { usage, ...(serviceTier === undefined ? {} : { service_tier: serviceTier }) });
  }

  #chunk(choices: readonly ChunkChoice[], more?: Pick<ChatChunk, "usage" | "service_tier">): StreamOutput {
    const chunk: ChatChunk = { id: this.#id, object: OBJECT, created: this.#created, model: this.#model, choices };
    return { kind: "chunk", chunk: more === undefined ? chunk : { ...chunk, ...more } };
  }
}
