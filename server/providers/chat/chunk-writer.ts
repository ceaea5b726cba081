import type { ChatChunk, ChatUsage, ChunkChoice, Delta, FinishReason } from "./chat-answer.js";
import { defined, type Json } from "./json.js";
import type { StreamOutput } from "./translator.js";

/** Writes the chunks of one answer: each carries the answer's id, time and model. */
export class ChunkWriter {
  readonly #created: number;
  #id: string;
  #model: string;

  constructor(id: string, created: number, model: string) {
    this.#id = id;
    this.#created = created;
    this.#model = model;
  }

  /** The provider says its own id and model with the first event. */
  name(id: string | undefined, model: string | undefined): void {
    this.#id = id ?? this.#id;
    this.#model = model ?? this.#model;
  }

  delta(index: number, delta: Delta, logprobs: Json | null = null): StreamOutput {
    return this.#chunk({ choices: [{ index, delta, logprobs, finish_reason: null }] });
  }

  finish(index: number, reason: FinishReason, native: string | undefined, delta: Delta = {}): StreamOutput {
    const choice = { index, delta, logprobs: null, finish_reason: reason, native_finish_reason: native };
    return this.#chunk({ choices: [defined(choice) as ChunkChoice] });
  }

  usage(usage: ChatUsage, serviceTier?: string): StreamOutput {
    return this.#chunk({ choices: [], usage, ...(serviceTier === undefined ? {} : { service_tier: serviceTier }) });
  }

  #chunk(fields: Pick<ChatChunk, "choices" | "usage" | "service_tier">): StreamOutput {
    const common = {
      id: this.#id,
      object: "chat.completion.chunk",
      created: this.#created,
      model: this.#model,
    } as const;
    return { kind: "chunk", chunk: { ...common, ...fields } };
  }
}
