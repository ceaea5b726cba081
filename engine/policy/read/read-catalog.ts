import { looksLikeKey } from "../../diagnostics/hide-keys.js";
import { didYouMean } from "../../diagnostics/suggest.js";
import { type Located, type LocatedEntry, type LocatedMap, shorten } from "../../source/located.js";
import { formatPricePerMillionTokens } from "../../units/money.js";
import { defined } from "../defined.js";
import type {
  Catalog,
  Endpoint,
  FlatPrice,
  HealthCheck,
  Model,
  Price,
  PriceTier,
  Provider,
  ProviderFormat,
  SimulatedFault,
  SimulationSettings,
} from "../policy-set.js";
import { isSectionReadable } from "./is-section-readable.js";
import {
  booleanOf,
  childOf,
  durationOf,
  itemsOf,
  mapOf,
  millisecondsOf,
  numberOf,
  priceOf,
  retentionOf,
  textOf,
  textsOf,
  tokensOf,
} from "./read-values.js";
import type { Reading } from "./reading.js";

/** The providers by name; undefined when they could not be read, so that no name is known to be wrong. */
type Providers = ReadonlyMap<string, Provider> | undefined;

/** Headers that the HTTP client or the adapter sets itself. */
const ownHeaders = new Set([
  ...["authorization", "connection", "content-length", "content-type", "host", "keep-alive", "te", "trailer"],
  ...["transfer-encoding", "upgrade", "accept", "accept-encoding", "expect"],
]);

/** Reads `catalog.yaml`: providers, models, and endpoints with what they inherit filled in. */
export function readCatalog(reading: Reading, root: LocatedMap): Catalog {
  const providers = entriesOf(root, "providers").map((entry) => readProvider(reading, entry));
  const byName = isSectionReadable(reading, root, "providers")
    ? new Map(providers.map((provider) => [provider.name, provider]))
    : undefined;
  const models = entriesOf(root, "models").map((entry) => readModel(reading, entry, byName));
  return { providers, models };
}

function entriesOf(node: Located | undefined, key: string): readonly LocatedEntry[] {
  return mapOf(childOf(node, key))?.entries ?? [];
}

/** Where the API of a format is at its maker. */
const usualBaseUrls: Readonly<Record<Exclude<ProviderFormat, "simulated">, string>> = {
  openai: "https://api.openai.com/v1",
  anthropic: "https://api.anthropic.com/v1",
  gemini: "https://generativelanguage.googleapis.com/v1beta",
};

function readProvider(reading: Reading, { key: name, keySpan, value }: LocatedEntry): Provider {
  const { report } = reading;
  const format = textOf(reading, childOf(value, "format")) as ProviderFormat | undefined;
  const baseUrlNode = childOf(value, "base_url");
  const baseUrl = textOf(reading, baseUrlNode)?.replace(/\/+$/, "");
  if (format === "simulated" && baseUrlNode !== undefined) {
    report.error("RW1103", baseUrlNode.span, "a simulated provider has no `base_url`", "leave it out");
  } else if (format !== undefined && format !== "simulated" && baseUrlNode === undefined) {
    report.error(
      "RW1102",
      keySpan,
      `\`${shorten(name)}\` needs \`base_url\``,
      `where its API is: \`${usualBaseUrls[format]}\``,
    );
  }
  if (baseUrl !== undefined && baseUrlNode !== undefined) checkBaseUrl(reading, baseUrl, baseUrlNode);
  const simulateNode = childOf(value, "simulate");
  if (simulateNode !== undefined && format !== undefined && format !== "simulated") {
    report.error("RW1103", simulateNode.span, "`simulate` is for providers of format `simulated`", "leave it out");
  }
  const ofOpenAi = (key: string): boolean | undefined => {
    const node = childOf(value, key);
    const isSet = booleanOf(reading, node);
    if (isSet === true && format !== undefined && format !== "openai") {
      report.error("RW1103", node?.span, `\`${key}\` is for providers of format \`openai\``, "leave it out");
    }
    return isSet;
  };
  return {
    name,
    format: format ?? "openai", // a set with an error is never used: the name is what others refer to
    ...defined("baseUrl", baseUrl),
    ...defined("apiKeyEnv", readKeyVariable(reading, childOf(value, "api_key_env"))),
    ...defined("region", textOf(reading, childOf(value, "region"))),
    ...defined("retentionDays", retentionOf(reading, childOf(value, "data_retention"))),
    headers: readHeaders(reading, value),
    ...(booleanOf(reading, childOf(value, "circuit_breaker")) === false ? { circuitBreaker: false } : {}),
    ...(ofOpenAi("responses_api") === true ? { responsesApi: true } : {}),
    ...defined("streamUsage", ofOpenAi("stream_usage")),
    ...(ofOpenAi("legacy_max_tokens") === true ? { legacyMaxTokens: true } : {}),
    ...defined("maxConcurrent", numberOf(reading, childOf(value, "max_concurrent"))),
    ...defined("healthCheck", readHealthCheck(reading, childOf(value, "health_check"))),
    ...(simulateNode === undefined ? {} : { simulate: readSimulation(reading, simulateNode) }),
    span: keySpan,
  };
}

