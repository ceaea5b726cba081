import type { Provider } from "../../engine/serving.js";

/** Where a provider is, and the headers of every call to it: an allow-list of our own, nothing of the client's. */
export interface ProviderTarget {
  readonly origin: string;
  /** Of an operation behind the provider's `base_url`, which may have a query of its own. */
  pathOf(operation: string): string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * @param authorize gives the headers with the key, in the format's own way.
 * @returns a function that works a provider's target out once: a provider belongs to one compiled policy.
 */
export function providerTargets(
  environment: NodeJS.ProcessEnv,
  authorize: (key: string | undefined) => Readonly<Record<string, string>>,
): (provider: Provider) => ProviderTarget {
  const targets = new WeakMap<Provider, ProviderTarget>();
  return (provider) => {
    const target = targets.get(provider) ?? createTarget(provider, environment, authorize);
    targets.set(provider, target);
    return target;
  };
}

function createTarget(
  provider: Provider,
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
      ...Object.fromEntries(provider.headers.map(({ name, value }) => [name.toLowerCase(), value])),
      ...authorize(key),
    },
  };
}

function joinQueries(path: string, search: string): string {
  return search !== "" && path.includes("?") ? `${path}&${search.slice(1)}` : `${path}${search}`;
}
