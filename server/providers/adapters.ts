import type { ProviderFormat } from "../../engine/index.js";
import { createOpenAiAdapter } from "./openai-adapter.js";
import type { ProviderAdapter } from "./provider-adapter.js";
import { createSimulatedAdapter } from "./simulated-adapter.js";

/** Wire format → adapter: the one place that knows which there are. */
export type Adapters = ReadonlyMap<ProviderFormat, ProviderAdapter>;

export function createAdapters(environment: NodeJS.ProcessEnv): Adapters {
  return new Map<ProviderFormat, ProviderAdapter>([
    ["openai", createOpenAiAdapter(environment)],
    ["simulated", createSimulatedAdapter()],
  ]);
}
