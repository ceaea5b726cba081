import { listNames } from "../../diagnostics/suggest.js";
import type { RequireRule } from "../../policy/policy-set.js";
import { indexCatalog } from "../../rank/catalog-index.js";
import type { Check } from "../check-context.js";
import { isUnmeetable } from "../is-unmeetable.js";

/** RW2203: a requirement that names a region no endpoint is in, or that no endpoint of the catalog meets. */
export const unmeetableRequirements: Check = function* ({ regions, policy }) {
  const { entries } = indexCatalog(policy.set.catalog);
  const known = [...new Set(entries.flatMap(({ endpoint }) => endpoint.region ?? []))].sort();
  const providers = new Set(entries.map(({ endpoint }) => endpoint.provider));
  for (const { rule } of regions.requires) {
    const { require } = rule as RequireRule;
    const strange = [
      ...(require.region ?? []).filter((region) => !known.includes(region)).map((name) => ["region", name] as const),
      ...(require.provider ?? [])
        .filter((provider) => !providers.has(provider))
        .map((name) => ["provider", name] as const),
    ];
    for (const [key, name] of strange) {
      yield {
        code: "RW2203",
        severity: "warning",
        message:
          key === "region"
            ? `rule \`${rule.id}\` requires region \`${name}\`, in which the catalog has no endpoint`
            : `rule \`${rule.id}\` requires provider \`${name}\`, which serves no model of the catalog`,
        span: rule.span,
        help:
          key === "region"
            ? `its regions are ${known.length === 0 ? "not given" : listNames(known)}`
            : `the providers with models are ${listNames([...providers])}`,
      };
    }
    if (!isUnmeetable(policy.set, rule) || strange.length > 0 || entries.length === 0) continue;
    yield {
      code: "RW2203",
      severity: "warning",
      message: `no endpoint of the catalog meets what rule \`${rule.id}\` requires`,
      span: rule.span,
      help: "every request that it acts on is refused; use `deny` to say so, or correct the requirement or the catalog",
    };
  }
};
