import { Agent } from "undici";
import type { ProviderAdapter, UpstreamAnswer, UpstreamCall } from "./provider-adapter.js";

/**
 * Any OpenAI-compatible server: the client's body goes out as it came, but for the model's name.
 * Outgoing headers are an allow-list of our own; nothing the client sent is passed on.
 */
export function createOpenAiAdapter(environment: NodeJS.ProcessEnv): ProviderAdapter {
  // undici takes the connect timeout per agent; routes use few different ones.
  const agents = new Map<number, Agent>();
  const agentFor = (connectTimeoutMs: number): Agent => {
    const agent =
      agents.get(connectTimeoutMs) ??
      // The dispatcher keeps the other timers itself, so undici's own are off.
      new Agent({ connect: { timeout: connectTimeoutMs }, headersTimeout: 0, bodyTimeout: 0, pipelining: 1 });
    agents.set(connectTimeoutMs, agent);
    return agent;
  };
  return {
    async call({ provider, body, stream, headers, connectTimeoutMs, signal }: UpstreamCall): Promise<UpstreamAnswer> {
      const base = new URL(provider.baseUrl ?? "");
      const key = provider.apiKeyEnv === undefined ? undefined : environment[provider.apiKeyEnv];
      const answer = await agentFor(connectTimeoutMs).request({
        origin: base.origin,
        path: `${base.pathname.replace(/\/+$/, "")}/chat/completions${base.search}`,
        method: "POST",
        body,
        signal,
        headers: {
          "content-type": "application/json",
          accept: stream ? "text/event-stream" : "application/json",
          "accept-encoding": "identity",
          "user-agent": "routewright",
          ...Object.fromEntries(provider.headers.map(({ name, value }) => [name.toLowerCase(), value])),
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...headers,
        },
      });
      return { status: answer.statusCode, headers: answer.headers, body: answer.body };
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}
