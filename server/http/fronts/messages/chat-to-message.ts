import { countOf, isObject, type Json, objectsOf, textOf } from "../../../json/json.js";
import { outputTokensOf } from "../../../providers/chat/output-tokens.js";
import { argumentsObject } from "../../../providers/chat/tool-arguments.js";
import { cachedTokensOf } from "../../../providers/chat/usage-in.js";
import { textIn } from "../answer-content.js";
import { cutBy } from "../cut-by.js";
import { ownName } from "../fit-name.js";
import type { AnswerAbout, Reasoner } from "../front.js";
import { writeState } from "../reasoning-state.js";
import { sealDetails, textInDetails } from "../sealed-details.js";
import { toolCallsOf } from "../tool-calls.js";
import { originOfReasoning, unsignedReasoning } from "../unsigned-reasoning.js";

/** A whole chat completion as a message of the Messages API. */
export function chatToMessage(chat: Json, { id, model, reasoner, echo: long, inputTokens }: AnswerAbout): Json {
  const [choice] = objectsOf(chat["choices"]);
  const message = isObject(choice?.["message"]) ? choice["message"] : {};
  const calls = toolCallsOf(message);
  const refusal = textOf(message["refusal"]) ?? "";
  const text = textIn(message["content"]) + refusal;
  const content = [
    ...thinkingOf(message, reasoner),
    ...(text === "" ? [] : [{ type: "text", text }]),
    ...calls.flatMap((call) => [...stateOf(call), toolUse(call, long)]),
  ];
  return {
    id: messageId(textOf(chat["id"]) || id),
    type: "message",
    role: "assistant",
    model: textOf(chat["model"]) || model,
    content,
    ...whyStopped(choice?.["finish_reason"], calls.length > 0, refusal),
    usage: messageUsage(chat["usage"], inputTokens, () => Math.ceil(Buffer.byteLength(JSON.stringify(content)) / 4)),
  };
}

export function messageId(id: string): string {
  return id.startsWith("msg_") ? id : `msg_${id.replace(/[^A-Za-z0-9_-]/g, "")}`;
}

/** Signed reasoning as its blocks; reasoning without a signature as one block that says whose it is. */
function thinkingOf(message: Json, reasoner: Reasoner | undefined): readonly Json[] {
  const given = objectsOf(message["reasoning_details"]);
  const unsigned = unsignedReasoning(message);
  if (reasoner !== undefined && given.length > 0) {
    const shown = unsigned?.text ?? textInDetails(given);
    const signature = unsigned === undefined ? "" : (originOfReasoning(unsigned, reasoner) ?? "");
    return [
      ...(shown === "" ? [] : [{ type: "thinking", thinking: shown, signature }]),
      ...sealedBlock(given, reasoner),
    ];
  }
  const details = given.flatMap(thinkingBlock);
  if (unsigned === undefined || details.some(isSigned)) return details;
  return [{ type: "thinking", thinking: unsigned.text, signature: originOfReasoning(unsigned, reasoner) ?? "" }];
}

export function isSigned({ signature }: Json): boolean {
  return signature !== "";
}

/** `reasoning_details` of an OpenAI-compatible server, as a block that clients hand back. */
export function sealedBlock(details: readonly Json[], reasoner: Reasoner): readonly Json[] {
  const state = writeState({ reasoning_details: sealDetails(details, reasoner) });
  return state === undefined ? [] : [{ type: "redacted_thinking", data: state }];
}

/** What a provider put on a call, as a block that clients hand back. */
export function stateOf(call: Json): readonly Json[] {
  const state = writeState({ tool_calls: [call] });
  return state === undefined ? [] : [{ type: "redacted_thinking", data: state }];
}

export function thinkingBlock({ type, text, signature, data }: Json): readonly Json[] {
  if (type === "reasoning.encrypted") return [{ type: "redacted_thinking", data }];
  return type === "reasoning.text"
    ? [{ type: "thinking", thinking: textOf(text) ?? "", signature: signature ?? "" }]
    : [];
}

function toolUse({ id, function: called }: Json, long: Json | undefined): Json {
  const { name, arguments: text } = isObject(called) ? called : {};
  return { type: "tool_use", id, name: ownName(name, long), input: argumentsObject(textOf(text) ?? "").values };
}

const stopReasons = { length: "max_tokens", content_filter: "refusal" } as const;

/**
 * @param hasCalls OpenAI says `stop` of a call that the request forced, some servers of every call
 *   (https://github.com/vllm-project/vllm/pull/25054, read 2026-11-27).
 * @param refusal OpenAI says `stop` of it too (https://platform.openai.com/docs/guides/structured-outputs#refusals, read 2026-11-27).
 */
export function whyStopped(reason: unknown, hasCalls: boolean, refusal: string): Json {
  const cut = cutBy(reason);
  const stop = cut !== undefined ? stopReasons[cut] : hasCalls ? "tool_use" : refusal !== "" ? "refusal" : "end_turn";
  const explanation = refusal === "" ? null : refusal;
  return {
    stop_reason: stop,
    stop_details: stop === "refusal" ? { type: "refusal", category: null, explanation } : null,
    stop_sequence: null,
  };
}

/**
 * The Messages API counts cached input apart. Counts of the cache that are not known are 0.
 * @param inputTokens stands for the prompt's size where the provider does not say it. @param outputTokens stands for the answer's size.
 */
export function messageUsage(value: unknown, inputTokens = 0, outputTokens: () => number = () => 0): Json {
  const usage = isObject(value) ? value : {};
  const details = isObject(usage["prompt_tokens_details"]) ? usage["prompt_tokens_details"] : {};
  const read = cachedTokensOf(usage) ?? 0;
  const written = countOf(details["cache_write_tokens"]) ?? 0;
  const written1h = countOf(details["cache_write_1h_tokens"]);
  const output = isObject(usage["completion_tokens_details"]) ? usage["completion_tokens_details"] : {};
  const thinking = countOf(output["reasoning_tokens"]);
  return {
    input_tokens: Math.max(0, (countOf(usage["prompt_tokens"]) ?? inputTokens) - read - written),
    cache_creation_input_tokens: written,
    cache_read_input_tokens: read,
    ...(written1h === undefined
      ? {}
      : {
          cache_creation: {
            ephemeral_1h_input_tokens: written1h,
            ephemeral_5m_input_tokens: Math.max(0, written - written1h),
          },
        }),
    output_tokens: outputTokensOf(usage) ?? outputTokens(),
    ...(thinking === undefined ? {} : { output_tokens_details: { thinking_tokens: thinking } }),
  };
}
