import type { CompiledPolicy, Endpoint, World } from "../../../engine/serving.js";
import { canonicalModelId } from "../../../engine/serving.js";
import type { ServingPolicy } from "../../dispatch/serving-policy.js";
import type { EndpointObservations } from "../../endpoints/endpoint-observations.js";
import { isObject, type Json, wordOf } from "../../json/json.js";
import type { RoutingFieldName } from "../../providers/chat/routing-field-names.js";
import type { Operation } from "../../providers/operation.js";
import type { Unseen } from "./front.js";

/** What a request's own hints do to the plan: they leave out, and order the endpoints of one model; they never add. */
export interface RoutingHints {
  /** `model` without a suffix that is a hint; of a request without it the first of `models` that the catalog has. */
  readonly model: string | undefined;
  /** What is left out by which hint, see `World`; undefined: nothing. */
  readonly excludedBy: World["hint_excluded_by"];
  readonly order: readonly string[] | undefined;
  readonly noFallback: boolean;
  readonly warnings: readonly string[];
}

export interface RoutingContext {
  readonly serving: ServingPolicy;
  readonly operation: Operation;
  /** The request as a chat completion, parsed. */
  readonly body: Json;
  /** See `ChatView`. */
  readonly unseen?: Unseen | undefined;
  /** What was seen of endpoints, for hints that order them. */
  readonly observations: Pick<EndpointObservations, "latencyMs" | "tokensPerSecond">;
  /** Epoch milliseconds. */
  readonly now: number;
}

interface Draft {
  readonly policy: CompiledPolicy;
  readonly body: Json;
  /** Observed time to the first token, by endpoint. */
  readonly latencyMs: () => Readonly<Record<string, number>> | undefined;
  /** Observed speed of an endpoint's streams, tokens a second; undefined when it is not known. */
  readonly tokensPerSecond: (endpoint: string) => number | undefined;
  /** Parameters of the request that an endpoint's format leaves out. */
  readonly ignores: (endpoint: Endpoint) => readonly string[];
  readonly endpoints: readonly Endpoint[];
  /** Leaves out every endpoint that does not pass. @param hint what asks for it, as people are told: `provider.only: openai`. */
  keep(hint: string, test: (endpoint: Endpoint) => boolean): void;
  /** A smaller number comes first. */
  orderBy(rank: (endpoint: Endpoint) => number): void;
  readonly noFallback: () => void;
  readonly warn: (sentence: string) => void;
}

/** @returns what the value should have been, when it is none. */
type ReadField = (value: unknown, draft: Draft) => string | undefined;

/** Suffixes of `model` (https://openrouter.ai/docs/guides/routing/model-variants, read 2026-11-25). */
const suffixes: Readonly<Record<string, ReadField>> = {
  floor: (_, draft) => sortBy("price", draft),
  nitro: (_, draft) => sortBy("throughput", draft),
  free: (_, draft) => {
    draft.keep(
      "model: the suffix :free",
      ({ price }) => price !== undefined && price.input === 0 && price.output === 0 && price.above === undefined,
    );
    return undefined;
  },
};

/** Fields of `provider` (https://openrouter.ai/docs/guides/routing/provider-selection, read 2026-11-25). */
const providerFields: Readonly<Record<string, ReadField>> = {
  order(value, draft) {
    if (!isTexts(value)) return "a list of providers";
    const named = namedProviders("provider.order", value, draft);
    draft.orderBy(({ provider }) => (named.includes(provider) ? named.indexOf(provider) : named.length));
    return undefined;
  },
  only(value, draft) {
    if (!isTexts(value) || value.length === 0) return "a list of at least one provider";
    const named = namedProviders("provider.only", value, draft);
    draft.keep(`provider.only: ${shown(named)}`, ({ provider }) => named.includes(provider));
    return undefined;
  },
  ignore(value, draft) {
    if (!isTexts(value)) return "a list of providers";
    const named = namedProviders("provider.ignore", value, draft);
    draft.keep(`provider.ignore: ${shown(named)}`, ({ provider }) => !named.includes(provider));
    return undefined;
  },
  allow_fallbacks: (value, draft) => firstAttemptOnly(value, false, draft),
  sort(value, draft) {
    if (!isObject(value)) return sortBy(value, draft);
    const { by, partition, ...others } = value;
    const unused = [...(partition === undefined || partition === "model" ? [] : ["partition"]), ...Object.keys(others)];
    if (unused.length > 0)
      draft.warn(`provider.sort.${listed(unused)}: it was not used; endpoints of one model are sorted`);
    return sortBy(by, draft);
  },
  max_price(value, draft) {
    if (!isObject(value) || !isPrice(value["prompt"]) || !isPrice(value["completion"])) {
      return "an object: { prompt, completion }, USD per million tokens";
    }
    const { prompt, completion } = value;
    const limits = Object.entries({ prompt, completion }).filter(([, usd]) => usd !== undefined && usd !== null);
    draft.keep(
      `provider.max_price: ${limits.map(([name, usd]) => `${name} ${Number(usd)}`).join(", ")}`,
      ({ price }) => price !== undefined && isWithin(price.input, prompt) && isWithin(price.output, completion),
    );
    const others = Object.keys(value).filter((name) => name !== "prompt" && name !== "completion");
    if (others.length > 0) draft.warn(`provider.max_price.${listed(others)}: it was not used`);
    return undefined;
  },
  data_collection(value, draft) {
    if (value === "deny") draft.keep("provider.data_collection: deny", ({ retentionDays }) => retentionDays === 0);
    return value === "deny" || value === "allow" ? undefined : "allow or deny";
  },
  zdr(value, draft) {
    if (value === true) draft.keep("provider.zdr: true", ({ retentionDays }) => retentionDays === 0);
    return typeof value === "boolean" ? undefined : "true or false";
  },
  require_parameters(value, draft) {
    if (value === true)
      draft.keep("provider.require_parameters: true", (endpoint) => draft.ignores(endpoint).length === 0);
    return typeof value === "boolean" ? undefined : "true or false";
  },
};

