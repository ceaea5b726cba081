import type { RequireRule } from "../policy/policy-set.js";
import { formatUsd, type NanoUsd } from "../units/money.js";
import type { CatalogEntry } from "./catalog-index.js";

/**
 * What an endpoint fails of one require rule, to be called for the words, which name the rule; undefined when it meets
 * all of it. An endpoint that does not say where it is, or how long data is kept, fails. A missing price is not judged here: it is
 * the reason `no_price`, not `requirement`.
 */
export function unmetRequirement(entry: CatalogEntry, rule: RequireRule, cost: NanoUsd | undefined): Unmet | undefined {
  const { endpoint, model } = entry;
  const { region, provider, maxRetentionDays, capabilities, maxCost } = rule.require;
  if (region !== undefined && (endpoint.region === undefined || !region.includes(endpoint.region))) {
    return unmetRegion(rule, region, endpoint.region);
  }
  if (provider !== undefined && !provider.includes(endpoint.provider)) {
    return unmetProvider(rule, provider, endpoint.provider);
  }
  if (maxRetentionDays !== undefined) {
    const { retentionDays } = endpoint;
    if (retentionDays === undefined || retentionDays > maxRetentionDays) {
      return unmetRetention(rule, maxRetentionDays, retentionDays);
    }
  }
  if (capabilities !== undefined && !hasAll(model.capabilities, capabilities)) {
    return unmetCapabilities(rule, capabilities, model.capabilities);
  }
  if (maxCost !== undefined && cost !== undefined && cost > maxCost) return unmetCost(rule, maxCost, cost);
  return undefined;
}

type Unmet = () => string;

function hasAll(there: readonly string[], wanted: readonly string[]): boolean {
  for (const one of wanted) if (!there.includes(one)) return false;
  return true;
}

// Each makes its words apart from what judges, see `exclude-candidate.ts`.

function demand(rule: RequireRule, what: string): string {
  return `rule \`${rule.id}\` requires ${what}`;
}

function unmetRegion(rule: RequireRule, wanted: readonly string[], region: string | undefined): Unmet {
  const actual = region === undefined ? "the catalog gives none" : `this one is ${region}`;
  return () => `${demand(rule, `region ${wanted.join(" or ")}`)}; ${actual}`;
}

function unmetProvider(rule: RequireRule, wanted: readonly string[], provider: string): Unmet {
  return () => `${demand(rule, `provider ${wanted.join(" or ")}`)}; this one is ${provider}`;
}

function unmetRetention(rule: RequireRule, most: number, days: number | undefined): Unmet {
  const actual = days === undefined ? "the catalog does not say" : `this one keeps data ${days}d`;
  return () => `${demand(rule, `data retention ${formatRetention(most)}`)}; ${actual}`;
}

function unmetCapabilities(rule: RequireRule, wanted: readonly string[], there: readonly string[]): Unmet {
  return () => {
    const missing = wanted.filter((capability) => !there.includes(capability));
    return `${demand(rule, wanted.join(" and "))}; the model lacks ${missing.join(", ")}`;
  };
}

function unmetCost(rule: RequireRule, most: NanoUsd, cost: NanoUsd): Unmet {
  return () => {
    const over = formatUsd((cost - most) as NanoUsd);
    return `${demand(rule, `a cost of at most $${formatUsd(most)}`)}; expected $${formatUsd(cost)}, over by $${over}`;
  };
}

/** As policies write it: `none`, or `at most 30d`. */
function formatRetention(days: number): string {
  return days === 0 ? "none" : `at most ${days}d`;
}
