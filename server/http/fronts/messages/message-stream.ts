import { isPiece } from "../../../dispatch/answers/read-stream-event.js";
import { isObject, type Json, objectsOf, parseJsonObject, textOf } from "../../../json/json.js";
import { usageIn } from "../../../providers/chat/usage-in.js";
import { StreamedSize } from "../../../tokens/streamed-size.js";
import { textIn } from "../answer-content.js";
import { ownName } from "../fit-name.js";
import type { AnswerAbout } from "../front.js";
import { joinDetails, textInDetails } from "../sealed-details.js";
import { ToolCalls } from "../tool-calls.js";
import { originOfReasoning, type UnsignedReasoning, unsignedReasoning } from "../unsigned-reasoning.js";
import {
  isSigned,
  messageId,
  messageUsage,
  sealedBlock,
  stateOf,
  thinkingBlock,
  whyStopped,
} from "./chat-to-message.js";

/** A call of which all is known before it is passed on. */
interface WaitingCall {
  readonly id: unknown;
  readonly name: unknown;
  text: string;
  readonly state: readonly Json[];
}

/** Turns the chunks of a chat completion into the events of a message stream: one block after another. */
export class MessageStream {
  readonly #about: AnswerAbout;
  #hasBegun = false;
  /** Of its choice, which some servers count from 1, or not at all. */
  #index: unknown;
  /** The block under way: `text`, `thinking`, or the index of a tool call. */
  #open: "text" | "thinking" | number | undefined;
  #blocks = 0;
  #reason: unknown;
  #refusal = "";
  #usage: unknown;
  readonly #size = new StreamedSize();
  /** The call that is passed on as it comes, and what of its arguments has come. */
  #streamed: number | undefined;
  #arguments = "";
  /** What was said in the midst of it. */
  readonly #late: Json[] = [];
  readonly #calls = new ToolCalls();
  readonly #waiting = new Map<number, WaitingCall>();
  /** Stands in the place of the signature of the block of thinking under way. */
  #origin: string | undefined;
  /** Details of an OpenAI-compatible server that the client has not got yet. */
  #details: Json[] = [];
  /** Their text comes beside them, so it is not read in them. */
  #saysReasoning = false;

  constructor(about: AnswerAbout) {
    this.#about = about;
  }

  /** Goes on with a stream that others have begun, whose first block is a text that has not ended. */
  static inText(about: AnswerAbout): MessageStream {
    const stream = new MessageStream(about);
    stream.#hasBegun = true;
    stream.#open = "text";
    return stream;
  }

