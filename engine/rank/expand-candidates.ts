import type { CandidateReference, PolicySet, Route } from "../policy/policy-set.js";
import { canonicalModelId } from "./canonical-model.js";
import { type CatalogEntry, indexCatalog, indexPools } from "./catalog-index.js";
import { fitsSelection } from "./fits-selection.js";

/** The endpoints a route names, each once: where it is named first; `to` comes before `fallback`. */
export interface Candidates {
  readonly to: readonly CatalogEntry[];
  readonly fallback: readonly CatalogEntry[];
}

/** Expansions that no request can change, by set and route. */
const expansions = new WeakMap<PolicySet, WeakMap<Route, Candidates>>();

/**
 * Expands the references of a route in the order written: a model to all its endpoints in catalog order, a pool to its
 * items, `select` to every endpoint that fits in catalog order, `requested` to the model the client named when the
 * catalog has it (else to nothing).
 *
 * @param requestedModel the fact `model`.
 */
export function expandCandidates(set: PolicySet, route: Route, requestedModel: string | undefined): Candidates {
  let bySet = expansions.get(set);
  const known = bySet?.get(route);
  if (known !== undefined) return known;

  const expansion = new Expansion(set, requestedModel);
  const to = expansion.expand(route.to);
  const candidates = { to, fallback: expansion.expand(route.fallback) };
  if (!expansion.dependsOnRequest) {
    if (bySet === undefined) {
      bySet = new WeakMap();
      expansions.set(set, bySet);
    }
    bySet.set(route, candidates);
  }
  return candidates;
}

class Expansion {
  dependsOnRequest = false;
  readonly #set: PolicySet;
  readonly #requestedModel: string | undefined;
  readonly #seen = new Set<string>();

  constructor(set: PolicySet, requestedModel: string | undefined) {
    this.#set = set;
    this.#requestedModel = requestedModel;
  }

  expand(references: readonly CandidateReference[]): readonly CatalogEntry[] {
    const entries: CatalogEntry[] = [];
    for (const reference of references) this.#add(reference, entries, []);
    return entries;
  }

  /** @param openPools the pools being expanded: a pool that holds itself adds nothing the second time. */
  #add(reference: CandidateReference, entries: CatalogEntry[], openPools: readonly string[]): void {
    for (const entry of this.#entriesOf(reference)) {
      if (this.#seen.has(entry.endpoint.id)) continue;
      this.#seen.add(entry.endpoint.id);
      entries.push(entry);
    }
    if (reference.kind === "pool" && !openPools.includes(reference.pool)) {
      const open = [...openPools, reference.pool];
      for (const item of indexPools(this.#set).get(reference.pool)?.items ?? []) this.#add(item, entries, open);
    }
  }

  #entriesOf(reference: CandidateReference): readonly CatalogEntry[] {
    const index = indexCatalog(this.#set.catalog);
    switch (reference.kind) {
      case "model":
        return index.byModel.get(reference.model) ?? [];
      case "endpoint": {
        const entry = index.byEndpoint.get(`${reference.model}@${reference.provider}`);
        return entry === undefined ? [] : [entry];
      }
      case "requested": {
        this.dependsOnRequest = true;
        if (this.#requestedModel === undefined) return [];
        const model = canonicalModelId(this.#set.catalog, this.#requestedModel);
        return model === undefined ? [] : (index.byModel.get(model) ?? []);
      }
      case "select":
        return index.entries.filter((entry) => fitsSelection(entry, reference.select));
      case "pool":
        return [];
    }
  }
}