/** Fields of the body that clients of OpenRouter send, of LiteLLM (from `tags` on, and `fallbacks`), and of Vercel (the last). */
const bodyFields: Readonly<Record<RoutingFieldName, ReadField>> = {
  models(value, draft) {
    if (!isTexts(value)) return "a list of models";
    if (value.length === 0 || value.includes("auto")) return undefined; // whatever the policy chooses
    const { model } = draft.body;
    const names = [...(typeof model === "string" && model !== "auto" ? [model] : []), ...value];
    const named = names.map((name) => modelOf(name, draft));
    draft.keep(`models: ${shown(named)}`, (endpoint) => named.includes(endpoint.model));
    const unknown = value.filter((_, at) => named[names.length - value.length + at] === undefined);
    if (unknown.length > 0) draft.warn(`models: the catalog has no ${quoted(unknown)}`);
    return undefined;
  },
  provider(value, draft) {
    if (!isObject(value)) return "an object";
    const names = Object.keys(value).filter((name) => value[name] !== null);
    const others = names.filter((name) => !Object.hasOwn(providerFields, name));
    unused(`provider.${listed(others)}`, others.length === 0, draft);
    for (const name of names) {
      const read = Object.hasOwn(providerFields, name) ? providerFields[name] : undefined;
      const form = read?.(value[name], draft);
      if (form !== undefined) draft.warn(`provider.${name}: it takes ${form}; it was not used`);
    }
    return undefined;
  },
  fallbacks: (value, draft) => noFallbacks("fallbacks", value, draft),
  route: (value, draft) => unused("route", value === "fallback", draft),
  transforms: (value, draft) => unused("transforms", Array.isArray(value) && value.length === 0, draft),
  plugins: (value, draft) => unused("plugins", Array.isArray(value) && value.length === 0, draft),
  preset: (_, draft) => unused("preset", false, draft),
  trace: (_, draft) => unused("trace", false, draft),
  /** See {@link asksCost}. */
  usage(value, draft) {
    if (!isObject(value) || typeof (value["include"] ?? false) !== "boolean") return "an object: { include: true }";
    const others = Object.keys(value).filter((name) => name !== "include");
    unused(`usage.${listed(others)}`, others.length === 0, draft);
    return undefined;
  },
  /** Facts: see `observeBody`, `observeTags`. */
  session_id: () => undefined,
  tags: () => undefined,
  disable_fallbacks: (value, draft) => firstAttemptOnly(value, true, draft),
  num_retries(_, draft) {
    draft.warn("num_retries: it was not used; how often a call is made again is what the policy says");
    return undefined;
  },
  timeout(_, draft) {
    draft.warn("timeout: it was not used; how long a call may take is what the policy says");
    return undefined;
  },
  guardrails: (value, draft) => unused("guardrails", Array.isArray(value) && value.length === 0, draft),
  context_window_fallbacks: (value, draft) => noFallbacks("context_window_fallbacks", value, draft),
  content_policy_fallbacks: (value, draft) => noFallbacks("content_policy_fallbacks", value, draft),
  /** `gateway: { models, order, … }` (https://vercel.com/docs/ai-gateway/sdks-and-apis/openai-chat-completions/advanced, read 2026-11-27). */
  providerOptions: (value, draft) => noFallbacks("providerOptions", value, draft),
};

