import { writeRetention } from "../../explain/record-outcome.js";
import type { Catalog, Endpoint, PolicySet, Provider } from "../../policy/policy-set.js";
import { canonicalJson } from "../../policy/revision.js";
import { type CatalogEntry, indexCatalog } from "../../rank/catalog-index.js";
import { unmetRequirement } from "../../rank/unmet-requirement.js";
import { formatPricePerMillionTokens, type PicoUsdPerToken } from "../../units/money.js";
import { formatTokens } from "../../units/tokens.js";
import { expandReferences } from "../regions/route-meaning.js";

/** A difference of two catalogs. */
export interface CatalogChange {
  /** `openai/gpt-4.1@openai`, `provider openai`. */
  readonly subject: string;
  /** `price.input 2 → 1.5`, `added`, `now meets guard stay`. */
  readonly what: string;
  /** The rules of the newer policy (of the older, for what was removed) that have it as a candidate. */
  readonly rules: readonly string[];
}

/** What differs between the catalogs of two policies, endpoint by endpoint, and whose candidates it concerns. */
export function catalogChanges(before: PolicySet, after: PolicySet): readonly CatalogChange[] {
  const changes: CatalogChange[] = [];
  const compare = (
    one: ReadonlyMap<string, Fields>,
    other: ReadonlyMap<string, Fields>,
    usersOf: (set: PolicySet, subject: string) => readonly string[],
    effectsOf: (subject: string) => readonly string[],
  ) => {
    for (const subject of new Set([...one.keys(), ...other.keys()])) {
      const [old, now] = [one.get(subject), other.get(subject)];
      const differences =
        old === undefined || now === undefined
          ? [old === undefined ? "added" : "removed"]
          : [
              ...[...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap(
                (field) => fieldChange(field, old[field] ?? "none", now[field] ?? "none") ?? [],
              ),
              ...effectsOf(subject),
            ];
      if (differences.length === 0) continue;
      const rules = usersOf(now === undefined ? before : after, subject);
      changes.push(...differences.map((what) => ({ subject, what, rules })));
    }
  };
  compare(endpointsOf(before.catalog), endpointsOf(after.catalog), rulesWithEndpoint, guardEffects(before, after));
  changes.push(...orderChanges(before, after));
  compare(providersOf(before.catalog), providersOf(after.catalog), rulesWithProvider, () => []);
  return changes;
}

/** Which guards of the newer policy an endpoint meets by one catalog and not by the other: who may serve their requests is another. */
function guardEffects(before: PolicySet, after: PolicySet): (endpoint: string) => readonly string[] {
  const guards = after.rules.flatMap((rule) => (rule.effect === "require" ? [rule] : []));
  const entries = [before, after].map(({ catalog }) => {
    return new Map(indexCatalog(catalog).entries.map((entry) => [entry.endpoint.id, entry]));
  });
  const metBy = (entry: CatalogEntry | undefined) =>
    guards.filter((guard) => entry !== undefined && unmetRequirement(entry, guard, undefined) === undefined);
  return (endpoint) => {
    const [old = [], now = []] = entries.map((known) => metBy(known.get(endpoint)));
    return [
      ...now.flatMap((guard) => (old.includes(guard) ? [] : [`now meets guard ${guard.id}`])),
      ...old.flatMap((guard) => (now.includes(guard) ? [] : [`no longer meets guard ${guard.id}`])),
    ];
  };
}

/** Endpoints that both have, in another order: a request that names their model tries them in that order. */
function orderChanges(before: PolicySet, after: PolicySet): readonly CatalogChange[] {
  return after.catalog.models.flatMap(({ id, endpoints }): readonly CatalogChange[] => {
    const old = before.catalog.models.find((model) => model.id === id)?.endpoints ?? [];
    const names = (of: readonly Endpoint[], others: readonly Endpoint[]) =>
      of.filter((one) => others.some((other) => other.id === one.id)).map(({ provider }) => provider);
    const [was, is] = [names(old, endpoints).join(", "), names(endpoints, old).join(", ")];
    if (was === is) return [];
    return [{ subject: id, what: `endpoints ${was} → ${is}`, rules: rulesWith(after, (name) => name === "requested") }];
  });
}

/** A value that is shown, or one that may be a secret: a diff goes to logs and pull requests. */
type Field = string | { readonly hidden: string };
type Fields = Readonly<Record<string, Field>>;

/** @returns undefined when there is none. */
function fieldChange(field: string, old: Field, now: Field): string | undefined {
  if (typeof old !== "string" && typeof now !== "string") {
    return old.hidden === now.hidden ? undefined : `${field} has another value`;
  }
  return old === now ? undefined : `${field} ${shown(old)} → ${shown(now)}`;
}

function shown(field: Field): string {
  return typeof field === "string" ? field : "set";
}

type Headers = Provider["headers"];

/** The headers of a provider, or those that an endpoint has of its own, by name. @param ofProvider what the endpoint has from it. */
function headersOf(headers: Headers, ofProvider: Headers = []): Fields {
  const own = headers.filter((one) => !ofProvider.some(({ name, value }) => name === one.name && value === one.value));
  return Object.fromEntries(own.map(({ name, value }) => [`headers.${name}`, { hidden: value }]));
}

function endpointsOf(catalog: Catalog): ReadonlyMap<string, Fields> {
  return new Map(
    indexCatalog(catalog).entries.map(({ endpoint, model, provider }) => [
      endpoint.id,
      {
        context_window: formatTokens(endpoint.contextWindow),
        max_output_tokens: endpoint.maxOutputTokens === undefined ? "none" : formatTokens(endpoint.maxOutputTokens),
        capabilities: [...model.capabilities].sort().join(" ") || "none",
        quality: String(model.quality ?? "none"),
        ...pricesOf(endpoint),
        region: endpoint.region ?? "none",
        data_retention: endpoint.retentionDays === undefined ? "unknown" : writeRetention(endpoint.retentionDays),
        upstream_model: endpoint.upstreamModel,
        circuit_breaker: ownOf(endpoint.circuitBreaker, provider?.circuitBreaker, "true"),
        max_concurrent: String(endpoint.maxConcurrent ?? "none"),
        health_check: ownOf(endpoint.healthCheck, provider?.healthCheck, "none"),
        ...headersOf(endpoint.headers ?? [], provider?.headers),
      },
    ]),
  );
}

/** A setting that an endpoint may have of its own; what it has from its provider is listed there. */
function ownOf(value: unknown, ofProvider: unknown, none: string): string {
  const write = (each: unknown) => (each === undefined ? none : canonicalJson(each));
  return write(value) === write(ofProvider) ? "the provider's" : write(value);
}

function pricesOf({ price }: Endpoint): Fields {
  const usd = (value: PicoUsdPerToken | undefined) =>
    value === undefined ? "none" : formatPricePerMillionTokens(value);
  const tiers = Object.entries(price?.serviceTiers ?? {});
  const above = price?.above?.map(({ contextTokens, input, output, cachedInput, cacheWrite, cacheWrite1h }) =>
    [
      `above ${formatTokens(contextTokens)}: input ${usd(input)}, output ${usd(output)}`,
      ...(cachedInput === undefined ? [] : [`cached_input ${usd(cachedInput)}`]),
      ...(cacheWrite === undefined ? [] : [`cache_write ${usd(cacheWrite)}`]),
      ...(cacheWrite1h === undefined ? [] : [`cache_write_1h ${usd(cacheWrite1h)}`]),
    ].join(", "),
  );
  return {
    "price.input": usd(price?.input),
    "price.output": usd(price?.output),
    "price.cached_input": usd(price?.cachedInput),
    "price.cache_write": usd(price?.cacheWrite),
    "price.cache_write_1h": usd(price?.cacheWrite1h),
    "price.above": above?.join("; ") ?? "none",
    ...Object.fromEntries(tiers.map(([tier, factor]) => [`price.service_tiers.${tier}`, String(factor)])),
  };
}

function providersOf(catalog: Catalog): ReadonlyMap<string, Fields> {
  return new Map(
    catalog.providers.map(({ name, headers, span: _, region: _region, retentionDays: _days, ...rest }) => [
      `provider ${name}`,
      {
        ...Object.fromEntries(
          [
            "format",
            "baseUrl",
            "apiKeyEnv",
            "simulate",
            "maxConcurrent",
            "healthCheck",
            "circuitBreaker",
            "responsesApi",
            "streamUsage",
            "legacyMaxTokens",
          ].map((field) => {
            const value = (rest as Readonly<Record<string, unknown>>)[field];
            return [field, value === undefined ? "none" : typeof value === "string" ? value : canonicalJson(value)];
          }),
        ),
        ...headersOf(headers),
      },
    ]),
  );
}

function rulesWithEndpoint(set: PolicySet, endpoint: string): readonly string[] {
  return rulesWith(set, (id) => id === endpoint || id === "requested");
}

function rulesWithProvider(set: PolicySet, subject: string): readonly string[] {
  const provider = subject.slice("provider ".length);
  return rulesWith(set, (id) => id === "requested" || id.endsWith(`@${provider}`));
}

function rulesWith(set: PolicySet, isMeant: (endpoint: string) => boolean): readonly string[] {
  const routes = set.rules.flatMap((rule) => (rule.effect === "route" ? [{ id: rule.id, route: rule.route }] : []));
  return [...routes, { id: "default", route: set.defaultRoute }].flatMap(({ id, route }) => {
    const { to, fallback } = expandReferences(set, route);
    return [...to, ...fallback].some(isMeant) ? [id] : [];
  });
}
