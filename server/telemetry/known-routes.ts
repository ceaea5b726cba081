const fixedRoutes: ReadonlyMap<string, string> = new Map([
  ["/v1/chat/completions", "chat"],
  ["/v1/responses", "chat"],
  ["/v1/responses/compact", "chat"],
  ["/v1/responses/input_tokens", "chat"],
  ["/v1/messages", "chat"],
  ["/v1/messages/count_tokens", "chat"],
  ["/v1/completions", "text_completion"],
  ["/v1/embeddings", "embeddings"],
  ["/v1/models", "chat"],
  ["/v1/generation", "chat"],
  ["/v1/key", "chat"],
]);

/** The route of a path, for span names and metrics: a small set, whatever clients send. Undefined when it is none of ours. */
export function routeOfPath(path: string): string | undefined {
  if (fixedRoutes.has(path)) return path;
  return path.startsWith("/v1/models/") ? "/v1/models/{id}" : undefined;
}

/** `gen_ai.operation.name` of what a path asks for; `chat` when the path does not say. */
export function genAiOperation(path: string): string {
  return fixedRoutes.get(path) ?? "chat";
}
