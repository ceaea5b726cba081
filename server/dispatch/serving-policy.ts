import {
  type CompiledPolicy,
  type Endpoint,
  type Model,
  type PolicySet,
  type Provider,
  type ProviderFormat,
  routesOf,
  shortRevision,
  type TokenThresholds,
  tokenThresholds,
  type World,
} from "../../engine/serving.js";
import type { Limits } from "../endpoints/slots.js";
import type { Adapters } from "../providers/adapters.js";
import { lookAtCredentials, type ProviderAccess } from "../providers/credentials.js";
import type { Operation } from "../providers/operation.js";
import type { ProviderAdapter } from "../providers/provider-adapter.js";
import { secretsOf } from "./secrets-of.js";

/** A compiled policy with all that serving needs of it and that stays the same from request to request. */
export interface ServingPolicy {
  readonly policy: CompiledPolicy;
  /** `name@revision`, as people see it. */
  readonly label: string;
  readonly thresholds: TokenThresholds;
  readonly access: ProviderAccess;
  /** The part of every world that the catalog and the environment decide. */
  readonly fixedWorld: Pick<World, "no_credentials" | "unsupported">;
  readonly endpointIds: ReadonlySet<string>;
  /** Of these, the ones that have a circuit breaker. */
  readonly guardedIds: ReadonlySet<string>;
  /** What routes of this policy look at: the rest of the world need not be recorded. */
  readonly uses: { readonly inFlight: boolean; readonly errorRate: boolean; readonly prefix: boolean };
  /**
   * What endpoints cannot do of a request, by endpoint; undefined when there is nothing.
   * @param needsNative what of it only an endpoint that has the operation itself can do; undefined: nothing.
   */
  incapableOf(
    body: Readonly<Record<string, unknown>>,
    operation: Operation,
    needsNative: string | undefined,
  ): World["incapable"];
  /** Whether an endpoint's model reasons, as the catalog says. */
  reasons(endpoint: Endpoint): boolean;
  /** Whether requests of an API reach an endpoint as they are. */
  sees(endpoint: Endpoint, operation: Operation): boolean;
  /** Parameters of a request that an endpoint's format leaves out. */
  ignoredBy(endpoint: Endpoint, body: Readonly<Record<string, unknown>>, operation: Operation): readonly string[];
  /** What a call to an endpoint needs places in: `max_concurrent` of the endpoint and of its provider. */
  limitsOf(endpoint: Endpoint): Limits;
  /** What a call to an endpoint sends that nobody else may see, so that nothing that quotes it goes anywhere. */
  secretsOf(endpoint: Endpoint): readonly string[];
  /** @throws Error when the provider is not in the catalog, which compiling refuses. */
  connectionOf(endpoint: Endpoint): ProviderConnection;
}

/** How a provider is reached. */
export interface ProviderConnection {
  readonly provider: Provider;
  readonly adapter: ProviderAdapter;
  /** What goes through to it as it is, see {@link ProviderAdapter.passes}. */
  readonly passes: ReturnType<ProviderAdapter["passes"]>;
  /** The built-in simulator answers. */
  readonly isSimulated: boolean;
  /** The simulator stands in for a real provider: what it answers costs nothing, whatever the catalog's price. */
  readonly isStandIn: boolean;
  /** For spans. */
  readonly serverAddress: string;
  readonly serverPort: number | undefined;
}

/** @returns a function that prepares a policy for serving: once for each, however often it is asked. */
export function createServingPolicies(
  adapters: Adapters,
  environment: NodeJS.ProcessEnv,
): (policy: CompiledPolicy) => ServingPolicy {
  const prepared = new WeakMap<CompiledPolicy, ServingPolicy>();
  return (policy) => {
    const known = prepared.get(policy);
    if (known !== undefined) return known;
    const serving = prepare(policy, adapters, environment);
    prepared.set(policy, serving);
    return serving;
  };
}

