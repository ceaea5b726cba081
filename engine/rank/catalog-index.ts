import type { Catalog, Endpoint, Model, PolicySet, Pool, Provider } from "../policy/policy-set.js";

/** One endpoint with the model and the provider it belongs to. */
export interface CatalogEntry {
  readonly endpoint: Endpoint;
  readonly model: Model;
  /** Undefined only when the catalog does not hold it, which the reader refuses. */
  readonly provider: Provider | undefined;
}

export interface CatalogIndex {
  /** By `author/model`, each with its endpoints in catalog order. */
  readonly byModel: ReadonlyMap<string, readonly CatalogEntry[]>;
  /** By `author/model@provider`; two endpoints of one model at one provider: the first. */
  readonly byEndpoint: ReadonlyMap<string, CatalogEntry>;
  /** By the part after `/`: the ids of the models with that name. */
  readonly byBareName: ReadonlyMap<string, readonly string[]>;
  /** Every endpoint, in catalog order. */
  readonly entries: readonly CatalogEntry[];
  /** By name. */
  readonly providers: ReadonlyMap<string, Provider>;
}

const indexes = new WeakMap<Catalog, CatalogIndex>();

/** The catalog by name. Built once for each catalog and kept as long as it lives. */
export function indexCatalog(catalog: Catalog): CatalogIndex {
  const known = indexes.get(catalog);
  if (known !== undefined) return known;
  const index = buildIndex(catalog);
  indexes.set(catalog, index);
  return index;
}

function buildIndex(catalog: Catalog): CatalogIndex {
  const providers = new Map(catalog.providers.map((provider) => [provider.name, provider]));
  const byModel = new Map<string, readonly CatalogEntry[]>();
  const byEndpoint = new Map<string, CatalogEntry>();
  const byBareName = new Map<string, string[]>();
  const entries: CatalogEntry[] = [];
  for (const model of catalog.models) {
    const own = model.endpoints.map((endpoint) => ({ endpoint, model, provider: providers.get(endpoint.provider) }));
    byModel.set(model.id, own);
    for (const entry of own) {
      entries.push(entry);
      if (!byEndpoint.has(entry.endpoint.id)) byEndpoint.set(entry.endpoint.id, entry);
    }
    const bareName = model.id.slice(model.id.indexOf("/") + 1);
    const namesakes = byBareName.get(bareName);
    if (namesakes === undefined) byBareName.set(bareName, [model.id]);
    else namesakes.push(model.id);
  }
  return { byModel, byEndpoint, byBareName, entries, providers };
}

const poolIndexes = new WeakMap<PolicySet, ReadonlyMap<string, Pool>>();

/** The pools of a set by name. */
export function indexPools(set: PolicySet): ReadonlyMap<string, Pool> {
  const known = poolIndexes.get(set);
  if (known !== undefined) return known;
  const index = new Map(set.pools.map((pool) => [pool.name, pool]));
  poolIndexes.set(set, index);
  return index;
}
