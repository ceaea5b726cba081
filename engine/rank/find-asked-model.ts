import { didYouMean } from "../diagnostics/suggest.js";
import type { Catalog } from "../policy/policy-set.js";
import { canonicalModelId } from "./canonical-model.js";
import { indexCatalog } from "./catalog-index.js";

/**
 * What a name means that somebody asks about: a model, as clients may write it, or one of its endpoints.
 * @returns the id as the catalog has it; in place of it a sentence on what there is, when the catalog has no such model, or several.
 */
export function findAskedModel(catalog: Catalog, name: string): { readonly id: string } | { readonly help: string } {
  const id = canonicalModelId(catalog, name) ?? name;
  const known = catalog.models.flatMap((model) => [model.id, ...model.endpoints.map((endpoint) => endpoint.id)]);
  if (known.includes(id)) return { id };
  const { byBareName } = indexCatalog(catalog);
  const namesakes = byBareName.get(name) ?? [];
  if (namesakes.length > 1) return { help: `the catalog has several such models: ${namesakes.join(", ")}` };
  const help =
    didYouMean(name, name.includes("/") ? known : [...known, ...byBareName.keys()]) ??
    `it has ${catalog.models.map((model) => model.id).join(", ")}`;
  return { help: `the catalog has no such model; ${help}` };
}
