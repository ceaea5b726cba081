import type { Endpoint, Provider } from "../../engine/serving.js";

/** Where an endpoint's provider is, and the headers of every call to it: an allow-list of our own, nothing of the client's. */
export interface ProviderTarget {
  readonly origin: string;
  /** Of an operation behind the provider's `base_url`, which may have a query of its own. */
  pathOf(operation: string): string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * @param authorize gives the headers with the key, in the format's own way.
 * @returns a function that works a target out once, for the provider and for each endpoint with headers of its own: they belong to one compiled policy.
 */
export function providerTargets(
  environment: NodeJS.ProcessEnv,
  authorize: (key: string | undefined) => Readonly<Record<string, string>>,
): (provider: Provider, endpoint: Endpoint) => ProviderTarget {
  const targets = new WeakMap<Provider | Endpoint, ProviderTarget>();
  return (provider, endpoint) => {
    const owner = endpoint.headers === undefined ? provider : endpoint;
    const known = targets.get(owner);
    if (known !== undefined) return known;
    const target = createTarget(provider, endpoint.headers ?? provider.headers, environment, authorize);
    targets.set(owner, target);
    return target;
  };
}

function createTarget(
  provider: Provider,
  headers: Provider["headers"],
  environment: NodeJS.ProcessEnv,
  authorize: (key: string | undefined) => Readonly<Record<string, string>>,
): ProviderTarget {
  const { origin, pathname, search } = new URL(provider.baseUrl ?? "");
  const base = pathname.replace(/\/+$/, "");
  const key = provider.apiKeyEnv === undefined ? undefined : environment[provider.apiKeyEnv];
  return {
    origin,
    pathOf: (operation) => joinQueries(`${base}${operation}`, search),
    headers: {
      "content-type": "application/json",
      "accept-encoding": "identity",
      "user-agent": "routewright",
      ...Object.fromEntries(headers.map(({ name, value }) => [name.toLowerCase(), value])),
      ...authorize(key),
    },
  };
}

function joinQueries(path: string, search: string): string {
  return search !== "" && path.includes("?") ? `${path}&${search.slice(1)}` : `${path}${search}`;
}
