import { countOf, isObject, type Json, objectsOf, parseJsonObject, textOf } from "../../../json/json.js";
import { usageIn } from "../../../providers/chat/usage-in.js";
import { textIn } from "../answer-content.js";
import type { AnswerAbout, Reasoner } from "../front.js";
import { reasoningId, writeState } from "../reasoning-state.js";
import { textInDetails } from "../sealed-details.js";
import { ToolCalls } from "../tool-calls.js";
import { type UnsignedReasoning, unsignedReasoning } from "../unsigned-reasoning.js";
import {
  annotationsIn,
  detailsOf,
  messageItem,
  pictureItems,
  type ResponseAbout,
  reasoningItem,
  response,
  stateItem,
  statusOfLast,
} from "./chat-to-response.js";
import { itemId } from "./item-id.js";
import { callItem, NO_ARGUMENTS, type OfferedTool, offeredTools } from "./offered-tools.js";
import { type OpenItem, type PartKind, partForms } from "./open-item.js";

interface Call {
  readonly id: unknown;
  readonly name: unknown;
  /** Of its item; undefined: it has not begun. */
  index: number | undefined;
  text: string;
  extra: Json | undefined;
  hasEnded: boolean;
}

const NO_LOGPROBS = { logprobs: [] };

/** Turns the chunks of a chat completion into the events of a response stream. */
export class ResponseStream {
  #about: ResponseAbout;
  readonly #reasoner: Reasoner | undefined;
  readonly #offered: ReadonlyMap<unknown, OfferedTool>;
  /** All of it that nobody signs. */
  #unsigned: UnsignedReasoning | undefined;
  readonly #output: Json[] = [];
  /** Items of messages and of reasoning so far, by what their ids begin with. */
  readonly #begun = new Map<string, number>();
  readonly #pieces = new ToolCalls();
  readonly #calls = new Map<unknown, Call>();
  readonly #details: Json[] = [];
  #open: OpenItem | undefined;
  /** The call that is passed on as it comes; calls that begin before all of it has come wait for the end. */
  #streamed: Call | undefined;
  /** Something else came before all of it had: it is looked at once, not with each word in the midst of it. */
  #isMixed = false;
  #extra: unknown;
  #pictures = 0;
  #usage: unknown;
  #finishReason: unknown;
  #hasBegun = false;
  /** Of its choice, which some servers count from 1, or not at all. */
  #index: unknown;
  #sequence = 0;

  constructor(about: AnswerAbout) {
    this.#about = about;
    this.#reasoner = about.reasoner;
    this.#offered = offeredTools(about.echo?.["tools"]);
  }

