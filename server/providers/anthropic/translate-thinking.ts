import { isObject, type Json } from "../../json/json.js";
import type { ChatRequest, Effort } from "../chat/chat-request.js";
import type { ClaudeGeneration } from "./claude-generation.js";
import { forcesTools } from "./translate-tools.js";
import type { EffortParam, ThinkingParam } from "./wire.js";

/** The smallest budget that Anthropic takes. */
const MIN_BUDGET = 1_024;
/** Of the answer's limit, which counts thinking too: the rest is for the answer itself. As OpenRouter does at the highest effort. */
const MAX_THINKING_SHARE = 0.8;

function share(maxTokens: number): number {
  return Math.floor(MAX_THINKING_SHARE * maxTokens);
}

/** Budgets of models that know no effort: those that Google's OpenAI-compatible API uses for the same words. */
const budgets: Readonly<Record<Exclude<Effort, "none">, number>> = {
  minimal: MIN_BUDGET,
  low: MIN_BUDGET,
  medium: 8_192,
  high: 24_576,
  xhigh: 32_768,
  max: 32_768,
};
const effortParams: Readonly<Record<Exclude<Effort, "none">, EffortParam>> = {
  minimal: "low",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "xhigh",
  max: "max",
};

export interface TranslatedThinking {
  readonly thinking?: ThinkingParam | Json;
  readonly effort?: EffortParam;
}

/**
 * Says `reasoning_effort` in the words of the model. Anthropic's own `thinking` in the body wins.
 * @param maxTokens of the whole answer: a budget must be smaller.
 */
export function translateThinking(
  request: ChatRequest,
  generation: ClaudeGeneration,
  maxTokens: number,
  warnings: Set<string>,
): TranslatedThinking {
  const { thinking } = request.body;
  if (isObject(thinking)) return ownThinking(thinking, maxTokens, warnings);
  const { effort, maxTokens: budget } = request.reasoning;
  if (effort === "none") return withoutThinking(generation, warnings);
  if (effort === undefined && budget === undefined) return {};
  return generation.thinking === "adaptive"
    ? adaptive(request, effort, generation, warnings)
    : budgeted(request, budget ?? Math.min(budgets[effort ?? "medium"], share(maxTokens)), maxTokens, warnings);
}

/** A budget that is not below the limit would be refused: that of a stream's rest is lower than the client's. */
function ownThinking(thinking: Json, maxTokens: number, warnings: Set<string>): TranslatedThinking {
  const { budget_tokens: wanted } = thinking;
  if (typeof wanted !== "number" || wanted < maxTokens) return { thinking };
  const budget = share(maxTokens);
  if (budget < MIN_BUDGET) {
    warnings.add(`thinking: left out, the answer's limit of ${maxTokens} tokens is too small for it`);
    return {};
  }
  warnings.add(`thinking: the budget was lowered to ${budget}, below the answer's limit`);
  return { thinking: { ...thinking, budget_tokens: budget } };
}

function withoutThinking({ thinkingOff }: ClaudeGeneration, warnings: Set<string>): TranslatedThinking {
  switch (thinkingOff) {
    case "omit":
      return {};
    case "disabled":
    case "between_tools":
      return { thinking: { type: thinkingOff } };
    case undefined:
      warnings.add("reasoning_effort: this model always thinks; the lowest effort was asked for");
      return { effort: "low" };
  }
}

function adaptive(
  request: ChatRequest,
  effort: Exclude<Effort, "none"> | undefined,
  { takesXhigh }: ClaudeGeneration,
  warnings: Set<string>,
): TranslatedThinking {
  if (request.reasoning.maxTokens !== undefined) {
    warnings.add("reasoning.max_tokens: this model takes an effort, not a budget; it was left out");
  }
  const param = effort === undefined ? undefined : effortParams[effort];
  if (effort === "minimal") warnings.add("reasoning_effort: minimal was sent as low");
  const known = param === "xhigh" && !takesXhigh ? "high" : param;
  if (known !== param) warnings.add("reasoning_effort: xhigh was sent as high");
  const says = known === undefined ? {} : { effort: known };
  const display = request.reasoning.isShown ? { display: "summarized" as const } : {};
  return { thinking: { type: "adaptive", ...display }, ...says };
}

/**
 * A budget of thinking may not go together with a forced tool; adaptive thinking may
 * (https://platform.claude.com/docs/build-with-claude/thinking-tool-workflows, read 2026-11-27).
 */
function budgeted(request: ChatRequest, wanted: number, maxTokens: number, warnings: Set<string>): TranslatedThinking {
  const left = (why: string): TranslatedThinking => {
    warnings.add(`reasoning_effort: left out, ${why}`);
    return {};
  };
  if (forcesTools(request)) return left("this model does not think when a tool is forced");
  if (lacksThinkingOfToolLoop(request)) {
    return left("the tool calls being answered came back without the reasoning_details they were made with");
  }
  const budget = Math.min(Math.max(wanted, MIN_BUDGET), maxTokens - 1);
  if (budget < MIN_BUDGET) return left(`the answer's limit of ${maxTokens} tokens is too small for thinking`);
  if (budget < wanted) warnings.add(`reasoning: the budget was lowered to ${budget}, below the answer's limit`);
  return { thinking: { type: "enabled", budget_tokens: budget } };
}

/** With a budget, a turn that calls tools must begin with the thinking that led to it, or the request is refused. */
function lacksThinkingOfToolLoop({ messages }: ChatRequest): boolean {
  if (messages.at(-1)?.role !== "tool") return false;
  const last = messages.findLast((message) => message.role === "assistant");
  return last?.role === "assistant" && last.toolCalls.length > 0 && last.reasoning.length === 0;
}
