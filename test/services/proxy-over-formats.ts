import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import type { CompiledPolicy } from "../../engine/index.js";
import { compile, policyOf, startProxy, type TestProxy, type Upstream } from "../server/http/harness.js";
import { type Format, formatCatalog, startProvider } from "../server/providers/provider-servers.js";

export interface ProxyOverFormats<Name extends string> {
  readonly policy: CompiledPolicy;
  readonly proxy: TestProxy;
  /** The servers, by format. */
  readonly upstreams: Readonly<Record<Name, Upstream>>;
  /** The first of them. */
  readonly upstream: Upstream;
}

/**
 * The proxy over a real server of each format, with a model `acme/FORMAT` for each ({@link formatCatalog}).
 * @param options `route`: by default all of them, as they come. `rules` and `more` as {@link policyOf} takes them. `catalog`
 *   changes the catalog's text.
 */
export async function proxyOverFormats<Name extends string>(
  servers: Readonly<Record<Name, Format>>,
  options: {
    readonly route?: string;
    readonly rules?: string;
    readonly more?: string;
    readonly catalog?: (text: string) => string;
  } = {},
): Promise<ProxyOverFormats<Name>> {
  const names = Object.keys(servers) as Name[];
  const started = await Promise.all(names.map(async (name) => [name, await startProvider(servers[name])] as const));
  const { route = `{ to: [${names.map((name) => `acme/${name}`).join(", ")}] }`, catalog = (text) => text } = options;
  const text = catalog(formatCatalog(Object.fromEntries(started.map(([name, { url }]) => [name, url]))));
  const policy = compile(policyOf(route, options.rules, options.more), text);
  const proxy = await startProxy(policy, { environment: { KEY: "sk-provider" } });
  const [first] = started;
  if (first === undefined) throw new Error("a proxy over no format");
  const upstreams = Object.fromEntries(started) as Record<Name, Upstream>;
  return { policy, proxy, upstreams, upstream: first[1] };
}

/** The official client, which tries nothing again by itself. */
export function openAiClient({ url }: Pick<TestProxy, "url">): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: "unused", maxRetries: 0 });
}

/** The official client, which tries nothing again by itself. */
export function anthropicClient({ url }: Pick<TestProxy, "url">): Anthropic {
  return new Anthropic({ baseURL: url, apiKey: "unused", maxRetries: 0 });
}
