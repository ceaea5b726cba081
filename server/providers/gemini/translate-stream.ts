import { isObject, type Json, objectsOf, textOf } from "../../json/json.js";
import type { Delta } from "../chat/chat-answer.js";
import { ChunkWriter } from "../chat/chunk-writer.js";
import { type AnswerContext, known, type StreamOutput, type StreamTranslator } from "../chat/translator.js";
import { imageOf } from "./translate-answer.js";
import {
  errorInAnswer,
  finishReason,
  logprobsOf,
  type PartMeaning,
  partsOf,
  signatureContent,
  usageOf,
  usageSoFar,
} from "./translate-candidate.js";
import { translateError } from "./translate-error.js";

/**
 * Translates `streamGenerateContent?alt=sse`: each event is an answer that holds what is new. There is no last event: the
 * stream is complete when the body ends after every candidate has its `finishReason`.
 */
export function translateStream(context: AnswerContext): StreamTranslator {
  return new ContentStream(context);
}

const ALIVE: StreamOutput = { kind: "alive" };

interface Candidate {
  calls: number;
  finishReason: string | undefined;
}

class ContentStream implements StreamTranslator {
  readonly #context: AnswerContext;
  readonly #writer: ChunkWriter;
  readonly #candidates = new Map<number, Candidate>();
  #usage: unknown;

  constructor(context: AnswerContext) {
    this.#context = context;
    this.#writer = new ChunkWriter(context.newId("chatcmpl-"), context.created, context.model);
  }

  push(event: Json): readonly StreamOutput[] {
    if (isObject(event["error"])) return [{ kind: "error", error: translateError(undefined, event) }];
    const error = errorInAnswer(event);
    if (error !== undefined) return [...known(usageOf(event["usageMetadata"])), { kind: "error", error }];
    this.#writer.name(textOf(event["responseId"]), textOf(event["modelVersion"]));
    this.#usage = event["usageMetadata"] ?? this.#usage; // each is a total
    const outputs = objectsOf(event["candidates"]).flatMap((candidate, at) => this.#take(candidate, at));
    return [...known(usageSoFar(event["usageMetadata"])), ...(outputs.length === 0 ? [ALIVE] : outputs)];
  }

  end(): readonly StreamOutput[] {
    const ended = [...this.#candidates].filter(([, { finishReason: reason }]) => reason !== undefined);
    if (ended.length === 0 || ended.length < this.#candidates.size) return [];
    const usage = usageOf(this.#usage);
    return [
      ...ended.map(([index, { calls, finishReason: reason = "STOP" }]) =>
        this.#writer.finish(index, finishReason(reason, calls > 0), reason),
      ),
      ...(usage === undefined ? [] : [this.#writer.usage(usage)]),
      { kind: "done" },
    ];
  }

  #take(candidate: Json, at: number): readonly StreamOutput[] {
    const index = typeof candidate["index"] === "number" ? candidate["index"] : at;
    const known = this.#candidates.get(index);
    const state = known ?? { calls: 0, finishReason: undefined };
    this.#candidates.set(index, state);
    state.finishReason = textOf(candidate["finishReason"]) ?? state.finishReason;
    const deltas = partsOf(candidate, this.#context).flatMap((part) => deltaOf(part, state));
    const logprobs = logprobsOf(candidate);
    if (logprobs !== null && deltas.length === 0) deltas.push({});
    return [
      ...(known === undefined ? [this.#writer.delta(index, { role: "assistant" })] : []),
      // The log probabilities of an event belong to all its parts: they go with the first.
      ...deltas.map((delta, part) => this.#writer.delta(index, delta, part === 0 ? logprobs : null)),
    ];
  }
}

function deltaOf(part: PartMeaning, state: Candidate): Delta[] {
  switch (part.kind) {
    case "text":
    case "thought": {
      const { text, signature } = part;
      const says = text === "" ? {} : part.kind === "text" ? { content: text } : { reasoning_content: text };
      const signed = signature === undefined ? {} : { extra_content: signatureContent(signature) };
      return text === "" && signature === undefined ? [] : [{ ...says, ...signed }];
    }
    case "call":
      return [{ tool_calls: [{ index: state.calls++, ...part.call }] }];
    case "media":
      return [{ images: [imageOf(part.url)] }];
    case "unknown":
      return [];
  }
}
