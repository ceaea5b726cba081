/** Fields of a body that are hints for a router (docs/http.md), and parameters of no provider. */
export const routingFieldNames = [
  ...(["models", "fallbacks", "provider", "route", "transforms", "plugins"] as const),
  ...(["preset", "trace", "usage", "session_id", "tags", "disable_fallbacks"] as const),
  ...(["num_retries", "timeout", "guardrails"] as const),
  ...(["context_window_fallbacks", "content_policy_fallbacks", "providerOptions"] as const),
] as const;
export type RoutingFieldName = (typeof routingFieldNames)[number];