const NONE: readonly string[] = [];
/** Names of a hint that are shown. */
const MAX_SHOWN = 5;

/** Reads the hints of other routers out of a request's body: the one table that says which are honoured. */
export function readRoutingFields(context: RoutingContext): RoutingHints {
  const { serving, operation, body, observations, now } = context;
  const processedIn = context.unseen?.processedIn;
  if (processedIn === undefined && !hasRoutingFields(body) && !wordOf(body["model"] ?? "").includes(":")) {
    return {
      model: asText(body["model"]),
      excludedBy: undefined,
      order: undefined,
      noFallback: false,
      warnings: NONE,
    };
  }
  const { policy } = serving;
  const endpoints = policy.set.catalog.models.flatMap((model) => model.endpoints);
  const excludedBy: Record<string, readonly string[]> = {};
  const warnings: string[] = [];
  let order: readonly string[] | undefined;
  let noFallback = false;
  const draft: Draft = {
    policy,
    body,
    latencyMs: () => observations.latencyMs(serving.endpointIds, now),
    tokensPerSecond: (endpoint) => observations.tokensPerSecond(endpoint, now),
    ignores: (endpoint) => serving.ignoredBy(endpoint, body, operation),
    endpoints,
    keep: (hint, test) => {
      const left = endpoints.filter((endpoint) => !test(endpoint));
      if (left.length > 0) excludedBy[hint] = left.map(({ id }) => id);
    },
    orderBy: (rank) => {
      if (order !== undefined) warnings.push("provider: it orders twice; the first order was used");
      order ??= [...endpoints].sort((a, b) => rank(a) - rank(b)).map(({ id }) => id);
    },
    noFallback: () => {
      noFallback = true;
    },
    warn: (sentence) => warnings.push(sentence),
  };
  const model = readSuffix(draft) ?? firstOfModels(draft);
  if (processedIn !== undefined) {
    draft.keep(`inference_geo: ${shownRegion(processedIn, endpoints)}`, (endpoint) => {
      if (endpoint.region !== undefined) return endpoint.region.toLowerCase() === processedIn.toLowerCase();
      return serving.sees(endpoint, operation);
    });
  }
  for (const [name, read] of Object.entries(bodyFields)) {
    const value = body[name];
    if (value === undefined) continue;
    const form = value === null ? undefined : read(value, draft);
    if (form !== undefined) warnings.push(`${name}: it takes ${form}; it was not used`);
  }
  const hasExcluded = Object.keys(excludedBy).length > 0;
  return { model, excludedBy: hasExcluded ? excludedBy : undefined, order, noFallback, warnings };
}

export function hasRoutingFields(body: Json): boolean {
  for (const name in body) if (Object.hasOwn(bodyFields, name)) return true;
  return false;
}

/** The fields of a body that are for a router. */
export function routingFieldsOf(body: Json): Json {
  return Object.fromEntries(Object.entries(body).filter(([name]) => Object.hasOwn(bodyFields, name)));
}

/** OpenRouter's `usage: { include: true }`: the usage of the answer is to say what it cost (https://openrouter.ai/docs/use-cases/usage-accounting, read 2026-11-27). */
export function asksCost({ usage }: Json): boolean {
  return isObject(usage) && usage["include"] === true;
}

/** Of a stream it asks for what OpenAI's `stream_options: { include_usage: true }` does. */
export function withUsageAsked(body: Json): Json {
  const { stream, stream_options: options = null } = body;
  if (!asksCost(body) || stream !== true) return body;
  return options === null || isObject(options)
    ? { ...body, stream_options: { ...options, include_usage: true } }
    : body;
}

/** A body without the fields that are for a router. */
export function withoutRoutingFields(body: Json): Json {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !Object.hasOwn(bodyFields, name)));
}

/** A model of the catalog may have a colon in its name; then nothing of it is a suffix. */
function readSuffix(draft: Draft): string | undefined {
  const { model } = draft.body;
  if (typeof model !== "string") return undefined;
  const { catalog } = draft.policy.set;
  const [, name = "", suffix = ""] = /^(.+):([a-z]+)$/.exec(model) ?? [];
  if (suffix === "" || canonicalModelId(catalog, model) !== undefined) return model;
  if (canonicalModelId(catalog, name) === undefined && name !== "auto") return model;
  const read = Object.hasOwn(suffixes, suffix) ? suffixes[suffix] : undefined;
  if (read === undefined) draft.warn(`model: the suffix :${suffix} means nothing here; it was not used`);
  else read(undefined, draft);
  return name;
}

