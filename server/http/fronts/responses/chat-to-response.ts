import { countOf, isObject, type Json, objectsOf, textOf } from "../../../json/json.js";
import { outputTokensOf } from "../../../providers/chat/output-tokens.js";
import { cachedTokensOf } from "../../../providers/chat/usage-in.js";
import { textIn } from "../answer-content.js";
import { cutBy } from "../cut-by.js";
import type { AnswerAbout, Reasoner } from "../front.js";
import { reasoningId, writeState } from "../reasoning-state.js";
import { joinDetails, sealDetails, textInDetails } from "../sealed-details.js";
import { toolCallsOf } from "../tool-calls.js";
import { originOfReasoning, type UnsignedReasoning, unsignedReasoning } from "../unsigned-reasoning.js";
import { echoOf } from "./echo-of.js";
import { itemId } from "./item-id.js";
import { callItem, offeredTools } from "./offered-tools.js";

/** A whole chat completion as a response. Servers that are nearly compatible leave `id` and `created` out (https://github.com/dongri/openai-api-rs/pull/146, read 2026-11-28). */
export function chatToResponse(chat: Json, about: AnswerAbout): Json {
  const { reasoner, echo } = about;
  const [choice] = objectsOf(chat["choices"]);
  const message = isObject(choice?.["message"]) ? choice["message"] : {};
  const id = textOf(chat["id"]) || about.id;
  const unsigned = unsignedReasoning(message);
  const details = objectsOf(message["reasoning_details"]);
  const reasoning = unsigned?.text ?? (reasoner === undefined ? "" : textInDetails(details));
  const text = textIn(message["content"]);
  const refusal = textOf(message["refusal"]) ?? "";
  const cited = text === "" ? [] : [outputText(text, annotationsIn(message))];
  const content = [...cited, ...(refusal === "" ? [] : [refusalPart(refusal)])];
  const calls = toolCallsOf(message);
  const state = writeState({
    ...message,
    tool_calls: calls,
    reasoning_details: detailsOf(details, unsigned, reasoner),
  });
  const offered = offeredTools(echo?.["tools"]);
  const pictures = pictureItems(id, message);
  const status = statusOfLast(choice?.["finish_reason"]);
  const output = [
    ...(reasoning === "" ? [] : [reasoningItem(reasoningId(id), reasoning)]),
    ...(content.length === 0 && (calls.length > 0 || reasoning !== "" || pictures.length > 0)
      ? []
      : [messageItem(itemId("msg", id), content, calls.length === 0 ? status : "completed")]),
    ...pictures,
    ...calls.map((call, at) => callItem(call, offered, at === calls.length - 1 ? status : "completed")),
    ...(state === undefined ? [] : [stateItem(reasoningId(`state_${id}`), state)]),
  ];
  return response(
    { id, created: countOf(chat["created"]) || about.created, model: textOf(chat["model"]) || about.model, echo },
    { output, usage: chat["usage"], finishReason: choice?.["finish_reason"] },
  );
}

/**
 * Reasoning as it is handed back to the one it came from.
 * @param details whole, or in the pieces of a stream. @param unsigned what nobody signs.
 */
export function detailsOf(
  details: readonly Json[],
  unsigned: UnsignedReasoning | undefined,
  reasoner: Reasoner | undefined,
): readonly Json[] {
  const format = unsigned === undefined ? undefined : originOfReasoning(unsigned, reasoner);
  return [
    ...(reasoner === undefined ? details : sealDetails(joinDetails(details), reasoner)),
    ...(format === undefined ? [] : [{ type: "reasoning.text", text: unsigned?.text, format }]),
  ];
}

export interface ResponseEnd {
  readonly output: readonly Json[];
  readonly usage: unknown;
  /** Of the chat completion; undefined while it is under way. */
  readonly finishReason: unknown;
}

export interface ResponseAbout extends Pick<AnswerAbout, "id" | "model" | "echo"> {
  readonly created: unknown;
}

/** The response object, whole or under way. */
export function response({ id, created, model, echo }: ResponseAbout, end: ResponseEnd | undefined): Json {
  const cut = cutBy(end?.finishReason);
  return {
    id: id.startsWith("resp_") ? id : `resp_${id}`,
    object: "response",
    created_at: created,
    completed_at: null,
    status: end === undefined ? "in_progress" : cut === undefined ? "completed" : "incomplete",
    error: null,
    incomplete_details: cut === undefined ? null : { reason: cut === "length" ? "max_output_tokens" : cut },
    model,
    output: end?.output ?? [],
    store: false,
    ...(echo ?? echoOf({})),
    usage: end === undefined ? null : responseUsage(end.usage),
  };
}

/**
 * Pictures that the model made, as those of OpenAI's own tool (`ResponseOutputItem.ImageGenerationCall` of the `openai` package 6.49.0, read
 * 2026-11-27). @param holder a message, or the delta of one. @param before how many came before.
 */
export function pictureItems(id: string, holder: Json, before = 0): readonly Json[] {
  return objectsOf(holder["images"]).flatMap(({ image_url: image }, at) => {
    const url = isObject(image) ? textOf(image["url"]) : undefined;
    const result = url === undefined ? undefined : /^data:[^,]*;base64,(.*)$/s.exec(url)?.[1];
    const item = {
      id: itemId("ig", `${id}_${before + at}`),
      type: "image_generation_call",
      status: "completed",
      result,
    };
    return result === undefined ? [] : [item];
  });
}

/** What the last item of an answer is: one that is cut off is not whole. */
export function statusOfLast(finishReason: unknown): string {
  return cutBy(finishReason) === undefined ? "completed" : "incomplete";
}

export function outputText(text: string, annotations: readonly Json[] = []): Json {
  return { type: "output_text", text, annotations, logprobs: [] };
}

/**
 * Links to what a model that searches has read (`ChatCompletionMessage.Annotation` and `ResponseOutputText.URLCitation` of the `openai`
 * package 6.49.0, read 2026-11-27). @param holder a message, or the delta of one.
 */
export function annotationsIn(holder: Json): readonly Json[] {
  return objectsOf(holder["annotations"]).flatMap(({ type, url_citation: cited }) =>
    type === "url_citation" && isObject(cited) ? [{ type, ...cited }] : [],
  );
}

export function refusalPart(refusal: string): Json {
  return { type: "refusal", refusal };
}

export function messageItem(id: string, content: readonly Json[], status = "completed"): Json {
  return { id, type: "message", role: "assistant", status, content };
}

export function reasoningItem(id: string, text: string): Json {
  return { id, type: "reasoning", summary: text === "" ? [] : [{ type: "summary_text", text }] };
}

export function stateItem(id: string, state: string): Json {
  return { id, type: "reasoning", summary: [], encrypted_content: state };
}

function responseUsage(value: unknown): Json | null {
  if (!isObject(value)) return null;
  const input = isObject(value["prompt_tokens_details"]) ? value["prompt_tokens_details"] : {};
  const output = isObject(value["completion_tokens_details"]) ? value["completion_tokens_details"] : {};
  return {
    input_tokens: countOf(value["prompt_tokens"]) ?? 0,
    input_tokens_details: {
      cache_write_tokens: countOf(input["cache_write_tokens"]) ?? 0,
      cached_tokens: cachedTokensOf(value) ?? 0,
    },
    output_tokens: outputTokensOf(value) ?? 0,
    output_tokens_details: { reasoning_tokens: countOf(output["reasoning_tokens"]) ?? 0 },
    total_tokens: countOf(value["total_tokens"]) ?? 0,
  };
}