function prepare(policy: CompiledPolicy, adapters: Adapters, environment: NodeJS.ProcessEnv): ServingPolicy {
  const { set } = policy;
  const access = lookAtCredentials(set.catalog, environment, new Set(adapters.keys()));
  const connections = connectionsTo(set.catalog.providers, access, adapters);
  const routes = routesOf(set);
  const all = set.catalog.models.flatMap(({ endpoints }) => endpoints);
  const limits = new Map(all.map((endpoint) => [endpoint.id, limitsOf(endpoint, set)]));
  const served = set.catalog.models.flatMap((model) =>
    model.endpoints.flatMap((endpoint) => {
      const connection = connections.get(endpoint.provider);
      return connection === undefined ? [] : [{ model, endpoint, connection }];
    }),
  );
  const secrets = new Map(
    served.map(({ endpoint, connection }) => [endpoint.id, secretsAt(endpoint, connection, environment)]),
  );
  const reasoning = new Set(
    set.catalog.models.flatMap(({ capabilities, endpoints }) =>
      capabilities.includes("reasoning") ? endpoints.map(({ id }) => id) : [],
    ),
  );
  return {
    policy,
    label: `${policy.name}@${shortRevision(policy.revision)}`,
    thresholds: tokenThresholds(policy),
    access,
    fixedWorld: {
      ...(access.noCredentials.length === 0 ? {} : { no_credentials: access.noCredentials }),
      ...(access.unsupported.length === 0 ? {} : { unsupported: access.unsupported }),
    },
    endpointIds: new Set(all.map(({ id }) => id)),
    guardedIds: new Set(all.filter(({ circuitBreaker }) => circuitBreaker !== false).map(({ id }) => id)),
    uses: {
      inFlight: routes.some((route) => route.strategy === "least_busy"),
      errorRate: routes.some((route) => route.strategy === "balanced"),
      prefix: routes.some((route) => route.sticky === "prefix"),
    },
    incapableOf(body, operation, needsNative) {
      const incapable: Record<string, string> = {};
      for (const { model, endpoint, connection } of served) {
        const { adapter, passes } = connection;
        const unable =
          unableTo(operation, model, passes) ??
          (passes.has(operation) ? undefined : needsNative) ??
          adapter.unable?.(body, endpoint, operation);
        if (unable !== undefined) incapable[endpoint.id] = unable;
      }
      return Object.keys(incapable).length === 0 ? undefined : incapable;
    },
    reasons: ({ id }) => reasoning.has(id),
    sees: (endpoint, operation) => connections.get(endpoint.provider)?.passes.has(operation) === true,
    ignoredBy(endpoint, body, operation) {
      const connection = connections.get(endpoint.provider);
      return connection === undefined || connection.passes.has(operation)
        ? []
        : (connection.adapter.ignores?.(body) ?? []);
    },
    limitsOf: ({ id }) => limits.get(id) ?? NO_LIMITS,
    secretsOf: ({ id }) => secrets.get(id) ?? [],
    connectionOf(endpoint) {
      const connection = connections.get(endpoint.provider);
      if (connection === undefined) throw new Error(`invariant: there is no way to reach ${endpoint.id}`);
      return connection;
    },
  };
}

/** By the providers' names. */
function connectionsTo(
  providers: readonly Provider[],
  { simulateAll }: ProviderAccess,
  adapters: Adapters,
): ReadonlyMap<string, ProviderConnection> {
  const connections = new Map<string, ProviderConnection>();
  for (const provider of providers) {
    const format: ProviderFormat = simulateAll ? "simulated" : provider.format;
    const adapter = adapters.get(format);
    if (adapter === undefined) continue; // unsupported: never in a plan
    connections.set(provider.name, {
      provider,
      adapter,
      passes: adapter.passes(provider),
      isSimulated: format === "simulated",
      isStandIn: format === "simulated" && provider.format !== "simulated",
      ...addressOf(provider),
    });
  }
  return connections;
}

function secretsAt(
  endpoint: Endpoint,
  { provider }: ProviderConnection,
  environment: NodeJS.ProcessEnv,
): readonly string[] {
  const key = provider.apiKeyEnv === undefined ? undefined : environment[provider.apiKeyEnv];
  return secretsOf({ provider, endpoint, key });
}

type Passes = ProviderConnection["passes"];

const NO_LIMITS: Limits = [];

function limitsOf({ id, provider, maxConcurrent: own }: Endpoint, { catalog }: PolicySet): Limits {
  const shared = catalog.providers.find(({ name }) => name === provider)?.maxConcurrent;
  return [
    ...(own === undefined ? [] : [{ name: id, max: own }]),
    ...(shared === undefined ? [] : [{ name: provider, max: shared }]),
  ];
}

/** Embeddings cannot be asked for as a chat completion, nor of a model that chats; and the other way round. */
function unableTo(operation: Operation, { capabilities }: Model, passes: Passes): string | undefined {
  const makesEmbeddings = capabilities.includes("embeddings");
  if (operation !== "embeddings") return makesEmbeddings ? "asks for an answer; the model makes embeddings" : undefined;
  if (!makesEmbeddings) return "asks for embeddings; the model does not make them";
  return passes.has("embeddings") ? undefined : "asks for embeddings, which the provider's format does not have";
}

function addressOf({ baseUrl, name }: Provider): Pick<ProviderConnection, "serverAddress" | "serverPort"> {
  if (baseUrl === undefined || !URL.canParse(baseUrl)) return { serverAddress: name, serverPort: undefined };
  const { hostname, port, protocol } = new URL(baseUrl);
  return { serverAddress: hostname, serverPort: port === "" ? (protocol === "http:" ? 80 : 443) : Number(port) };
}