/** OpenRouter tries `models` in their order when there is no `model` (https://openrouter.ai/docs/guides/routing/model-fallbacks, read 2026-11-27). */
function firstOfModels(draft: Draft): string | undefined {
  const { models } = draft.body;
  if (!isTexts(models) || models.includes("auto")) return undefined;
  return models.map((name) => modelOf(name, draft)).find((model) => model !== undefined);
}

/** @param name of a model, with a suffix or without. */
function modelOf(name: string, { policy }: Draft): string | undefined {
  const { catalog } = policy.set;
  return canonicalModelId(catalog, name) ?? canonicalModelId(catalog, name.replace(/:[a-z]+$/, ""));
}

function sortBy(by: unknown, draft: Draft): string | undefined {
  switch (by) {
    case "price":
      draft.orderBy(({ price }) => (price === undefined ? Number.POSITIVE_INFINITY : price.input + price.output));
      return undefined;
    case "throughput":
      draft.orderBy(({ id }) => -(draft.tokensPerSecond(id) ?? 0));
      return undefined;
    case "latency":
      draft.orderBy(byLatency(draft.latencyMs()));
      return undefined;
    default:
      return "price, latency or throughput";
  }
}

/** @param word the value that asks for it. */
function firstAttemptOnly(value: unknown, word: boolean, draft: Draft): string | undefined {
  if (value === word) draft.noFallback();
  return typeof value === "boolean" ? undefined : "true or false";
}

function byLatency(latencyMs: Readonly<Record<string, number>> = {}): (endpoint: Endpoint) => number {
  return ({ id }) => latencyMs[id] ?? Number.MAX_SAFE_INTEGER;
}

/** Anthropic's beta, LiteLLM and Vercel go on to other models by it, whatever the policy says of these. */
function noFallbacks(name: string, value: unknown, draft: Draft): undefined {
  const isEmpty = typeof value === "object" && value !== null && Object.keys(value).length === 0;
  if (!isEmpty) draft.warn(`${name}: it was not used; which models follow is what the policy says`);
  return undefined;
}

/** The catalog's providers of these names, in any case (`Azure`); undefined for one that it does not have, with a warning. */
function namedProviders(field: string, names: readonly string[], draft: Draft): readonly (string | undefined)[] {
  const known = draft.policy.set.catalog.providers.map((provider) => provider.name);
  const inAnyCase = (name: string) => known.find((one) => one.toLowerCase() === name.toLowerCase());
  const named = names.map((name) => (known.includes(name) ? name : inAnyCase(name)));
  const unknown = names.filter((_, at) => named[at] === undefined);
  if (unknown.length > 0) draft.warn(`${field}: the catalog has no provider ${quoted(unknown)}`);
  return named;
}

/** What a hint names, of the catalog: of other words, which may be anything, only how many there are. */
function shown(names: readonly (string | undefined)[]): string {
  const known = [...new Set(names)].filter((name) => name !== undefined);
  const unknown = names.filter((name) => name === undefined).length;
  const first = known.slice(0, MAX_SHOWN);
  const more = known.length - first.length;
  return [
    ...first,
    ...(more === 0 ? [] : [`${more} more`]),
    ...(unknown === 0 ? [] : [`${unknown} that the catalog does not have`]),
  ].join(", ");
}

/** A region of the catalog; other words may be anything. */
function shownRegion(region: string, endpoints: readonly Endpoint[]): string {
  const known = endpoints.find((endpoint) => endpoint.region?.toLowerCase() === region.toLowerCase());
  return known?.region ?? "a region that the catalog does not have";
}

/** The client's own words: some of them, shortened. */
function listed(words: readonly string[], show = (word: string) => word): string {
  const first = words.slice(0, MAX_SHOWN).map((word) => show(word.slice(0, 100)));
  const more = words.length - first.length;
  return more === 0 ? first.join(", ") : `${first.join(", ")} and ${more} more`;
}

function quoted(words: readonly string[]): string {
  return listed(words, JSON.stringify);
}

function unused(name: string, isFine: boolean, draft: Draft): undefined {
  if (!isFine) draft.warn(`${name}: this server has no such thing; it was not used`);
  return undefined;
}

function isPrice(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  const usd = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof usd === "number" && usd >= 0;
}

/** @param pico pico-dollars per token: millionths of a dollar per million tokens. */
function isWithin(pico: number, usdPerMillion: unknown): boolean {
  return usdPerMillion === undefined || usdPerMillion === null || pico <= Number(usdPerMillion) * 1e6;
}

function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}
