import type { HttpCalls } from "./http-calls.js";
import { embeddingsPassThrough } from "./openai-embeddings.js";
import { responsesPassThrough } from "./openai-responses.js";
import type { Operation } from "./operation.js";
import type { ProviderAdapter } from "./provider-adapter.js";
import { providerTargets } from "./provider-target.js";
import { readCount } from "./read-count.js";

const paths: Readonly<Partial<Record<Operation, string>>> = {
  chat: "/chat/completions",
  completions: "/completions",
  embeddings: "/embeddings",
  responses: "/responses",
  compact: "/responses/compact",
  input_tokens: "/responses/input_tokens",
};

type Passes = ReturnType<ProviderAdapter["passes"]>;
const passes: Passes = new Map([
  ["chat", undefined],
  ["completions", undefined],
  ["embeddings", embeddingsPassThrough],
]);
const passesWithResponses: Passes = new Map([
  ...passes,
  ["responses", responsesPassThrough],
  ["compact", responsesPassThrough],
  ["input_tokens", { ...responsesPassThrough, whole: readCount }],
]);

/**
 * Any OpenAI-compatible server: the client's body goes out as it came, but for the model's name.
 * Outgoing headers are an allow-list of our own; nothing the client sent is passed on.
 */
export function createOpenAiAdapter(environment: NodeJS.ProcessEnv, http: HttpCalls): ProviderAdapter {
  const targetOf = providerTargets(
    environment,
    (key): Readonly<Record<string, string>> => (key === undefined ? {} : { authorization: `Bearer ${key}` }),
  );
  return {
    passes: ({ responsesApi }) => (responsesApi === true ? passesWithResponses : passes),
    call({ provider, endpoint, operation, body, stream, headers: more, connectTimeoutMs }, handler) {
      const { origin, pathOf, headers } = targetOf(provider, endpoint);
      const accept = stream ? "text/event-stream" : "application/json";
      const path = pathOf(paths[operation] ?? "/chat/completions");
      return http.send({ origin, path, body, headers: { accept, ...headers, ...more }, connectTimeoutMs }, handler);
    },
    check(provider, endpoint, path, timeoutMs) {
      const { origin, pathOf, headers } = targetOf(provider, endpoint);
      return http.check({ origin, path: pathOf(path), headers }, timeoutMs);
    },
    close: () => http.close(),
  };
}
