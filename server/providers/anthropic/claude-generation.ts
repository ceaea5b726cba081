/**
 * What a model takes of the Messages API. Claude models lose parameters from one generation to the next, and answer 400 to
 * what they no longer take; names that are not Claude's (other servers speak this API too) are believed to take all.
 *
 * Sources, read 2026-11-25: platform.claude.com/docs/en/build-with-claude/effort, …/adaptive-thinking,
 * …/models/opus-5-5/whats-new-opus-5-5, …/models/sonnet-5-5/whats-new-sonnet-5-5,
 * openrouter.ai/docs/cookbook/evaluate-and-optimize/model-migrations/{claude-4-7,claude-5-5}.
 */
export interface ClaudeGeneration {
  /** `temperature`, `top_p`, `top_k`: refused from 4.7 on. */
  readonly takesSampling: boolean;
  /** `temperature` and `top_p` in one request: refused from 4.1 on. */
  readonly takesTemperatureWithTopP: boolean;
  /** How thinking is asked for: a budget of tokens, or `adaptive` with an effort (4.6 and later; 4.6 still takes budgets). */
  readonly thinking: "budget" | "adaptive";
  /** What turns thinking off; undefined: it cannot be turned off, only lowered by effort. */
  readonly thinkingOff: "omit" | "disabled" | "between_tools" | undefined;
  /** `xhigh` and `max`: from 4.7 on; 4.6 knows `max` only. */
  readonly takesXhigh: boolean;
  /** `tool_choice` any or tool: refused by Opus and Sonnet 5.5, Fable and Mythos 5.1 and later. */
  readonly takesForcedTools: boolean;
  /** `role: system` in mid-conversation: Opus 4.8 and later, and others of 5.5 (Fable and Mythos 5.1) and later. */
  readonly takesSystemTurns: boolean;
}

const foreign: ClaudeGeneration = {
  takesSampling: true,
  takesTemperatureWithTopP: true,
  thinking: "budget",
  thinkingOff: "omit",
  takesXhigh: false,
  takesForcedTools: true,
  takesSystemTurns: false,
};

/** @param model the provider's own name: `claude-opus-5-5`, `claude-haiku-4-5-20251001`, `claude-3-5-sonnet-20241022`. */
export function claudeGeneration(model: string): ClaudeGeneration {
  const version = versionOf(model);
  if (version === undefined) return foreign;
  const { family, number } = version;
  const isFable = family === "fable" || family === "mythos";
  return {
    takesSampling: number < 4.7,
    takesTemperatureWithTopP: number < 4.1,
    thinking: number < 4.6 ? "budget" : "adaptive",
    thinkingOff: thinkingOff(family, number),
    takesXhigh: number >= 4.7,
    takesForcedTools: isFable ? number < 5.1 : family === "haiku" || number < 5.5,
    takesSystemTurns: number >= (isFable ? 5.1 : family === "opus" ? 4.8 : 5.5),
  };
}

function thinkingOff(family: string, number: number): ClaudeGeneration["thinkingOff"] {
  if (number < 5) return "omit"; // off unless asked for
  if (family === "sonnet" && number >= 5.5) return "between_tools";
  if (family === "fable" || family === "mythos" || (family === "opus" && number >= 5.5)) return undefined;
  return "disabled";
}

function versionOf(model: string): { readonly family: string; readonly number: number } | undefined {
  // A date may follow; a minor version has one or two digits.
  const current = /claude-(opus|sonnet|haiku|fable|mythos)-(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/.exec(model);
  if (current !== null) {
    const [, family = "", major = "", minor = "0"] = current;
    return { family, number: Number(`${major}.${minor}`) };
  }
  if (/claude-(\d|instant)/.test(model)) return { family: "", number: 3 };
  // A name without a version is newer than this file.
  const family = /claude-([a-z]+)/.exec(model)?.[1];
  return family === undefined ? undefined : { family, number: 5 };
}
