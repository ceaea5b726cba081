import type { CompiledPolicy } from "../../../engine/policy/compiled-policy.js";
import type { AttributeDefinition } from "../../../engine/policy/policy-set.js";
import { all, atLeast, below, has, is, isTrue, not, policyWith, type RuleText, span } from "./harness.js";

const plan: AttributeDefinition = {
  name: "attributes.plan",
  type: "string",
  values: ["free", "pro"],
  description: "",
  from: { key: true },
  span,
};
const risk: AttributeDefinition = {
  name: "attributes.risk",
  type: "number",
  description: "",
  from: { header: "x-risk" },
  default: 0,
  span,
};

const rules: Record<string, RuleText> = {
  "no-large-for-free": {
    when: all(is("attributes.plan", "free"), is("model", "openai/large")),
    deny: "The free plan does not include {model} (tags: {tags}; tokens: {context_tokens}; {nonsense}).",
    because: "price list of 2026",
  },
  "pii-stays-in-eu": {
    when: has("any", "pii", "medical"),
    require: { region: ["eu"], maxRetentionDays: 0 },
    because: "GDPR art. 44",
  },
  "careful-when-risky": { when: atLeast("attributes.risk", 5), require: { capabilities: ["json_schema"] } },
  "search-team": { when: is("tenant", "search"), route: { to: ["openai/small"] } },
  "long-context": {
    when: all(atLeast("context_tokens", 200_000), atLeast("budget_usd", 50_000_000)),
    route: { to: ["google/pro"] },
  },
  "quick-code": {
    when: all(has("any", "code", "sql"), below("max_latency_ms", 1_500), not(isTrue("uses_vision"))),
    because: "developers wait for these",
    route: { to: ["openai/small", "google/flash", "openai/large"], strategy: "cheapest", fallback: ["google/pro"] },
  },
};

/** Rules in lines 10 to 15, the default route in line 16. */
export function examplePolicy(extra: Record<string, RuleText> = {}): CompiledPolicy {
  return policyWith(
    { ...rules, ...extra },
    {
      models: {
        "openai/small": { price: ["0.4", "1.6"], quality: 0.5, can: ["tools"] },
        "openai/large": { price: ["2", "8"], quality: 0.8, can: ["tools", "vision", "json_schema"] },
        "google/flash": { price: ["0.3", "2.5"], quality: 0.6, can: ["tools", "vision"], window: 1_000_000 },
        "google/pro": { quality: 0.9, window: 1_000_000 },
      },
      providers: {
        openai: { region: "us", apiKeyEnv: "OPENAI_API_KEY" },
        google: { region: "eu", retentionDays: 0 },
      },
      default: { to: ["requested", "openai/small"] },
    },
    [plan, risk],
  );
}
