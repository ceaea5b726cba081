import type { Json } from "../../json/json.js";

/**
 * The parameters of a chat completion: OpenAI's (types of the `openai` package 6.49.0, read 2026-11-25), then those that
 * many OpenAI-compatible servers take beside them.
 */
export const chatParameters = [
  "messages",
  "model",
  "stream",
  "stream_options",
  "max_completion_tokens",
  "max_tokens",
  "temperature",
  "top_p",
  "frequency_penalty",
  "presence_penalty",
  "seed",
  "stop",
  "n",
  "logprobs",
  "top_logprobs",
  "logit_bias",
  "tools",
  "tool_choice",
  "parallel_tool_calls",
  "functions",
  "function_call",
  "response_format",
  "reasoning_effort",
  "verbosity",
  "modalities",
  "audio",
  "prediction",
  "web_search_options",
  "moderation",
  "service_tier",
  "user",
  "safety_identifier",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "store",
  "metadata",
  "top_k",
  "reasoning",
  "thinking",
  "cache_control",
  "extra_body",
] as const;
export type ChatParameter = (typeof chatParameters)[number];

/** What a format does with a parameter; the table of docs/providers.md is made of these. */
export interface Support {
  readonly does: /** It means the same at the provider. */
    | "translated"
    /** It comes close; where the difference shows, a warning says so. */
    | "adjusted"
    /** It is left out, and a warning says so. */
    | "ignored"
    /** The provider is left out of the plan: an answer without it would be another answer. */
    | "refused"
    /** It is for this server. */
    | "ours";
  readonly note?: string;
}
export type ParameterTable = Readonly<Record<ChatParameter, Support>>;

/** Values that ask for nothing, as if the parameter were not there. */
const neutral: Readonly<Partial<Record<ChatParameter, (value: unknown) => boolean>>> = {
  frequency_penalty: (value) => value === 0,
  presence_penalty: (value) => value === 0,
  n: (value) => value === 1,
  logprobs: (value) => value === false,
  top_logprobs: (value) => value === 0,
  store: (value) => value === false,
  service_tier: (value) => value === "auto" || value === "default",
  modalities: (value) => Array.isArray(value) && value.every((modality) => modality === "text"),
  verbosity: (value) => value === "medium",
  parallel_tool_calls: (value) => value === true,
};

function asks(body: Json, name: ChatParameter): boolean {
  const value = body[name];
  if (value === undefined || value === null) return false;
  if (typeof value === "object" && Object.keys(value).length === 0) return name === "web_search_options";
  return neutral[name]?.(value) !== true;
}

/** @returns the first parameter of a body that a format cannot do without changing what the answer is. */
export function refusedParameter(body: Json, table: ParameterTable): ChatParameter | undefined {
  return chatParameters.find((name) => table[name].does === "refused" && asks(body, name));
}

/**
 * @param ours fields of the body that are for this server and no parameters.
 * @returns the fields of a body that a format leaves out.
 */
export function ignoredParameters(body: Json, table: ParameterTable, ours: ReadonlySet<string>): readonly string[] {
  return Object.keys(body).filter((name) => {
    if (ours.has(name) || body[name] === null) return false;
    return isParameter(name) ? table[name].does === "ignored" && asks(body, name) : true;
  });
}

function isParameter(name: string): name is ChatParameter {
  return (chatParameters as readonly string[]).includes(name);
}