/** Some providers' keys could be the names of variables. Such a name would go to logs, records and clients' errors. */
function readKeyVariable(reading: Reading, node: Located | undefined): string | undefined {
  const name = textOf(reading, node);
  if (name !== undefined && looksLikeKey(name)) {
    const help = "set a variable to the key, and write the variable's name here: `OPENAI_API_KEY`";
    reading.report.error(
      "RW1103",
      node?.span,
      "`api_key_env` takes the name of a variable; this looks like a key",
      help,
    );
  }
  return name;
}

/** The engine has no `URL`: the schema saw to the form, this looks for what must not be there. */
function checkBaseUrl({ report }: Reading, baseUrl: string, node: Located): void {
  if (/^https?:\/\/[^/]*@/.test(baseUrl)) {
    const help = "name an environment variable in `api_key_env`";
    report.error("RW1103", node.span, "a `base_url` holds no user name or password", help);
  } else if (!/^https?:\/\/(\[[\da-fA-F:.]+\]|[\w.-]+)(:\d{1,5})?(\/|$)/.test(baseUrl)) {
    report.error(
      "RW1103",
      node.span,
      `\`${shorten(baseUrl)}\` is not a URL`,
      "write it as `https://api.openai.com/v1`",
    );
  } else {
    const [operation] = /\/(chat\/completions|completions|responses|embeddings|messages)$/.exec(baseUrl) ?? [];
    if (operation === undefined) return;
    const message = `the \`base_url\` ends in an operation, \`${operation}\`, which is added to it`;
    report.error("RW1103", node.span, message, `write \`${shorten(baseUrl.slice(0, -operation.length))}\``);
  }
}

function overridden(headers: Provider["headers"], own: Provider["headers"]): Provider["headers"] {
  return [...headers.filter(({ name }) => !own.some((other) => other.name === name)), ...own];
}

function readHeaders(reading: Reading, owner: Located): Provider["headers"] {
  const seen = new Set<string>();
  return entriesOf(owner, "headers").flatMap(({ key, keySpan, value }) => {
    const name = key.toLowerCase();
    if (ownHeaders.has(name)) {
      const help = name === "authorization" ? "name the key's environment variable in `api_key_env`" : "leave it out";
      reading.report.error("RW1103", keySpan, `the header \`${name}\` is set by the server itself`, help);
    } else if (seen.has(name)) {
      reading.report.error("RW1003", keySpan, `the header \`${name}\` stands twice`, "keep one of them");
    }
    seen.add(name);
    const text = textOf(reading, value);
    return text === undefined ? [] : [{ name, value: text }];
  });
}

function readSimulation(reading: Reading, node: Located): SimulationSettings {
  return {
    ...defined("latencyMs", millisecondsOf(reading, childOf(node, "latency_ms"))),
    ...defined("chunkDelayMs", millisecondsOf(reading, childOf(node, "chunk_delay_ms"))),
    ...defined("failureRate", numberOf(reading, childOf(node, "failure_rate"))),
    ...defined("failureStatus", numberOf(reading, childOf(node, "failure_status"))),
    ...defined("fault", textOf(reading, childOf(node, "fault")) as SimulatedFault | undefined),
    ...defined("reply", textOf(reading, childOf(node, "reply"))),
  };
}

function readModel(reading: Reading, { key: id, keySpan, value }: LocatedEntry, providers: Providers): Model {
  const contextWindow = tokensOf(reading, childOf(value, "context_window"));
  const maxOutputTokens = tokensOf(reading, childOf(value, "max_output_tokens"));
  const price = readPrice(reading, childOf(value, "price"));
  const endpoints = new Map<string, Endpoint>();
  for (const node of itemsOf(childOf(value, "endpoints"))) {
    const endpoint = readEndpoint(reading, node, { id, contextWindow, maxOutputTokens, price }, providers);
    if (endpoint === undefined) continue;
    const first = endpoints.get(endpoint.id);
    if (first === undefined) endpoints.set(endpoint.id, endpoint);
    else {
      const message = `\`${endpoint.provider}\` serves this model twice`;
      const related = { span: first.span, note: "first written here" };
      reading.report.error("RW1205", node.span, message, "keep one, or declare a second provider", related);
    }
  }
  return {
    id,
    contextWindow: contextWindow ?? 0, // reported: see readProvider
    ...defined("maxOutputTokens", maxOutputTokens),
    capabilities: textsOf(reading, childOf(value, "capabilities")),
    ...defined("quality", numberOf(reading, childOf(value, "quality"))),
    ...defined("price", price),
    endpoints: [...endpoints.values()],
    span: keySpan,
  };
}

interface Inherited {
  readonly id: string;
  readonly contextWindow: number | undefined;
  readonly maxOutputTokens: number | undefined;
  readonly price: Price | undefined;
}

