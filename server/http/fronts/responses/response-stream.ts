import { countOf, isObject, type Json, objectsOf, parseJsonObject, textOf } from "../../../providers/chat/json.js";
import type { StreamAbout } from "../front.js";
import { reasoningId, writeState } from "../reasoning-state.js";
import { type UnsignedReasoning, unsignedReasoning } from "../unsigned-reasoning.js";
import {
  callItem,
  detailsOf,
  messageItem,
  outputText,
  reasoningItem,
  response,
  stateItem,
} from "./chat-to-response.js";

interface Call {
  readonly id: unknown;
  readonly name: unknown;
  readonly index: number;
  text: string;
  extra: Json | undefined;
}

/** Turns the chunks of a chat completion into the events of a response stream. */
export class ResponseStream {
  #about: { id: string; created: unknown; model: string };
  readonly #reasoner: string | undefined;
  /** All of it that nobody signs. */
  #unsigned: UnsignedReasoning | undefined;
  readonly #output: Json[] = [];
  readonly #calls = new Map<unknown, Call>();
  readonly #details: Json[] = [];
  #open: { readonly kind: "text" | "reasoning"; readonly id: string; readonly index: number; text: string } | undefined;
  #extra: unknown;
  #usage: unknown;
  #finishReason: unknown;
  #hasBegun = false;
  #sequence = 0;

  constructor(about: StreamAbout) {
    this.#about = about;
    this.#reasoner = about.reasoner;
  }

  /**
   * Goes on with a stream that others have begun, whose first item is a text that has not ended.
   * @param first its first event, which names the response. @param last its last one, a piece of the text. @param text all of it.
   */
  static inText(about: StreamAbout, first: Json, last: Json, text: string): ResponseStream {
    const stream = new ResponseStream(about);
    const begun = isObject(first["response"]) ? first["response"] : {};
    stream.#named({ id: begun["id"], created: begun["created_at"], model: begun["model"] });
    const id = textOf(last["item_id"]) ?? `msg_${stream.#about.id}`;
    stream.#output.push(messageItem(id, [], "in_progress"));
    stream.#open = { kind: "text", id, index: 0, text };
    stream.#sequence = (countOf(last["sequence_number"]) ?? -1) + 1;
    return stream;
  }

