import { type Json, textOf } from "../../json/json.js";
import { thoughtIn } from "./answer-content.js";
import type { Reasoner } from "./front.js";
import { PREFIX } from "./reasoning-state.js";

/**
 * Where OpenAI-compatible servers say reasoning: DeepSeek and others in the first, vLLM, Groq and others in the second.
 * Nobody signs it. Some want it back with the calls of tools it led to (DeepSeek:
 * https://api-docs.deepseek.com/guides/thinking_mode#tool-calls, read 2026-11-26), others refuse it
 * (Groq: https://github.com/janhq/jan/issues/8136, Mistral: https://github.com/charmbracelet/crush/issues/1590, read 2026-11-26).
 * So it goes back to the server it came from, and to no other.
 */
const fields = ["reasoning_content", "reasoning"] as const;
type Field = (typeof fields)[number];

export interface UnsignedReasoning {
  /** Undefined: it stands in the content, and nobody wants it back. */
  readonly field: Field | undefined;
  readonly text: string;
}

/** @param holder a message, or the delta of one. */
export function unsignedReasoning(holder: Json): UnsignedReasoning | undefined {
  for (const field of fields) {
    const text = textOf(holder[field]) ?? "";
    if (text !== "") return { field, text };
  }
  const text = thoughtIn(holder["content"]);
  return text === "" ? undefined : { field: undefined, text };
}

/** @returns what says whose reasoning it is, in the `format` of a detail; undefined when it goes back to nobody. */
export function originOfReasoning({ field }: UnsignedReasoning, reasoner: Reasoner | undefined): string | undefined {
  return field === undefined || reasoner === undefined ? undefined : originOf(field, reasoner.provider);
}

/** What says whose reasoning it is, in the `format` of a detail. @param provider of the catalog. */
function originOf(field: Field, provider: string): string {
  return `${PREFIX}${field}@${provider}`;
}

/** @returns what a detail of `reasoning_details` says to the provider it came from; undefined when it is another's. */
export function reasoningOf(
  { type, text, format }: Json,
  provider: string,
): { readonly field: Field; readonly text: string } | undefined {
  const field = fields.find((name) => format === originOf(name, provider));
  return type !== "reasoning.text" || field === undefined ? undefined : { field, text: textOf(text) ?? "" };
}

/**
 * DeepSeek in its thinking mode, which is the default, refuses a conversation with tools where a message of the assistant has no reasoning, also one that another
 * model wrote; an empty one will do (https://github.com/openclaw/openclaw/issues/73417, https://github.com/continuedev/continue/issues/11285, read
 * 2026-11-26). Other hosts name its models otherwise, but for the distilled ones of Groq, which refuses the field.
 */
const deepSeekModel = /^deepseek-(?!r1-distill)/i;
/**
 * Kimi's that reason answer 400 too ("thinking is enabled but reasoning_content is missing in assistant tool call message"), also by way of
 * OpenRouter; its own client sends an empty one (https://github.com/MoonshotAI/kimi-cli/pull/2498,
 * https://github.com/earendil-works/pi/pull/987, read 2026-11-27).
 */
const kimiModel = /^(?:moonshotai\/)?kimi-/i;

/** @param model the server's own name. */
export function wantsReasoning(model: string): boolean {
  return deepSeekModel.test(model) || kimiModel.test(model);
}

/**
 * Whether `thinking: { type: "disabled" }` is its own field too (https://api-docs.deepseek.com/guides/thinking_mode, read 2026-11-27). Kimi
 * has it, and refuses it from K2.7 on.
 */
export function takesThinkingOff(model: string): boolean {
  return deepSeekModel.test(model);
}

/** A message of the assistant with reasoning, be it none. */
export function withAnyReasoning(message: Json): Json {
  return message["role"] === "assistant" ? { reasoning_content: "", ...message } : message;
}
