import type { Endpoint } from "../../../engine/serving.js";
import type { Json } from "../../json/json.js";
import { type ChatRequest, RefusedRequest } from "../chat/chat-request.js";
import { refusedParameter } from "../chat/parameters.js";
import type { TranslatedRequest } from "../chat/translator.js";
import { type ClaudeGeneration, claudeGeneration } from "./claude-generation.js";
import { fitSchema, hasFreeKeys } from "./fit-schema.js";
import { parameters } from "./parameters.js";
import { translateMessages } from "./translate-messages.js";
import { unfitPart } from "./translate-parts.js";
import { translateThinking } from "./translate-thinking.js";
import { forcesTools, translateToolChoice, translateTools, warnOfWords } from "./translate-tools.js";
import type { MessagesRequest, TextBlock } from "./wire.js";

/** Anthropic wants a limit; this one stands where neither the request nor the catalog has any. */
const DEFAULT_MAX_TOKENS = 8_192;

const JSON_ONLY: TextBlock = {
  type: "text",
  text: "Answer with one JSON object and nothing else: no prose, no code fence.",
};

export function unable(request: ChatRequest, { upstreamModel }: Endpoint): string | undefined {
  const refused = refusedParameter(request.body, parameters);
  if (refused !== undefined) return `asks for ${refused}, which Anthropic's format has no way to say`;
  if (forcesTools(request) && !claudeGeneration(upstreamModel).takesForcedTools) {
    return `forces a tool (tool_choice), which ${upstreamModel} refuses`;
  }
  const { responseFormat } = request;
  if (responseFormat?.kind === "json_schema" && hasFreeKeys(responseFormat.schema)) {
    return "asks for JSON with keys that its schema does not name (response_format), which Anthropic's format has no way to say";
  }
  for (const { parts } of request.messages) {
    const unfit = parts.map(unfitPart).find((what) => what !== undefined);
    if (unfit !== undefined) return `holds ${unfit}, which Anthropic's format has no way to say`;
  }
  return undefined;
}

export function translateRequest(request: ChatRequest, endpoint: Endpoint, stream: boolean): TranslatedRequest {
  const warnings = new Set<string>();
  const generation = claudeGeneration(endpoint.upstreamModel);
  const { system, messages } = translateMessages(request.messages, generation, warnings);
  if (messages.length === 0) throw new RefusedRequest("messages", "Anthropic's format needs a message of the user");
  const maxTokens = request.maxTokens ?? endpoint.maxOutputTokens ?? DEFAULT_MAX_TOKENS;
  const { thinking, effort } = translateThinking(request, generation, maxTokens, warnings);
  const { responseFormat } = request;
  const format = responseFormat?.kind === "json_schema" ? fitSchema(responseFormat.schema) : undefined;
  if (format !== undefined) warnOfWords("response_format", [format], warnings);
  const wholeSystem = responseFormat?.kind === "json_object" ? [...system, JSON_ONLY] : system;
  if (responseFormat?.kind === "json_object")
    warnings.add("response_format: json_object was asked for in the system prompt");
  const toolChoice = translateToolChoice(request);
  const tools = translateTools(request, warnings);
  const outputConfig = {
    ...(effort === undefined ? {} : { effort }),
    ...(format === undefined ? {} : { format: { type: "json_schema" as const, schema: format.schema } }),
  };
  const cacheControl = request.body["cache_control"] as Json | null | undefined;
  const body: MessagesRequest = {
    model: endpoint.upstreamModel,
    max_tokens: maxTokens,
    messages,
    ...(wholeSystem.length === 0 ? {} : { system: wholeSystem }),
    ...(tools.length === 0 ? {} : { tools }),
    ...(toolChoice === undefined ? {} : { tool_choice: toolChoice }),
    ...stopSequences(request, warnings),
    ...sampling(request, generation, thinking !== undefined, warnings),
    ...(thinking === undefined ? {} : { thinking }),
    ...(Object.keys(outputConfig).length === 0 ? {} : { output_config: outputConfig }),
    ...userId(request),
    ...serviceTier(request, warnings),
    ...(cacheControl === undefined || cacheControl === null ? {} : { cache_control: cacheControl }),
    ...(stream ? { stream: true as const } : {}),
  };
  return { path: "/messages", body: body as unknown as Json, warnings: [...warnings] };
}

function stopSequences({ stop }: ChatRequest, warnings: Set<string>): Pick<MessagesRequest, "stop_sequences"> {
  const usable = stop.filter((text) => text.trim() !== "");
  if (usable.length < stop.length) warnings.add("stop: sequences of white space only were left out");
  return usable.length === 0 ? {} : { stop_sequences: usable };
}

function sampling(
  { temperature, topP, topK }: ChatRequest,
  { takesSampling, takesTemperatureWithTopP }: ClaudeGeneration,
  isThinking: boolean,
  warnings: Set<string>,
): Pick<MessagesRequest, "temperature" | "top_p" | "top_k"> {
  const given = { temperature, top_p: topP, top_k: topK };
  const leaveOut = (name: keyof typeof given, why: string) => {
    if (given[name] === undefined) return;
    warnings.add(`${name}: left out, ${why}`);
    given[name] = undefined;
  };
  if (!takesSampling) {
    for (const name of ["temperature", "top_p", "top_k"] as const) leaveOut(name, "this model takes none");
  }
  // https://platform.claude.com/docs/en/build-with-claude/extended-thinking, "Feature compatibility", read 2026-11-25
  if (isThinking) {
    if (given.temperature !== 1) leaveOut("temperature", "a model that thinks takes only 1");
    leaveOut("top_k", "a model that thinks takes none");
    if (given.top_p !== undefined && given.top_p < 0.95) leaveOut("top_p", "a model that thinks takes 0.95 to 1");
  }
  if (given.temperature !== undefined && !takesTemperatureWithTopP) {
    leaveOut("top_p", "this model takes it or temperature, not both");
  }
  if (given.temperature !== undefined && given.temperature > 1) {
    warnings.add("temperature: lowered to 1, the most that Anthropic takes");
    given.temperature = 1;
  }
  return {
    ...(given.temperature === undefined ? {} : { temperature: given.temperature }),
    ...(given.top_p === undefined ? {} : { top_p: given.top_p }),
    ...(given.top_k === undefined ? {} : { top_k: given.top_k }),
  };
}

function userId({ user, body }: ChatRequest): Pick<MessagesRequest, "metadata"> {
  const safety = body["safety_identifier"];
  const id = typeof safety === "string" ? safety : user;
  return id === undefined ? {} : { metadata: { user_id: id } };
}

function serviceTier({ serviceTier: tier }: ChatRequest, warnings: Set<string>): Pick<MessagesRequest, "service_tier"> {
  switch (tier) {
    case undefined:
      return {};
    case "auto":
      return { service_tier: "auto" };
    case "default":
    case "standard_only":
      return { service_tier: "standard_only" };
    default:
      warnings.add(`service_tier: ${tier} was left out, Anthropic has no such tier`);
      return {};
  }
}