function readEndpoint(reading: Reading, node: Located, model: Inherited, providers: Providers): Endpoint | undefined {
  const providerNode = childOf(node, "provider");
  const provider = textOf(reading, providerNode);
  const upstreamModel = textOf(reading, childOf(node, "model"));
  const own = {
    contextWindow: tokensOf(reading, childOf(node, "context_window")) ?? model.contextWindow,
    maxOutputTokens: tokensOf(reading, childOf(node, "max_output_tokens")) ?? model.maxOutputTokens,
    price: readPrice(reading, childOf(node, "price")) ?? model.price,
    region: textOf(reading, childOf(node, "region")),
    retentionDays: retentionOf(reading, childOf(node, "data_retention")),
    circuitBreaker: booleanOf(reading, childOf(node, "circuit_breaker")),
    maxConcurrent: numberOf(reading, childOf(node, "max_concurrent")),
    healthCheck: readHealthCheck(reading, childOf(node, "health_check")),
    headers: readHeaders(reading, node),
  };
  if (provider === undefined) return undefined;
  const inherited = providers?.get(provider);
  if (providers !== undefined && inherited === undefined) {
    const help = () => didYouMean(provider, providers.keys()) ?? "declare it under `providers:`";
    reading.report.error("RW1204", providerNode?.span, `there is no provider \`${shorten(provider)}\``, help);
  }
  return {
    id: `${model.id}@${provider}`,
    model: model.id,
    provider,
    upstreamModel: upstreamModel ?? "",
    contextWindow: own.contextWindow ?? 0,
    ...defined("maxOutputTokens", own.maxOutputTokens),
    ...defined("price", own.price),
    ...defined("region", own.region ?? inherited?.region),
    ...defined("retentionDays", own.retentionDays ?? inherited?.retentionDays),
    ...((own.circuitBreaker ?? inherited?.circuitBreaker ?? true) ? {} : { circuitBreaker: false }),
    ...defined("maxConcurrent", own.maxConcurrent),
    ...defined("healthCheck", own.healthCheck ?? inherited?.healthCheck),
    ...(own.headers.length === 0 ? {} : { headers: overridden(inherited?.headers ?? [], own.headers) }),
    span: node.span,
  };
}

function readHealthCheck(reading: Reading, node: Located | undefined): HealthCheck | undefined {
  const path = textOf(reading, childOf(node, "path"));
  if (path === undefined) return undefined;
  return {
    path,
    ...defined("intervalMs", durationOf(reading, childOf(node, "interval"))),
    ...defined("timeoutMs", durationOf(reading, childOf(node, "timeout"))),
  };
}

function readPrice(reading: Reading, node: Located | undefined): Price | undefined {
  const flat = readFlatPrice(reading, node);
  const above: PriceTier[] = [];
  for (const item of itemsOf(childOf(node, "above"))) {
    const contextTokens = tokensOf(reading, childOf(item, "context_tokens"));
    const tier = readFlatPrice(reading, item);
    if (flat === undefined || tier === undefined || contextTokens === undefined) continue;
    const before = above.at(-1);
    if (contextTokens <= (before?.contextTokens ?? 0)) {
      const message = "the tiers of a price must be written by ascending `context_tokens`";
      reading.report.error("RW1103", childOf(item, "context_tokens")?.span, message, "put the smaller number first");
    }
    for (const name of ["input", "output"] as const) {
      const least = (before ?? flat)[name];
      if (tier[name] >= least) continue;
      const shown = formatPricePerMillionTokens(least);
      const message = `a longer prompt cannot cost less: \`${name}\` is ${shown} for shorter ones`;
      reading.report.error("RW1103", childOf(item, name)?.span, message, "correct one of the two prices");
    }
    above.push({ ...tier, contextTokens });
  }
  if (flat === undefined) return undefined;
  const serviceTiers = readServiceTiers(reading, node);
  return { ...flat, ...(above.length === 0 ? {} : { above }), ...defined("serviceTiers", serviceTiers) };
}

function readServiceTiers(reading: Reading, node: Located | undefined): Price["serviceTiers"] {
  const tiers = entriesOf(node, "service_tiers").flatMap(({ key, value }) => {
    const factor = numberOf(reading, value);
    return factor === undefined ? [] : [[key, factor] as const];
  });
  return tiers.length === 0 ? undefined : Object.fromEntries(tiers);
}

function readFlatPrice(reading: Reading, node: Located | undefined): FlatPrice | undefined {
  const input = priceOf(reading, childOf(node, "input"));
  const output = priceOf(reading, childOf(node, "output"));
  const cachedInput = priceOf(reading, childOf(node, "cached_input"));
  const cacheWrite = priceOf(reading, childOf(node, "cache_write"));
  const cacheWrite1h = priceOf(reading, childOf(node, "cache_write_1h"));
  if (input === undefined || output === undefined) return undefined;
  return {
    input,
    output,
    ...defined("cachedInput", cachedInput),
    ...defined("cacheWrite", cacheWrite),
    ...defined("cacheWrite1h", cacheWrite1h),
  };
}
