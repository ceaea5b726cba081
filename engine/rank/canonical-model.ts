import type { Catalog } from "../policy/policy-set.js";
import { indexCatalog } from "./catalog-index.js";

/**
 * The catalog's id of the model that a client names: `author/model` exactly, or the part after `/` alone when exactly
 * one model has it (`gpt-4.1` → `openai/gpt-4.1`). `auto` means no model, so it never stands for one.
 *
 * The fact `model` goes through here before any rule sees it: otherwise a client could dodge a rule about
 * `openai/gpt-4.1` by writing `gpt-4.1`.
 *
 * @returns undefined when the catalog has no such model, or several.
 */
export function canonicalModelId(catalog: Catalog, name: string): string | undefined {
  const index = indexCatalog(catalog);
  if (index.byModel.has(name)) return name;
  if (name === "auto") return undefined;
  const namesakes = index.byBareName.get(name);
  return namesakes?.length === 1 ? namesakes[0] : undefined;
}
