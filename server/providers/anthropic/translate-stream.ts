import { isObject, type Json, objectsOf, textOf } from "../../json/json.js";
import { type Delta, promptUsage, type ToolCallDelta } from "../chat/chat-answer.js";
import { ChunkWriter } from "../chat/chunk-writer.js";
import { type AnswerContext, known, type StreamOutput, type StreamTranslator } from "../chat/translator.js";
import { finishReason, reasoningOf, refusalOf, serviceTierOf, usageOf } from "./translate-answer.js";
import { translateError } from "./translate-error.js";

/**
 * Translates the events of a message stream (https://platform.claude.com/docs/en/build-with-claude/streaming, read
 * 2026-11-25). Text, thinking and arguments go on as they come; the signature of a block of thinking is known at its end.
 * The stream is complete with `message_stop`: reason and usage are held back until then.
 */
export function translateStream(context: AnswerContext): StreamTranslator {
  return new MessageStream(context);
}

/**
 * An event that is text, as the provider writes it, with the text as it stands in JSON: what is escaped is escaped alike in
 * both formats. There may be spaces before the last brace.
 */
const TEXT_EVENT =
  /event: content_block_delta\ndata: \{"type":"content_block_delta","index":\d+,"delta":\{"type":"text_delta","text":"((?:[ !#-[\]-\xff]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))+)"\} *\} *\n\n/y;

/** A block under way. */
type OpenBlock =
  | { readonly kind: "tool"; readonly callIndex: number; hasArguments: boolean; readonly input: unknown }
  | { readonly kind: "thinking"; text: string; signature: string | undefined }
  | { readonly kind: "other" };

class MessageStream implements StreamTranslator {
  readonly #context: AnswerContext;
  readonly #writer: ChunkWriter;
  readonly #open = new Map<unknown, OpenBlock>();
  #hasBegun = false;
  #calls = 0;
  #usage: Json = {};
  #stopReason: string | undefined;
  #refusal: string | undefined;

  constructor(context: AnswerContext) {
    this.#context = context;
    this.#writer = new ChunkWriter(context.newId("chatcmpl-"), context.created, context.model);
  }

  push(event: Json): readonly StreamOutput[] {
    switch (event["type"]) {
      case "message_start":
        return this.#start(isObject(event["message"]) ? event["message"] : {});
      case "content_block_start":
        return this.#startBlock(event["index"], isObject(event["content_block"]) ? event["content_block"] : {});
      case "content_block_delta":
        return this.#delta(this.#open.get(event["index"]), isObject(event["delta"]) ? event["delta"] : {});
      case "content_block_stop":
        return this.#stopBlock(event["index"]);
      case "message_delta":
        return this.#messageDelta(event);
      case "message_stop":
        return this.#stop();
      case "error":
        return [{ kind: "error", error: translateError(undefined, event) }];
      default: // ping, and what is not known yet
        return [{ kind: "alive" }];
    }
  }

  pushText(events: string): string | undefined {
    let chunks = "";
    for (let at = 0; at < events.length; at = TEXT_EVENT.lastIndex) {
      TEXT_EVENT.lastIndex = at;
      const [, text] = TEXT_EVENT.exec(events) ?? [];
      if (text === undefined) return undefined;
      chunks += this.#writer.textEvent(text);
    }
    return chunks;
  }

  /** Whatever ends the body without `message_stop` is a cut. */
  end(): readonly StreamOutput[] {
    return [];
  }

