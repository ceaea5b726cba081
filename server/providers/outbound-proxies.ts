/** Through which HTTP proxies providers are reached. */
export interface OutboundProxies {
  /** Of `https:` addresses; without it, those too go through {@link httpProxy}. */
  readonly httpsProxy: string | undefined;
  readonly httpProxy: string | undefined;
  /** Hosts that are reached without a proxy, as `NO_PROXY` names them. */
  readonly noProxy: string;
}

/**
 * `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, or the same in small letters, which come first, as with curl
 * (https://curl.se/docs/manpage.html, "ENVIRONMENT", read 2026-11-28).
 * @returns undefined when no proxy is named.
 * @throws Error in words for the operator when one is no URL of an HTTP proxy. It names no password.
 */
export function readOutboundProxies(environment: NodeJS.ProcessEnv): OutboundProxies | undefined {
  const httpsProxy = readProxy(environment, "https_proxy");
  const httpProxy = readProxy(environment, "http_proxy");
  if (httpsProxy === undefined && httpProxy === undefined) return undefined;
  return { httpsProxy, httpProxy, noProxy: environment["no_proxy"] ?? environment["NO_PROXY"] ?? "" };
}

function readProxy(environment: NodeJS.ProcessEnv, name: string): string | undefined {
  for (const one of [name, name.toUpperCase()]) {
    const text = environment[one] ?? "";
    if (text === "") continue;
    if (/^https?:\/\//i.test(text) && URL.canParse(text)) return text;
    throw new Error(`${one} is not the address of an HTTP proxy: write it as http://proxy.example:3128, or unset it`);
  }
  return undefined;
}
