import type { ProviderFormat } from "../../engine/serving.js";
import { anthropicTranslator } from "./anthropic/anthropic-translator.js";
import { geminiTranslator } from "./gemini/gemini-translator.js";
import { HttpCalls } from "./http-calls.js";
import { createOpenAiAdapter } from "./openai-adapter.js";
import { readOutboundProxies } from "./outbound-proxies.js";
import type { ProviderAdapter } from "./provider-adapter.js";
import { createSimulatedAdapter } from "./simulated/simulated-adapter.js";
import { createTranslatingAdapter } from "./translating-adapter.js";

/** Wire format → adapter: the one place that knows which there are. */
export type Adapters = ReadonlyMap<ProviderFormat, ProviderAdapter>;

/** @throws Error in words for the operator when the environment names a proxy that is none. */
export function createAdapters(environment: NodeJS.ProcessEnv): Adapters {
  const http = new HttpCalls(readOutboundProxies(environment));
  return new Map<ProviderFormat, ProviderAdapter>([
    ["openai", createOpenAiAdapter(environment, http)],
    ["anthropic", createTranslatingAdapter(anthropicTranslator, environment, http)],
    ["gemini", createTranslatingAdapter(geminiTranslator, environment, http)],
    ["simulated", createSimulatedAdapter()],
  ]);
}
