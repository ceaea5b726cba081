import type { Catalog, Provider, ProviderFormat } from "../../engine/serving.js";

/** Which of a catalog's providers this server can use. */
export interface ProviderAccess {
  /** Providers whose key is not set in the environment. */
  readonly noCredentials: readonly string[];
  /** Providers whose wire format the server cannot speak. */
  readonly unsupported: readonly string[];
  /** No provider can be used for want of a key: the built-in simulator answers for all of them. */
  readonly simulateAll: boolean;
}

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
  const lacksKey = ({ apiKeyEnv }: Provider) => apiKeyEnv !== undefined && (environment[apiKeyEnv] ?? "") === "";
  const real = providers.filter(({ format }) => format !== "simulated");
  if (real.length > 0 && real.every(lacksKey)) return { noCredentials: [], unsupported: [], simulateAll: true };
  return {
    noCredentials: providers.filter(lacksKey).map(({ name }) => name),
    unsupported: providers.filter(({ format }) => !spoken.has(format)).map(({ name }) => name),
    simulateAll: false,
  };
}
