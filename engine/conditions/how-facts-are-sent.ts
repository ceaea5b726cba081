import type { AttributeDefinition } from "../policy/policy-set.js";

/** Where a client says each built-in fact that it can say (docs/facts.md). */
const builtIn: Readonly<Record<string, string>> = {
  tags: "header x-route-tags",
  model: "body model",
  context_tokens: "the prompt, or header x-route-context-tokens",
  max_output_tokens: "body max_tokens",
  budget_usd: "header x-route-budget-usd",
  max_latency_ms: "header x-route-max-latency-ms",
  priority: "header x-route-priority",
  session: "header x-route-session",
  region: "header x-route-region",
  app: "header x-title",
  user: "body user",
  stream: "body stream",
  uses_tools: "body tools",
  uses_vision: "an image in a message",
  uses_json_schema: "body response_format",
};

/** The header or body field in which a client says a fact; undefined for what no client says. */
export function howFactIsSent(attributes: readonly AttributeDefinition[], fact: string): string | undefined {
  const from = attributes.find(({ name }) => name === fact)?.from;
  if (from === undefined) return Object.hasOwn(builtIn, fact) ? builtIn[fact] : undefined;
  if ("header" in from) return `header ${from.header}`;
  return "metadata" in from ? `body metadata.${from.metadata}` : undefined;
}
