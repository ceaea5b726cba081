/** Words in a provider's catalog name → the convention's value of `gen_ai.provider.name`; the first that fits. */
const wellKnown: readonly (readonly [RegExp, string])[] = [
  [/azure/, "azure.ai.openai"],
  [/bedrock|^aws/, "aws.bedrock"],
  [/vertex/, "gcp.vertex_ai"],
  [/^(google|gemini)\b/, "gcp.gemini"],
  [/^openai\b/, "openai"],
  [/^anthropic\b/, "anthropic"],
  [/^mistral/, "mistral_ai"],
  [/^deepseek\b/, "deepseek"],
  [/^groq\b/, "groq"],
  [/^x-?ai\b/, "x_ai"],
  [/^cohere\b/, "cohere"],
  [/^perplexity\b/, "perplexity"],
  [/^moonshot/, "moonshot_ai"],
  [/watsonx/, "ibm.watsonx.ai"],
];

/** By provider of the catalog: there are few. */
const names = new Map<string, string>();

/** The convention's name for a provider of the catalog; its own name when the convention has none. */
export function genAiProviderName(provider: string): string {
  let name = names.get(provider);
  if (name === undefined) {
    name = wellKnown.find(([words]) => words.test(provider.toLowerCase()))?.[1] ?? provider;
    names.set(provider, name);
  }
  return name;
}
