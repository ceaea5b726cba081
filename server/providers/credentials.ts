import type { Catalog, Provider, ProviderFormat } from "../../engine/serving.js";

/** Which of a catalog's providers this server can use. */
export interface ProviderAccess {
  /** Providers whose key is not set in the environment, or holds what no header can hold. */
  readonly noCredentials: readonly string[];
  /** Variables whose keys hold what no header can hold. */
  readonly unfitKeys: readonly string[];
  /** Providers whose wire format the server cannot speak. */
  readonly unsupported: readonly string[];
  /** No provider can be used for want of a key: the built-in simulator answers for all of them. */
  readonly simulateAll: boolean;
}

/** All but what a header's value may hold (https://www.rfc-editor.org/rfc/rfc9110#section-5.5). A line break at the end is the usual one. */
const NOT_IN_HEADERS = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * Looks which providers have what they need. A provider without `api_key_env` needs no key.
 *
 * When every provider that is not simulated itself lacks its key, the simulator takes over for the whole catalog, so that a
 * policy can be tried before there is any key; one usable provider is enough to switch that off.
 */
export function lookAtCredentials(
  { providers }: Catalog,
  environment: NodeJS.ProcessEnv,
  spoken: ReadonlySet<ProviderFormat>,
): ProviderAccess {
  const keyOf = ({ apiKeyEnv }: Provider) => (apiKeyEnv === undefined ? undefined : (environment[apiKeyEnv] ?? ""));
  const lacksKey = (provider: Provider) => keyOf(provider) === "";
  const hasUnfitKey = (provider: Provider) => NOT_IN_HEADERS.test(keyOf(provider) ?? "");
  const real = providers.filter(({ format }) => format !== "simulated");
  if (real.length > 0 && real.every(lacksKey))
    return { noCredentials: [], unfitKeys: [], unsupported: [], simulateAll: true };
  return {
    noCredentials: providers.filter((provider) => lacksKey(provider) || hasUnfitKey(provider)).map(({ name }) => name),
    unfitKeys: [...new Set(providers.filter(hasUnfitKey).map(({ apiKeyEnv }) => apiKeyEnv ?? ""))],
    unsupported: providers.filter(({ format }) => !spoken.has(format)).map(({ name }) => name),
    simulateAll: false,
  };
}
