import { Agent, type Dispatcher } from "undici";
import type { Provider } from "../../engine/index.js";
import type {
  ProviderAdapter,
  UpstreamCall,
  UpstreamExchange,
  UpstreamHandler,
  UpstreamHeaders,
} from "./provider-adapter.js";

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
  // A provider belongs to one compiled policy: its address and headers are worked out once for each.
  const targets = new WeakMap<Provider, Target>();
  const targetOf = (provider: Provider): Target => {
    const target = targets.get(provider) ?? createTarget(provider, environment);
    targets.set(provider, target);
    return target;
  };
  return {
    call(call: UpstreamCall, handler: UpstreamHandler): UpstreamExchange {
      const { origin, path, headers } = targetOf(call.provider);
      const exchange = new UndiciExchange(handler);
      const { body, stream, connectTimeoutMs } = call;
      agentFor(connectTimeoutMs).dispatch(
        {
          origin,
          path,
          method: "POST",
          body,
          headers: { ...headers, accept: stream ? "text/event-stream" : "application/json", ...call.headers },
        },
        exchange,
      );
      return exchange;
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}

interface Target {
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

function createTarget(provider: Provider, environment: NodeJS.ProcessEnv): Target {
  const base = new URL(provider.baseUrl ?? "");
  const key = provider.apiKeyEnv === undefined ? undefined : environment[provider.apiKeyEnv];
  return {
    origin: base.origin,
    path: `${base.pathname.replace(/\/+$/, "")}/chat/completions${base.search}`,
    headers: {
      "content-type": "application/json",
      "accept-encoding": "identity",
      "user-agent": "routewright",
      ...Object.fromEntries(provider.headers.map(({ name, value }) => [name.toLowerCase(), value])),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
  };
}

/** What `abort` tells undici; it goes no further. */
class CallEnded extends Error {
  override readonly name = "CallEnded";
}

/** Hands undici's events over, and stops doing so once the call is aborted. */
class UndiciExchange implements UpstreamExchange, Dispatcher.DispatchHandler {
  readonly #handler: UpstreamHandler;
  #controller: Dispatcher.DispatchController | undefined;
  #isAborted = false;

  constructor(handler: UpstreamHandler) {
    this.#handler = handler;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isAborted) controller.abort(new CallEnded()); // while it waited for a connection
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: UpstreamHeaders): void {
    if (!this.#isAborted && status >= 200) this.#handler.onStart(status, headers);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#isAborted) this.#handler.onData(chunk);
  }

  onResponseEnd(): void {
    if (!this.#isAborted) this.#handler.onEnd();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (!this.#isAborted) this.#handler.onFailure(error);
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    this.#controller?.resume();
  }

  abort(): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#controller?.abort(new CallEnded());
  }
}
