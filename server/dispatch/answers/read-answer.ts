import { isObject, type Json } from "../../json/json.js";
import { usageIn } from "../../providers/chat/usage-in.js";
import type { AnswerNotes } from "./attempt-result.js";
import { readUsage } from "./usage.js";

/** What is longer, in UTF-16 units, is no reason; nor has an answer more of them than OpenAI gives choices. Both may come for as long as a stream lasts. */
const LONGEST_REASON = 256;
const MOST_REASONS = 128;

/** Notes what an answer, or a chunk of a stream, says about itself: usage, id, model, service tier, why it ended. */
export function noteAnswer(answer: Json, notes: AnswerNotes): void {
  const { id, model, service_tier: tier } = answer;
  // Azure's first chunk has empty ones.
  if (typeof id === "string" && id !== "") notes.id ??= id;
  if (typeof model === "string" && model !== "") notes.model ??= model;
  if (typeof tier === "string" && tier !== "") notes.serviceTier = tier;
  noteUsage(usageIn(answer), notes);
  for (const choice of choicesOf(answer)) {
    const reason = endOf(choice);
    if (reason === undefined || reason.length > LONGEST_REASON) continue;
    notes.finishReasons ??= [];
    if (notes.finishReasons.length < MOST_REASONS) notes.finishReasons.push(reason);
  }
}

export function noteUsage(raw: unknown, notes: AnswerNotes): void {
  const usage = readUsage(raw);
  if (usage === undefined) return;
  notes.usage = usage;
  notes.rawUsage = raw;
}

export interface Choice {
  readonly index?: unknown;
  readonly delta?: unknown;
  /** Of a text completion. */
  readonly text?: unknown;
  readonly finish_reason?: unknown;
  readonly error?: unknown;
}

const NONE: readonly Choice[] = [];

/** The choices of an answer or chunk; none when it has no such list. */
export function choicesOf({ choices }: Json): readonly Choice[] {
  if (!Array.isArray(choices)) return NONE;
  return choices.every(isObject) ? choices : choices.filter(isObject);
}

/** Why a choice ended; undefined while it has not: some servers say so with an empty text in place of null. */
export function endOf({ finish_reason: reason }: Choice): string | undefined {
  return typeof reason === "string" && reason !== "" ? reason : undefined;
}

/** @returns the error that an answer or chunk says, itself or as the end of a choice; undefined when it says none. */
export function errorIn(answer: Json): unknown {
  return errorOf(answer) ?? brokenOff(choicesOf(answer));
}

/** Some servers say with `null`, `false`, or nothing in it that there is no error. */
function errorOf({ error }: { readonly error?: unknown }): unknown {
  const saysNone = !error || (typeof error === "object" && Object.keys(error).length === 0);
  return saysNone ? undefined : error;
}

/**
 * Ends that say that the answer was broken off, each with the code of its failure: Mistral's and OpenRouter's `error`, vLLM's `abort` (the engine stops
 * or pauses: https://github.com/vllm-project/vllm/issues/57082), DeepSeek's when its system has no room (https://api-docs.deepseek.com/api/create-chat-completion);
 * read 2026-11-28.
 */
const broken: ReadonlyMap<string | undefined, string | undefined> = new Map([
  ["error", undefined],
  ["abort", undefined],
  ["insufficient_system_resource", "overloaded"],
]);

function brokenOff(choices: readonly Choice[]): unknown {
  const choice = choices.find((one) => broken.has(endOf(one)));
  if (choice === undefined) return undefined;
  const end = endOf(choice);
  // OpenRouter says it in the choice.
  return errorOf(choice) ?? { message: `the answer ended with finish_reason ${end}`, code: broken.get(end) };
}
