import type { PolicySet, RequireRule, Rule } from "../policy/policy-set.js";
import { indexCatalog } from "../rank/catalog-index.js";
import { unmetRequirement } from "../rank/unmet-requirement.js";

/** Whether no endpoint of the catalog meets what a guard requires, whatever is asked: RW2203 says so, and nothing else need. */
export function isUnmeetable({ catalog }: PolicySet, rule: Rule): boolean {
  const { entries } = indexCatalog(catalog);
  return entries.every((entry) => unmetRequirement(entry, rule as RequireRule, undefined) !== undefined);
}