  #start(message: Json): readonly StreamOutput[] {
    this.#hasBegun = true;
    this.#writer.name(textOf(message["id"]), textOf(message["model"]));
    this.#addUsage(message["usage"]);
    this.#stopReason = textOf(message["stop_reason"]) ?? this.#stopReason;
    // Empty but for answers that go on after the provider ran code.
    const blocks = objectsOf(message["content"]).flatMap((block, at) => [
      ...this.#startBlock(`start ${at}`, block),
      ...this.#stopBlock(`start ${at}`),
    ]);
    const usage = promptUsage(usageOf(this.#usage)); // its count of the answer is of the first token
    return [this.#write({ role: "assistant" }), ...blocks, ...known(usage)];
  }

  #startBlock(index: unknown, block: Json): readonly StreamOutput[] {
    switch (block["type"]) {
      case "text": {
        this.#open.set(index, { kind: "other" });
        const text = textOf(block["text"]) ?? "";
        return text === "" ? [] : [this.#write({ content: text })];
      }
      case "tool_use": {
        const callIndex = this.#calls++;
        this.#open.set(index, { kind: "tool", callIndex, hasArguments: false, input: block["input"] });
        const id = textOf(block["id"]) ?? this.#context.newId("call_");
        const name = textOf(block["name"]) ?? "";
        return [this.#call({ index: callIndex, id, type: "function", function: { name, arguments: "" } })];
      }
      case "thinking": {
        const text = textOf(block["thinking"]) ?? "";
        this.#open.set(index, { kind: "thinking", text, signature: textOf(block["signature"]) || undefined });
        return text === "" ? [] : [this.#write({ reasoning_content: text })];
      }
      case "redacted_thinking":
        return [this.#write({ reasoning_details: reasoningOf(block) })];
      default:
        return [{ kind: "alive" }];
    }
  }

  #delta(open: OpenBlock | undefined, delta: Json): readonly StreamOutput[] {
    switch (delta["type"]) {
      case "text_delta": {
        const text = textOf(delta["text"]) ?? "";
        return text === "" ? [] : [this.#write({ content: text })];
      }
      case "input_json_delta": {
        const part = textOf(delta["partial_json"]) ?? "";
        if (open?.kind !== "tool" || part === "") return [];
        open.hasArguments = true;
        return [this.#call({ index: open.callIndex, function: { arguments: part } })];
      }
      case "thinking_delta": {
        const text = textOf(delta["thinking"]) ?? "";
        if (open?.kind !== "thinking" || text === "") return [];
        open.text += text;
        return [this.#write({ reasoning_content: text })];
      }
      case "signature_delta":
        if (open?.kind === "thinking") open.signature = (open.signature ?? "") + (textOf(delta["signature"]) ?? "");
        return [];
      default:
        return [{ kind: "alive" }];
    }
  }

  #stopBlock(index: unknown): readonly StreamOutput[] {
    const open = this.#open.get(index);
    this.#open.delete(index);
    if (open?.kind === "thinking") {
      const { text: thinking, signature } = open;
      return [this.#write({ reasoning_details: reasoningOf({ type: "thinking", thinking, signature }) })];
    }
    if (open?.kind !== "tool" || open.hasArguments) return [];
    // A call without arguments streams none; clients parse what they get.
    const whole = JSON.stringify(open.input ?? {});
    return [this.#call({ index: open.callIndex, function: { arguments: whole } })];
  }

  #messageDelta(event: Json): readonly StreamOutput[] {
    const delta = isObject(event["delta"]) ? event["delta"] : {};
    this.#stopReason = textOf(delta["stop_reason"]) ?? this.#stopReason;
    this.#refusal = refusalOf(delta) ?? this.#refusal;
    this.#addUsage(event["usage"]);
    return [{ kind: "alive" }];
  }

  /** What never began is no message, and so has no end. */
  #stop(): readonly StreamOutput[] {
    if (!this.#hasBegun) return [];
    const refusal = this.#refusal === undefined ? {} : { refusal: this.#refusal };
    const usage = usageOf(this.#usage);
    return [
      this.#writer.finish(0, finishReason(this.#stopReason), this.#stopReason, refusal),
      ...(usage === undefined ? [] : [this.#writer.usage(usage, serviceTierOf(this.#usage))]),
      { kind: "done" },
    ];
  }

  /** `message_delta` repeats the counts it knows, as totals; those it leaves out or sets to null stand. */
  #addUsage(usage: unknown): void {
    if (!isObject(usage)) return;
    const known = Object.entries(usage).filter(([, value]) => value !== null);
    this.#usage = { ...this.#usage, ...Object.fromEntries(known) };
  }

  #call(call: ToolCallDelta): StreamOutput {
    return this.#write({ tool_calls: [call] });
  }

  #write(delta: Delta): StreamOutput {
    return this.#writer.delta(0, delta);
  }
}
