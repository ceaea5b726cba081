import type { RequireRule } from "../policy/policy-set.js";
import { formatUsd, type NanoUsd } from "../units/money.js";
import type { CatalogEntry } from "./catalog-index.js";

/**
 * What an endpoint fails of one require rule, to be called for the words, which name the rule; undefined when it meets
 * all of it. An endpoint that does not say where it is, or how long data is kept, fails. A missing price is not judged here: it is
 * the reason `no_price`, not `requirement`.
 */
export function unmetRequirement(
  { endpoint, model }: CatalogEntry,
  rule: RequireRule,
  cost: NanoUsd | undefined,
): (() => string) | undefined {
  const { region, provider, maxRetentionDays, capabilities, maxCost } = rule.require;
  const demand = (what: string) => `rule \`${rule.id}\` requires ${what}`;

  if (region !== undefined && (endpoint.region === undefined || !region.includes(endpoint.region))) {
    const actual = endpoint.region === undefined ? "the catalog gives none" : `this one is ${endpoint.region}`;
    return () => `${demand(`region ${region.join(" or ")}`)}; ${actual}`;
  }
  if (provider !== undefined && !provider.includes(endpoint.provider)) {
    return () => `${demand(`provider ${provider.join(" or ")}`)}; this one is ${endpoint.provider}`;
  }
  if (maxRetentionDays !== undefined) {
    const { retentionDays } = endpoint;
    if (retentionDays === undefined || retentionDays > maxRetentionDays) {
      const actual = retentionDays === undefined ? "the catalog does not say" : `this one keeps data ${retentionDays}d`;
      return () => `${demand(`data retention ${formatRetention(maxRetentionDays)}`)}; ${actual}`;
    }
  }
  if (capabilities !== undefined) {
    const missing = capabilities.filter((capability) => !model.capabilities.includes(capability));
    if (missing.length > 0) {
      return () => `${demand(capabilities.join(" and "))}; the model lacks ${missing.join(", ")}`;
    }
  }
  if (maxCost !== undefined && cost !== undefined && cost > maxCost) {
    return () => {
      const over = formatUsd((cost - maxCost) as NanoUsd);
      return `${demand(`a cost of at most $${formatUsd(maxCost)}`)}; expected $${formatUsd(cost)}, over by $${over}`;
    };
  }
  return undefined;
}

/** As policies write it: `none`, or `at most 30d`. */
function formatRetention(days: number): string {
  return days === 0 ? "none" : `at most ${days}d`;
}
