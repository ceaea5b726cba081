import type { Endpoint } from "../../../engine/serving.js";
import { defined, isObject, type Json, objectsOf, textOf } from "../../json/json.js";
import { type ChatRequest, RefusedRequest } from "../chat/chat-request.js";
import { refusedParameter } from "../chat/parameters.js";
import type { TranslatedRequest } from "../chat/translator.js";
import { geminiGeneration } from "./gemini-generation.js";
import { parameters } from "./parameters.js";
import { translateMessages } from "./translate-messages.js";
import { googleExtras, translateThinking } from "./translate-thinking.js";
import { translateTools } from "./translate-tools.js";
import type { GenerateContentRequest, GenerationConfig } from "./wire.js";

/** Gemini takes no more (https://ai.google.dev/api/generate-content#generationconfig, read 2026-11-25). */
const MAX_STOP_SEQUENCES = 5;

export function unable(request: ChatRequest, { upstreamModel }: Endpoint): string | undefined {
  const refused = refusedParameter(request.body, parameters);
  if (refused !== undefined) return `asks for ${refused}, which Gemini's format has no way to say`;
  const isForced = request.toolChoice !== undefined && !["auto", "none"].includes(request.toolChoice.kind);
  const wantsSchema = request.responseFormat !== undefined && request.responseFormat.kind !== "text";
  const takesBoth = geminiGeneration(upstreamModel).takesSchemaWithTools && !isForced;
  if (wantsSchema && request.tools.length > 0 && !takesBoth) {
    return `asks for JSON and ${isForced ? "a forced tool" : "tools"} at once, which ${upstreamModel} refuses`;
  }
  return undefined;
}

export function translateRequest(request: ChatRequest, endpoint: Endpoint, stream: boolean): TranslatedRequest {
  const warnings = new Set<string>();
  const { upstreamModel } = endpoint;
  const generation = geminiGeneration(upstreamModel);
  const { contents, systemInstruction } = translateMessages(request.messages, generation, warnings);
  if (contents.length === 0) throw new RefusedRequest("messages", "Gemini's format needs a message of the user");
  const thinkingConfig = translateThinking(request, generation, warnings);
  const generationConfig = configOf(request, thinkingConfig, warnings);
  const extras = googleExtras(request.body);
  warnOfExtras(request.body, extras, warnings);
  const cachedContent = textOf(extras["cached_content"]);
  const safetySettings = objectsOf(extras["safety_settings"]);
  const body: GenerateContentRequest = {
    contents,
    ...(systemInstruction === undefined ? {} : { systemInstruction }),
    ...translateTools(request),
    ...(Object.keys(generationConfig).length === 0 ? {} : { generationConfig }),
    ...(cachedContent === undefined ? {} : { cachedContent }),
    ...(safetySettings.length === 0 ? {} : { safetySettings }),
  };
  const model = upstreamModel.includes("/") ? upstreamModel : `models/${upstreamModel}`;
  const path = `/${model}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`;
  return { path, body: body as unknown as Json, warnings: [...warnings] };
}

/** What Google's OpenAI-compatible API takes there and this server does not know, or nobody does. */
function warnOfExtras({ extra_body: extra }: Json, extras: Json, warnings: Set<string>): void {
  const others = Object.keys(isObject(extra) ? extra : {}).filter((name) => name !== "google");
  const unknown = Object.keys(extras).filter((name) => !knownExtras.has(name));
  for (const name of [...others, ...unknown.map((one) => `google.${one}`)]) {
    warnings.add(`extra_body.${name}: left out, it is not known here`);
  }
}

const knownExtras: ReadonlySet<string> = new Set(["thinking_config", "cached_content", "safety_settings"]);

function configOf(
  request: ChatRequest,
  thinkingConfig: GenerationConfig["thinkingConfig"],
  warnings: Set<string>,
): GenerationConfig {
  const { stop, n, logprobs, topLogprobs, responseFormat } = request;
  const usable = stop.filter((text) => text !== "");
  if (usable.length < stop.length) warnings.add("stop: empty sequences were left out");
  if (usable.length > MAX_STOP_SEQUENCES) warnings.add(`stop: only the first ${MAX_STOP_SEQUENCES} were sent`);
  const stopSequences = usable.slice(0, MAX_STOP_SEQUENCES);
  const isJson = responseFormat !== undefined && responseFormat.kind !== "text";
  if (request.tools.some(({ strict }) => strict === true)) {
    warnings.add("tools: strict was left out, Gemini's format has no way to say it");
  }
  const config = {
    maxOutputTokens: request.maxTokens,
    temperature: request.temperature,
    topP: request.topP,
    topK: request.topK,
    frequencyPenalty: request.frequencyPenalty,
    presencePenalty: request.presencePenalty,
    seed: request.seed,
    stopSequences: stopSequences.length === 0 ? undefined : stopSequences,
    candidateCount: n > 1 ? n : undefined,
    responseLogprobs: logprobs ? (true as const) : undefined,
    logprobs: logprobs ? topLogprobs : undefined,
    responseMimeType: isJson ? ("application/json" as const) : undefined,
    responseJsonSchema: responseFormat?.kind === "json_schema" ? responseFormat.schema : undefined,
    thinkingConfig,
  };
  return defined(config) as GenerationConfig;
}
