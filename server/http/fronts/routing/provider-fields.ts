import { isObject } from "../../../json/json.js";
import { firstAttemptOnly, isTexts, type ReadField } from "./read-field.js";
import type { RoutingDraft } from "./routing-draft.js";
import { listed, quoted, shown } from "./say-names.js";

/** Fields of `provider` (https://openrouter.ai/docs/guides/routing/provider-selection, read 2026-11-25). */
export const providerFields: Readonly<Record<string, ReadField>> = {
  order(value, draft) {
    if (!isTexts(value)) return "a list of providers";
    const named = namedProviders("provider.order", value, draft);
    const places = new Map(named.map((name, at) => [name, at] as const).reverse()); // of one named twice the first
    draft.orderBy(({ provider }) => places.get(provider));
    return undefined;
  },
  only(value, draft) {
    if (!isTexts(value) || value.length === 0) return "a list of at least one provider";
    const named = namedProviders("provider.only", value, draft);
    const kept = new Set(named);
    draft.keep(`provider.only: ${shown(named)}`, ({ provider }) => kept.has(provider));
    return undefined;
  },
  ignore(value, draft) {
    if (!isTexts(value)) return "a list of providers";
    const named = namedProviders("provider.ignore", value, draft);
    const left = new Set(named);
    draft.keep(`provider.ignore: ${shown(named)}`, ({ provider }) => !left.has(provider));
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

export function sortBy(by: unknown, draft: RoutingDraft): string | undefined {
  switch (by) {
    case "price":
      draft.orderBy(({ price }) => (price === undefined ? undefined : price.input + price.output));
      return undefined;
    case "throughput":
      draft.orderBy(({ id }) => negative(draft.tokensPerSecond(id)));
      return undefined;
    case "latency": {
      const latencyMs = draft.latencyMs();
      draft.orderBy(({ id }) => latencyMs?.[id]);
      return undefined;
    }
    default:
      return "price, latency or throughput";
  }
}

function negative(figure: number | undefined): number | undefined {
  return figure === undefined ? undefined : -figure;
}

/** The catalog's providers of these names, in any case (`Azure`); undefined for one that it does not have, with a warning. */
function namedProviders(field: string, names: readonly string[], draft: RoutingDraft): readonly (string | undefined)[] {
  const known = draft.policy.set.catalog.providers.map((provider) => provider.name);
  // The list may hold a million names.
  const itself = new Set(known);
  const inAnyCase = new Map(known.map((name) => [name.toLowerCase(), name] as const).reverse());
  const named = names.map((name) => (itself.has(name) ? name : inAnyCase.get(name.toLowerCase())));
  const unknown = names.filter((_, at) => named[at] === undefined);
  if (unknown.length > 0) draft.warn(`${field}: the catalog has no provider ${quoted(unknown)}`);
  return named;
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