  /** @param data of one event. @returns events, written out. */
  push(data: string): string {
    const chunk = parseJsonObject(data);
    if (chunk === undefined) return "";
    this.#usage = chunk["usage"] ?? this.#usage;
    const head = this.#hasBegun ? "" : this.#start(chunk);
    return (
      head +
      objectsOf(chunk["choices"])
        .map((choice) => this.#choice(choice))
        .join("")
    );
  }

  end(): string {
    const closed = this.#close() + [...this.#calls.values()].map((call) => this.#endCall(call)).join("");
    const state = writeState({
      reasoning_details: [...this.#details, ...detailsOf(this.#unsigned, this.#reasoner)],
      tool_calls: [...this.#calls.values()].map(({ id, extra }) => ({ id, extra_content: extra })),
      extra_content: this.#extra,
    });
    const empty = this.#output.length > 0 ? "" : this.#wholeItem(messageItem(`msg_${this.#about.id}`, []));
    const last = state === undefined ? "" : this.#wholeItem(stateItem(reasoningId(`state_${this.#about.id}`), state));
    const whole = response(this.#about, { output: this.#output, usage: this.#usage, finishReason: this.#finishReason });
    return closed + empty + last + this.event(`response.${String(whole["status"])}`, { response: whole });
  }

  event(type: string, fields: Json): string {
    return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: this.#sequence++, ...fields })}\n\n`;
  }

  #start(chunk: Json): string {
    this.#named(chunk);
    const begun = { response: response(this.#about, undefined) };
    return this.event("response.created", begun) + this.event("response.in_progress", begun);
  }

  #named({ id, created, model }: Json): void {
    this.#hasBegun = true;
    this.#about = {
      id: textOf(id) ?? this.#about.id,
      created: created ?? this.#about.created,
      model: textOf(model) ?? this.#about.model,
    };
  }

  #choice(choice: Json): string {
    if (choice["index"] !== undefined && choice["index"] !== 0) return ""; // a response has one
    this.#finishReason = choice["finish_reason"] ?? this.#finishReason;
    const delta = isObject(choice["delta"]) ? choice["delta"] : {};
    this.#details.push(...objectsOf(delta["reasoning_details"]));
    this.#extra = delta["extra_content"] ?? this.#extra;
    const text = (textOf(delta["content"]) ?? "") + (textOf(delta["refusal"]) ?? "");
    const thought = unsignedReasoning(delta);
    if (thought !== undefined) {
      this.#unsigned = { ...thought, text: (this.#unsigned?.text ?? "") + thought.text };
    }
    return (
      this.#add("reasoning", thought?.text ?? "") +
      this.#add("text", text) +
      objectsOf(delta["tool_calls"])
        .map((call) => this.#call(call))
        .join("")
    );
  }

  #add(kind: "text" | "reasoning", delta: string): string {
    if (delta === "") return "";
    const head = this.#open?.kind === kind ? "" : this.#close() + this.#begin(kind);
    if (this.#open === undefined) return head;
    this.#open.text += delta;
    const { id: item_id, index: output_index } = this.#open;
    return kind === "text"
      ? head +
          this.event("response.output_text.delta", { item_id, output_index, content_index: 0, delta, logprobs: [] })
      : head + this.event("response.reasoning_summary_text.delta", { item_id, output_index, summary_index: 0, delta });
  }

  #begin(kind: "text" | "reasoning"): string {
    const index = this.#output.length;
    const prefix = kind === "text" ? `msg_${this.#about.id}` : reasoningId(this.#about.id);
    const before = this.#output.filter((item) => String(item["id"]).startsWith(prefix)).length;
    const id = before === 0 ? prefix : `${prefix}_${before}`;
    const item = kind === "text" ? messageItem(id, [], "in_progress") : reasoningItem(id, "");
    this.#output.push(item);
    this.#open = { kind, id, index, text: "" };
    const at = { item_id: id, output_index: index };
    // INVARIANT: events are numbered as they are written, so each is made before the next.
    const added = this.event("response.output_item.added", { output_index: index, item });
    const part =
      kind === "text"
        ? this.event("response.content_part.added", { ...at, content_index: 0, part: outputText("") })
        : this.event("response.reasoning_summary_part.added", { ...at, summary_index: 0, part: summary("") });
    return added + part;
  }

  #close(): string {
    const open = this.#open;
    if (open === undefined) return "";
    this.#open = undefined;
    const { kind, id, index, text } = open;
    const item = kind === "text" ? messageItem(id, [outputText(text)]) : reasoningItem(id, text);
    this.#output[index] = item;
    const at = { item_id: id, output_index: index };
    const done =
      kind === "text"
        ? this.event("response.output_text.done", { ...at, content_index: 0, text, logprobs: [] }) +
          this.event("response.content_part.done", { ...at, content_index: 0, part: outputText(text) })
        : this.event("response.reasoning_summary_text.done", { ...at, summary_index: 0, text }) +
          this.event("response.reasoning_summary_part.done", { ...at, summary_index: 0, part: summary(text) });
    return done + this.event("response.output_item.done", { output_index: index, item });
  }

  #call(part: Json): string {
    const { name, arguments: text } = isObject(part["function"]) ? part["function"] : {};
    const known = this.#calls.get(part["index"]);
    const call = known ?? { id: part["id"], name, index: this.#output.length, text: "", extra: undefined };
    if (isObject(part["extra_content"])) call.extra = part["extra_content"];
    let head = "";
    if (known === undefined) {
      head = this.#close();
      const item = { ...callItem({ id: call.id, function: { name, arguments: "" } }), status: "in_progress" };
      this.#calls.set(part["index"], call);
      this.#output.push(item);
      head += this.event("response.output_item.added", { output_index: call.index, item });
    }
    const delta = textOf(text) ?? "";
    call.text += delta;
    const at = { item_id: `fc_${String(call.id)}`, output_index: call.index };
    return delta === "" ? head : head + this.event("response.function_call_arguments.delta", { ...at, delta });
  }

  #endCall({ id, name, index, text }: Call): string {
    const item = callItem({ id, function: { name, arguments: text } });
    this.#output[index] = item;
    const at = { item_id: item["id"], output_index: index };
    return (
      this.event("response.function_call_arguments.done", { ...at, name, arguments: text }) +
      this.event("response.output_item.done", { output_index: index, item })
    );
  }

  #wholeItem(item: Json): string {
    const output_index = this.#output.push(item) - 1;
    return (
      this.event("response.output_item.added", { output_index, item }) +
      this.event("response.output_item.done", { output_index, item })
    );
  }
}

function summary(text: string): Json {
  return { type: "summary_text", text };
}