  /**
   * Goes on with a stream that others have begun, whose first item is a text that has not ended.
   * @param first its first event, which names the response. @param last its last one, a piece of the text. @param text all of it.
   */
  static inText(about: AnswerAbout, first: Json, last: Json, text: string): ResponseStream {
    const stream = new ResponseStream(about);
    const begun = isObject(first["response"]) ? first["response"] : {};
    stream.#named({ id: begun["id"], created: begun["created_at"], model: begun["model"] });
    const own = itemId("msg", stream.#about.id);
    const id = textOf(last["item_id"]) ?? own;
    if (id.startsWith(own)) stream.#begun.set(own, 1);
    stream.#output.push(messageItem(id, [], "in_progress"));
    stream.#open = { id, index: 0, parts: [], part: { kind: "text", text, annotations: [] } };
    stream.#sequence = (countOf(last["sequence_number"]) ?? -1) + 1;
    return stream;
  }

  /** @param data of one event. @returns events, written out. */
  push(data: string): string {
    const chunk = parseJsonObject(data);
    if (chunk === undefined) return "";
    this.#usage = usageIn(chunk) ?? this.#usage;
    const choices = objectsOf(chunk["choices"]);
    if (!this.#hasBegun && choices.length === 0) return ""; // as of Azure, whose first chunk has no name yet
    const head = this.#hasBegun ? "" : this.#start(chunk);
    return head + choices.map((choice) => this.#choice(choice)).join("");
  }

  end(): string {
    const calls = [...this.#calls.values()];
    const left = calls.filter(({ hasEnded }) => !hasEnded);
    const status = statusOfLast(this.#finishReason);
    const closed =
      this.#close(left.length === 0 ? status : undefined) +
      left.map((call, at) => this.#endCall(call, at === left.length - 1 ? status : undefined)).join("");
    const state = writeState({
      reasoning_details: detailsOf(this.#details, this.#unsigned, this.#reasoner),
      tool_calls: calls.map(({ id, extra }) => ({ id, extra_content: extra })),
      extra_content: this.#extra,
    });
    const empty =
      this.#output.length > 0 ? "" : this.#wholeItem(messageItem(itemId("msg", this.#about.id), [], status));
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
      ...this.#about,
      id: textOf(id) || this.#about.id,
      created: countOf(created) || this.#about.created, // Azure's first chunk has 0
      model: textOf(model) || this.#about.model,
    };
  }

  #choice(choice: Json): string {
    const index = choice["index"] ?? this.#index;
    this.#index ??= index;
    if (index !== this.#index) return ""; // a response has one choice
    this.#finishReason = choice["finish_reason"] ?? this.#finishReason;
    const delta = isObject(choice["delta"]) ? choice["delta"] : {};
    const details = objectsOf(delta["reasoning_details"]);
    this.#details.push(...details);
    this.#extra = delta["extra_content"] ?? this.#extra;
    const thought = unsignedReasoning(delta);
    if (thought !== undefined) {
      this.#unsigned = { ...thought, text: (this.#unsigned?.text ?? "") + thought.text };
    }
    const isInDetails = this.#unsigned === undefined && this.#reasoner !== undefined;
    const shown = isInDetails ? textInDetails(details) : (thought?.text ?? "");
    return (
      this.#add("reasoning", shown) +
      this.#add("text", textIn(delta["content"])) +
      this.#annotate(annotationsIn(delta)) +
      this.#add("refusal", textOf(delta["refusal"]) ?? "") +
      this.#show(pictureItems(this.#about.id, delta, this.#pictures)) +
      objectsOf(delta["tool_calls"])
        .map((call) => this.#call(this.#pieces.piece(call)))
        .join("")
    );
  }

  #add(kind: PartKind, delta: string): string {
    if (delta === "") return "";
    const head = this.#open?.part.kind === kind ? "" : this.#openPart(kind);
    const open = this.#open;
    if (open === undefined) return head;
    open.part.text += delta;
    const { event, at } = partForms[kind];
    const place = { item_id: open.id, output_index: open.index, [at]: open.parts.length };
    return head + this.event(`response.${event}.delta`, { ...place, delta, ...(kind === "text" ? NO_LOGPROBS : {}) });
  }

  #show(pictures: readonly Json[]): string {
    this.#pictures += pictures.length;
    return pictures.map((item) => this.#close() + this.#endWholeCall() + this.#wholeItem(item)).join("");
  }

  /** Of the text under way; of none there is nothing to say. */
  #annotate(annotations: readonly Json[]): string {
    const open = this.#open;
    if (open?.part.kind !== "text") return "";
    const { id, index, parts, part } = open;
    return annotations
      .map((annotation) => {
        const annotation_index = part.annotations.push(annotation) - 1;
        const place = { item_id: id, output_index: index, content_index: parts.length, annotation_index };
        return this.event("response.output_text.annotation.added", { ...place, annotation });
      })
      .join("");
  }

  /** A refusal stands behind the text in one message; everything else begins an item. */
  #openPart(kind: PartKind): string {
    if (kind === "refusal" && this.#open?.part.kind === "text") {
      const done = this.#closePart(this.#open);
      this.#open.part = { kind, text: "", annotations: [] };
      return done + this.#partAdded(this.#open);
    }
    return this.#close() + this.#endWholeCall() + this.#begin(kind);
  }

  #begin(kind: PartKind): string {
    const index = this.#output.length;
    const prefix = kind === "reasoning" ? reasoningId(this.#about.id) : itemId("msg", this.#about.id);
    const before = this.#begun.get(prefix) ?? 0;
    this.#begun.set(prefix, before + 1);
    const id = before === 0 ? prefix : `${prefix}_${before}`;
    const item = kind === "reasoning" ? reasoningItem(id, "") : messageItem(id, [], "in_progress");
    this.#output.push(item);
    const open: OpenItem = { id, index, parts: [], part: { kind, text: "", annotations: [] } };
    this.#open = open;
    // INVARIANT: events are numbered as they are written, so each is made before the next.
    const added = this.event("response.output_item.added", { output_index: index, item });
    return added + this.#partAdded(open);
  }

  #partAdded({ id, index, parts, part }: OpenItem): string {
    const { at, added, make } = partForms[part.kind];
    return this.event(added, { item_id: id, output_index: index, [at]: parts.length, part: make("") });
  }

  #closePart({ id, index, parts, part: { kind, text, annotations } }: OpenItem): string {
    const { event, at, added, make } = partForms[kind];
    const place = { item_id: id, output_index: index, [at]: parts.length };
    const part = make(text, annotations);
    parts.push(part);
    const said = kind === "refusal" ? { refusal: text } : { text };
    return (
      this.event(`response.${event}.done`, { ...place, ...said, ...(kind === "text" ? NO_LOGPROBS : {}) }) +
      this.event(added.replace(/added$/, "done"), { ...place, part })
    );
  }

  #close(status?: string): string {
    const open = this.#open;
    if (open === undefined) return "";
    this.#open = undefined;
    const done = this.#closePart(open);
    const { id, index, parts, part } = open;
    const item = part.kind === "reasoning" ? reasoningItem(id, part.text) : messageItem(id, parts, status);
    this.#output[index] = item;
    return done + this.event("response.output_item.done", { output_index: index, item });
  }

  /** Items follow each other, as OpenAI's do; parts of calls that a provider mixes into another call wait for its end. */
  #call(part: Json): string {
    const { name, arguments: text } = isObject(part["function"]) ? part["function"] : {};
    const delta = textOf(text) ?? "";
    const known = this.#calls.get(part["index"]);
    const call = known ?? { id: part["id"], name, index: undefined, text: "", extra: undefined, hasEnded: false };
    if (isObject(part["extra_content"])) call.extra = part["extra_content"];
    if (call.hasEnded) return ""; // behind its end there is nothing but white space
    let head = "";
    if (known === undefined) {
      this.#calls.set(part["index"], call);
      head = this.#endWholeCall();
      if (this.#streamed === undefined) head += this.#close() + this.#beginCall(call);
    }
    call.text += delta;
    return head + (this.#streamed === call ? this.#argumentsDelta(call, delta) : "");
  }

  #beginCall(call: Call): string {
    this.#streamed = call;
    this.#isMixed = false;
    const item = callItem({ id: call.id, function: { name: call.name, arguments: "" } }, this.#offered, "in_progress");
    call.index = this.#output.push(item) - 1;
    return this.event("response.output_item.added", { output_index: call.index, item });
  }

  #argumentsDelta({ name, index = 0 }: Call, delta: string): string {
    // Of a custom tool's input the text is known once its JSON is whole.
    if (delta === "" || this.#offered.get(name)?.isCustom === true) return "";
    const at = { item_id: this.#output[index]?.["id"], output_index: index };
    return this.event("response.function_call_arguments.delta", { ...at, delta });
  }

  /** Ends the call that is passed on, unless more of it is to come. */
  #endWholeCall(): string {
    const call = this.#streamed;
    if (call === undefined || this.#isMixed) return "";
    this.#isMixed = parseJsonObject(call.text) === undefined;
    return this.#isMixed ? "" : this.#endCall(call);
  }

  #endCall(call: Call, status?: string): string {
    const begun = call.index === undefined ? this.#beginCall(call) + this.#argumentsDelta(call, call.text) : "";
    const { index = 0, id, name: called, text: given } = call;
    this.#streamed = undefined;
    call.hasEnded = true;
    const item = callItem({ id, function: { name: called, arguments: given } }, this.#offered, status);
    this.#output[index] = item;
    const at = { item_id: item["id"], output_index: index };
    const { name, arguments: text, input } = item;
    const added = text === NO_ARGUMENTS && given !== text ? this.#argumentsDelta(call, NO_ARGUMENTS) : "";
    const said =
      item["type"] === "custom_tool_call"
        ? this.event("response.custom_tool_call_input.delta", { ...at, delta: input }) +
          this.event("response.custom_tool_call_input.done", { ...at, input })
        : this.event("response.function_call_arguments.done", { ...at, name, arguments: text });
    return begun + added + said + this.event("response.output_item.done", { output_index: index, item });
  }

  #wholeItem(item: Json): string {
    const output_index = this.#output.push(item) - 1;
    return (
      this.event("response.output_item.added", { output_index, item }) +
      this.event("response.output_item.done", { output_index, item })
    );
  }
}