  /** @param data of one event. @returns events, written out. */
  push(data: string): string {
    const chunk = parseJsonObject(data);
    if (chunk === undefined) return "";
    this.#usage = usageIn(chunk) ?? this.#usage;
    const choices = objectsOf(chunk["choices"]);
    if (!this.#hasBegun && choices.length === 0) return ""; // as of Azure, whose first chunk has no name yet
    if (isPiece(chunk)) this.#size.add(Buffer.byteLength(data));
    const head = this.#hasBegun ? "" : this.#start(chunk);
    return head + choices.map((choice) => this.#choice(choice)).join("");
  }

  /** What stands before `message_stop`. */
  end(): string {
    const closed = this.#close() + this.#late.map((delta) => this.#say(delta, false)).join("") + this.#close();
    const calls = [...this.#waiting].map(([index, call]) => this.#wholeCall(index, call)).join("") + this.#sealed();
    const delta = whyStopped(this.#reason, this.#streamed !== undefined, this.#refusal);
    const usage = messageUsage(this.#usage, this.#about.inputTokens, () => this.#size.tokens);
    return closed + calls + event("message_delta", { delta, usage });
  }

  #start(chunk: Json): string {
    this.#hasBegun = true;
    const message = {
      id: messageId(textOf(chunk["id"]) || this.#about.id),
      type: "message",
      role: "assistant",
      model: textOf(chunk["model"]) || this.#about.model,
      content: [],
      stop_reason: null,
      stop_details: null,
      stop_sequence: null,
      usage: messageUsage(undefined, this.#about.inputTokens),
    };
    return event("message_start", { message });
  }

  #choice(choice: Json): string {
    const index = choice["index"] ?? this.#index;
    this.#index ??= index;
    if (index !== this.#index) return ""; // a message has one choice
    this.#reason = choice["finish_reason"] ?? this.#reason;
    const delta = isObject(choice["delta"]) ? choice["delta"] : {};
    const calls = objectsOf(delta["tool_calls"]);
    return this.#say(delta, calls.length > 0) + calls.map((call) => this.#call(this.#calls.piece(call))).join("");
  }

  /** What a delta says beside calls of tools. In the midst of a call it waits for the call's end: blocks follow each other. */
  #say(delta: Json, hasCalls: boolean): string {
    const thought = unsignedReasoning(delta);
    const details = objectsOf(delta["reasoning_details"]);
    const refusal = textOf(delta["refusal"]) ?? "";
    const text = textIn(delta["content"]) + refusal;
    if ((thought !== undefined || details.length > 0 || text !== "") && this.#isWithinCall()) {
      this.#late.push(delta);
      return "";
    }
    this.#refusal += refusal;
    return [
      thought === undefined ? "" : this.#think(thought),
      this.#addDetails(details, thought !== undefined),
      text === "" && !hasCalls ? "" : this.#sealed(),
      text === "" ? "" : this.#add("text", { type: "text_delta", text }),
    ].join("");
  }

  /** What once waits for a call's end is followed by all else: arguments are looked at once, not with each word in the midst of them. */
  #isWithinCall(): boolean {
    if (typeof this.#open !== "number") return false;
    return this.#late.length > 0 || parseJsonObject(this.#arguments) === undefined;
  }

  /** @param isSaid the delta says their text beside them. */
  #addDetails(details: readonly Json[], isSaid: boolean): string {
    if (this.#about.reasoner === undefined) return details.map((detail) => this.#signed(detail, isSaid)).join("");
    this.#saysReasoning ||= isSaid;
    this.#details.push(...details);
    const text = this.#saysReasoning ? "" : textInDetails(details);
    return text === "" ? "" : this.#add("thinking", { type: "thinking_delta", thinking: text });
  }

  /** The details that have come, behind the thinking that they belong to: a call under way is not broken off for them. */
  #sealed(): string {
    const { reasoner } = this.#about;
    if (reasoner === undefined || this.#details.length === 0 || typeof this.#open === "number") return "";
    const blocks = sealedBlock(joinDetails(this.#details), reasoner);
    this.#details = [];
    return this.#wholes(blocks);
  }

  #add(kind: "text" | "thinking", delta: Json): string {
    const empty = kind === "text" ? { type: kind, text: "" } : { type: kind, thinking: "", signature: "" };
    const head = this.#open === kind ? "" : this.#close() + this.#begin(kind, empty);
    return head + this.#delta(delta);
  }

  #think(thought: UnsignedReasoning): string {
    const events = this.#add("thinking", { type: "thinking_delta", thinking: thought.text });
    this.#origin = originOfReasoning(thought, this.#about.reasoner);
    return events;
  }

  /** A signature ends the block of thinking that it signs; redacted thinking is a block of its own. */
  #signed(detail: Json, isSaid: boolean): string {
    const [block] = thinkingBlock(detail);
    if (block === undefined || (isSaid && !isSigned(block))) return "";
    if (block["type"] === "redacted_thinking") return this.#whole(block);
    this.#origin = undefined;
    const head = this.#open === "thinking" ? "" : this.#close() + this.#begin("thinking", { ...block, signature: "" });
    return head + this.#delta({ type: "signature_delta", signature: block["signature"] }) + this.#close();
  }

  /** One call is passed on as it comes; parts of others, which a provider may mix in, wait for its end. */
  #call(call: Json): string {
    const index = typeof call["index"] === "number" ? call["index"] : 0;
    const { name: given, arguments: text } = isObject(call["function"]) ? call["function"] : {};
    const name = ownName(given, this.#about.echo);
    const part = textOf(text) ?? "";
    const waiting = this.#waiting.get(index);
    if (waiting !== undefined) {
      waiting.text += part;
      return "";
    }
    if (this.#streamed === index) {
      if (this.#open !== index || part === "") return ""; // behind its end there is nothing but white space
      this.#arguments += part;
      return this.#delta({ type: "input_json_delta", partial_json: part });
    }
    const state = stateOf(call);
    if (this.#streamed !== undefined) {
      this.#waiting.set(index, { id: call["id"], name, text: part, state });
      return "";
    }
    this.#streamed = index;
    this.#arguments = part;
    const head =
      this.#close() + this.#wholes(state) + this.#begin(index, { type: "tool_use", id: call["id"], name, input: {} });
    return head + (part === "" ? "" : this.#delta({ type: "input_json_delta", partial_json: part }));
  }

  #wholeCall(index: number, { id, name, text, state }: WaitingCall): string {
    const begun = this.#wholes(state) + this.#begin(index, { type: "tool_use", id, name, input: {} });
    return begun + this.#delta({ type: "input_json_delta", partial_json: text }) + this.#close();
  }

  #begin(kind: "text" | "thinking" | number, content_block: Json): string {
    this.#open = kind;
    return event("content_block_start", { index: this.#blocks, content_block });
  }

  #delta(delta: Json): string {
    return event("content_block_delta", { index: this.#blocks, delta });
  }

  /** Blocks of thinking that have no deltas. */
  #wholes(blocks: readonly Json[]): string {
    return blocks.map((block) => this.#whole(block)).join("");
  }

  #whole(block: Json): string {
    return this.#close() + this.#begin("thinking", block) + this.#close();
  }

  #close(): string {
    if (this.#open === undefined) return "";
    this.#open = undefined;
    const signature = this.#origin;
    this.#origin = undefined;
    const signed = signature === undefined ? "" : this.#delta({ type: "signature_delta", signature });
    return signed + event("content_block_stop", { index: this.#blocks++ });
  }
}

export function event(type: string, fields: Json = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}
